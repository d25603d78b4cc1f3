"""The demonstration: one command from a built tree to results and pictures, and seconds when repeated."""
import json
import os
import re
import subprocess
import time

import h5py
import numpy as np

import harness
import png

STEPS = ["h5_types", "network", "distances", "forest_PYR", "forest_PVBC", "forest_OLM", "synapses_PYR", "synapses_PVBC",
         "synapses_OLM", "connections_PYR", "connections_PVBC", "connections_OLM", "graph", "run"]
RESULTS = ["cells.h5", "connections.h5", "results.h5", "readout.npy", "raster.png", "lfp.png"]
START = {"STIM": 0, "PYR": 64, "PVBC": 287, "OLM": 380}
COUNT = {"STIM": 64, "PYR": 223, "PVBC": 93, "OLM": 21}
REPEATED_S = 15


class Demo(harness.TestCase):

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.first, cls.first_s = cls.run_demo()
        cls.results = cls.directory / "results"

    @classmethod
    def run_demo(cls):
        start = time.monotonic()
        done = subprocess.run(["sh", harness.ROOT / "deploy" / "local" / "demo.sh", "--directory", cls.directory],
                              env=os.environ | {"MIV_BIN": str(harness.BIN)}, capture_output=True, text=True,
                              stdin=subprocess.DEVNULL, timeout=280)
        elapsed = time.monotonic() - start
        print(f"demo: exit {done.returncode} after {elapsed:.1f} s")
        if done.returncode:
            raise AssertionError(f"demo.sh exits with {done.returncode}\n{done.stdout}\n{done.stderr}")
        return done.stdout, elapsed

    def last_line_of(self, step, output):
        """The last line that is about a step."""
        lines = [line for line in output.splitlines() if re.search(rf"\s{re.escape(step)}: ", line)]
        self.assertTrue(lines, f"no line names {step}:\n{output}")
        return lines[-1]

    def test_leaves_every_result(self):
        for name in RESULTS:
            self.assertGreater((self.results / name).stat().st_size, 0, name)

    def test_says_what_became_of_each_component_and_how_long_it_took(self):
        for step in STEPS:
            line = self.last_line_of(step, self.first)
            self.assertRegex(line, r"\bdone\b", step)
            self.assertRegex(line, r"\d (s|ms|min)\b", step)

    def test_names_the_results_and_the_next_command(self):
        for name in RESULTS:
            self.assertIn(name, self.first)
        self.assertIn(str(self.results), self.first)
        closing = self.first[self.first.index("Next"):]
        self.assertRegex(closing, r"miv submit \S+pipeline\.yaml .*--set")

    def test_leaves_no_process_behind(self):
        for program in ("miv-coordinator", "miv-shepherd", "miv-worker"):
            self.assertEqual(harness.processes(program, self.directory), [], program)

    def test_repeated_reuses_every_component_within_seconds(self):
        before = {name: (self.results / name).read_bytes() for name in RESULTS[:4]}
        output, elapsed = self.run_demo()
        self.assertLess(elapsed, REPEATED_S)
        for step in STEPS:
            self.assertRegex(self.last_line_of(step, output).lower(), r"\bcached\b", step)
        self.assertEqual({name: (self.results / name).read_bytes() for name in before}, before)

    def test_spikes_are_sorted_and_the_same_in_both_forms(self):
        with h5py.File(self.results / "results.h5") as file:
            gid, t = file["Spikes/gid"][:], file["Spikes/t"][:]
            self.assertEqual((gid.dtype, t.dtype), (np.dtype("<u4"), np.dtype("<f8")))
            self.assertGreater(len(gid), 1000)
            self.assertTrue(np.array_equal(np.lexsort((gid, t)), np.arange(len(t))), "not sorted by (t, gid)")
            self.assertTrue(0 <= t.min() and t.max() <= 500)
            for population, start in START.items():
                mine = (gid >= start) & (gid < start + COUNT[population])
                index, times = self.neuroh5_spikes(file[f"Populations/{population}/Spike Events"])
                order = np.lexsort((t[mine], gid[mine]))
                self.assertTrue(np.array_equal(index, (gid[mine] - start)[order]), population)
                # neuroh5 keeps f32: 1.5e-5 ms is its half spacing at 500 ms.
                self.assertLess(np.abs(times - t[mine][order]).max(), 2e-5)

    @staticmethod
    def neuroh5_spikes(events):
        """Index in the population and time of every spike, sorted, of a neuroh5 attribute."""
        index, pointer, value = (events[f"t/{name}"][:] for name in ("Cell Index", "Attribute Pointer", "Attribute Value"))
        index = np.repeat(index, np.diff(pointer.astype(np.int64)))
        order = np.lexsort((value, index))
        return index[order], value[order]

    def test_lfp_is_there_per_population_with_its_electrode(self):
        with h5py.File(self.results / "results.h5") as file:
            electrode = file["LFP/SP"]
            t, v = electrode["t"][:], electrode["v"][:]
            self.assertEqual((t.dtype, v.dtype, t.shape, v.shape), (np.dtype("f8"), np.dtype("f8"), (5001,), (5001,)))
            self.assertTrue(np.allclose(t, np.arange(5001) * 0.1, atol=1e-9))
            self.assertEqual(list(electrode.attrs["position"]), [100, 100, 30])
            self.assertEqual(electrode.attrs["rho"], 333)
            self.assertIn(electrode.attrs["mode"], ("exact", b"exact"))
            parts = sum(electrode[population]["v"][:] for population in ("PYR", "PVBC", "OLM"))
            self.assertTrue(np.allclose(parts, v, rtol=1e-9, atol=1e-12), "the populations do not sum up to the whole")
            self.assertGreater(v.std(), 1e-4)  # mV: an active network some um away

    def test_manifest_says_what_was_run(self):
        with h5py.File(self.results / "results.h5") as file:
            text = file["Manifest"][()]
            self.assertIn("H5Types", file)
        manifest = json.loads(text if isinstance(text, (str, bytes)) else text[0])
        self.assertIsInstance(manifest, dict)
        self.assertTrue(manifest)

    def test_readout_is_time_and_lfp(self):
        readout = np.load(self.results / "readout.npy")
        self.assertEqual((readout.dtype, readout.shape), (np.dtype("f8"), (5001, 2)))
        self.assertEqual(readout[0, 0], 0)
        with h5py.File(self.results / "results.h5") as file:
            self.assertTrue(np.array_equal(readout[:, 0], file["LFP/SP/t"][:]))
            self.assertTrue(np.array_equal(readout[:, 1], file["LFP/SP/v"][:]))

    def test_network_has_every_cell_and_projection(self):
        with h5py.File(self.results / "cells.h5") as cells, h5py.File(self.results / "connections.h5") as connections:
            for file in (cells, connections):
                ranges = {tuple(row)[:2] for row in file["H5Types/Populations"][:]}
                self.assertEqual(ranges, {(START[p], COUNT[p]) for p in START})
            self.assertEqual({(post, pre) for post in connections["Projections"] for pre in connections["Projections"][post]},
                             {(post, pre) for post in ("PYR", "PVBC") for pre in ("STIM", "PYR", "PVBC", "OLM")}
                             | {("OLM", "PYR"), ("OLM", "PVBC")})

    def test_pictures_show_something(self):
        for name in ("raster.png", "lfp.png"):
            image = png.read(self.results / name)
            self.assertGreaterEqual(min(image.shape[:2]), 300, name)
            pixels = image.reshape(image.shape[0] * image.shape[1], -1)
            values, counts = np.unique(pixels, axis=0, return_counts=True)
            self.assertGreaterEqual(len(values), 3, f"{name} has {len(values)} colours")
            drawn = 1 - counts.max() / counts.sum()
            self.assertTrue(0.005 < drawn < 0.8, f"{name}: {drawn:.4f} of it is not background")


if __name__ == "__main__":
    harness.main()
