"""Checkpoints: a run that goes on from one equals the run that never stopped.

Six cells excite each other over delays of up to 9 ms, driven by sources at irregular
times, so that at every checkpoint spikes are on their way; their mechanisms keep what
NEURON's BBSaveState does not.  Every voltage, current, state and spike is compared bit by bit.
"""
import json
import os
import shutil

import h5py
import numpy as np

import small_network
import step_case
from step_case import HERE

STIMULI, CELLS = 4, 6
POPULATIONS = {"STIM": (0, 0, STIMULI), "A": (100, STIMULI, CELLS)}
PAIRS = [("STIM", "A"), ("A", "A")]
SYNAPSES = STIMULI + CELLS - 1
CHECKPOINT_MS = 25.0
END_MS = 45.0


def write_cells(path):
    with h5py.File(path, "w") as h:
        small_network.write_types(h, POPULATIONS, PAIRS)
        small_network.write_tree(h, "A", CELLS)
        for axis in "XYZ":
            for name, (_, _, count) in POPULATIONS.items():
                small_network.write_attribute(
                    h, f"Populations/{name}/Generated Coordinates/{axis} Coordinate",
                    [[40.0 * k] for k in range(count)], "<f4")
        space = "Populations/A/Synapse Attributes/"
        for name, values, dtype in (
                ("syn_ids", np.arange(SYNAPSES), "<u4"), ("syn_locs", np.linspace(0, 1, SYNAPSES), "<f4"),
                ("syn_secs", np.arange(SYNAPSES) % 2, "<u4"), ("syn_layers", [6] * SYNAPSES, "i1"),
                ("syn_types", [0] * SYNAPSES, "u1"), ("swc_types", [1, 4] * 4 + [1], "u1")):
            small_network.write_attribute(h, space + name, [values] * CELLS, dtype)


def write_projection(h, source, rows, first_synapse, distances):
    g = h.create_group(f"Projections/A/{source}")
    width = len(rows[0])
    g["Edges/Destination Block Index"] = np.array([0], "<u4")
    g["Edges/Destination Block Pointer"] = np.array([0, CELLS + 1], "<u8")
    g["Edges/Destination Pointer"] = np.arange(CELLS + 1).astype("<u8") * width
    g["Edges/Source Index"] = np.concatenate(rows).astype("<u4")
    g["Synapses/syn_id"] = np.tile(first_synapse + np.arange(width), CELLS).astype("<u4")
    g["Connections/distance"] = distances[:width * CELLS].astype("<f4")


def write(directory):
    os.makedirs(directory)
    cells, connections = (os.path.join(directory, name) for name in ("cells.h5", "connections.h5"))
    write_cells(cells)
    distances = np.random.RandomState(3).uniform(50, 2250, STIMULI * CELLS + 40)
    with h5py.File(connections, "w") as h:
        small_network.write_types(h, POPULATIONS, PAIRS)
        write_projection(h, "STIM", [np.arange(STIMULI)] * CELLS, 0, distances)
        write_projection(h, "A", [np.delete(np.arange(CELLS), i) for i in range(CELLS)], STIMULI,
                         distances[::-1])
    return cells, connections


def config(**changes):
    mechanism = {"Fac": {"tau": 4.0, "e": 0.0, "closed_for": 3.3, "g_unit": 0.004, "weight": 1.0}}
    times = [[3.0 + 0.37 * k + 5.13 * n for n in range(9)] for k in range(STIMULI)]
    made = {
        "t_end": END_MS, "celsius": 6.3,
        "cell_types": {"A": {"template": "Spiker"}},
        "synapse_mechanisms": {"Fac": "Facilitates"},
        "synapse_rules": {"Facilitates": {"mech_params": ["tau", "e", "closed_for"],
                                          "netcon_params": {"weight": 0, "g_unit": 1}}},
        "synapses": {"A": {"STIM": {"mechanisms": mechanism}, "A": {"mechanisms": mechanism}}},
        "stimulus": [{"population": "STIM", "times": times}],
        "clamps": [{"gids": [STIMULI], "delay": 12, "dur": 20, "amp": 0.2}],
        "lfp": [{"label": "near", "pos": [30, 0, 10]}],
        "record": [{"label": name, "variable": name, "population": "A", "section": "all", "loc": "all"}
                   for name in ("v", "i_membrane_")]
        + [{"label": name, "variable": name, "population": "A", "section": "soma"}
           for name in ("past_remembers", "steps_remembers", "calls_keeps", "m_hh", "h_hh", "n_hh")],
    }
    made.update(changes)
    return made


class Checkpoints(step_case.StepCase):
    MECHANISMS = [os.path.join(HERE, "model", "restoring", name)
                  for name in ("facilitates.mod", "keeps.mod", "remembers.mod")]

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.cells, cls.connections = write(os.path.join(cls.root, "recurrent"))
        cls.templates = os.path.join(cls.root, "templates")
        shutil.copytree(os.path.join(HERE, "model", "templates"), cls.templates)
        path = os.path.join(cls.templates, "Spiker.hoc")
        with open(path) as f:
            text = f.read()
        with open(path, "w") as f:
            f.write(text.replace("insert pas", "insert pas  insert remembers  insert keeps"))

    def run_with(self, made, **arguments):
        """(report, warnings, results as a dict of arrays, output directory)"""
        report, errors, output = self.succeed(made, templates=self.templates, **arguments)
        results = {}
        with h5py.File(os.path.join(output, "results.h5")) as h:
            h.visititems(lambda name, item: results.__setitem__(name, item[()])
                         if isinstance(item, h5py.Dataset) else None)
        return report, errors, results, output

    def assert_same_after(self, start_ms, whole, tail):
        """`tail` has what `whole` has from start_ms on, bit by bit."""
        for group in sorted({os.path.dirname(name) for name in whole if name.endswith("/t")
                             and name.startswith(("LFP", "Recordings"))}):
            later = whole[group + "/t"] >= start_ms - 1e-9
            np.testing.assert_array_equal(tail[group + "/t"], whole[group + "/t"][later])
            value = "/v" if group.startswith("LFP") else "/value"
            self.assertEqual(tail[group + value].tobytes(), whole[group + value][later].tobytes(), group)
        later = whole["Spikes/t"] > start_ms
        self.assertGreater(later.sum(), 20)
        for name in ("Spikes/t", "Spikes/gid"):
            self.assertEqual(tail[name].tobytes(), whole[name][later].tobytes(), name)

    def test_going_on_equals_never_having_stopped(self):
        for order in ("arrival", "by_source"):
            report, _, whole, _ = self.run_with(config(tied_events=order))
            for saving in (1, 2):
                made = config(tied_events=order, checkpoint_interval=CHECKPOINT_MS)
                _, _, uninterrupted, output = self.run_with(made, ranks=saving)
                self.assertEqual({n: v.tobytes() for n, v in whole.items() if n != "Manifest"},
                                 {n: v.tobytes() for n, v in uninterrupted.items() if n != "Manifest"})
                for ranks in (1, 2, 3):
                    with self.subTest(order=order, saving=saving, ranks=ranks):
                        resumed, errors, tail, _ = self.run_with(
                            made, ranks=ranks, inputs={"resume": os.path.join(output, ".checkpoint")})
                        self.assertIn("resumed at 25 ms", errors)
                        self.assert_same_after(CHECKPOINT_MS, whole, tail)
                        self.assertEqual(resumed["ties"], report["ties"])

    def test_mechanisms_with_memory_of_their_own_are_listed(self):
        sources = os.path.join(self.root, "hiding")
        os.makedirs(sources)
        shutil.copy(os.path.join(HERE, "model", "restoring", "hides.mod"), sources)
        for resume, written in (("exact", False), ("allow_inexact", True)):
            _, errors, results, output = self.run_with(
                config(t_end=10.0, checkpoint_interval=5.0, resume=resume),
                inputs={"mechanisms": sources})
            self.assertIn("resume: not exact", errors)
            self.assertIn("hides (hides.mod): VERBATIM with static", errors)
            self.assertEqual(os.path.exists(os.path.join(output, ".checkpoint")), written)
            self.assertEqual(json.loads(results["Manifest"])["resume"], "not exact")

    def test_a_checkpoint_that_is_of_no_use_is_reported(self):
        made = config(t_end=10.0, checkpoint_interval=5.0)
        _, _, whole, output = self.run_with(made)
        path = os.path.join(output, ".checkpoint")
        with open(path, "r+b") as f:
            f.seek(100)
            f.write(b"xxxx")
        for changes, why in (({}, "the checksum of the header is wrong"), ({"t_end": 11.0}, "another run")):
            if changes:
                shutil.copy(os.path.join(self.run_with(made)[3], ".checkpoint"), path)
            _, errors, results, _ = self.run_with({**made, **changes}, inputs={"resume": path})
            self.assertIn("the run starts from 0 ms", errors)
            self.assertIn(why, errors)
            self.assertEqual(results["LFP/near/t"][0], 0)

    def save(self, made):
        return os.path.join(self.run_with({**made, "save_checkpoint": True})[3], "checkpoint.miv")

    def test_another_run_goes_on_from_a_saved_checkpoint(self):
        _, _, whole, _ = self.run_with(config())
        saved = self.save(config(t_end=CHECKPOINT_MS))
        for ranks in (1, 2):
            _, _, tail, _ = self.run_with(config(), ranks=ranks, inputs={"start_from": saved})
            self.assert_same_after(CHECKPOINT_MS, whole, tail)

    def test_trains_are_played_again_and_on(self):
        def drawn(t_end):
            return config(t_end=t_end, stimulus=[{"population": "STIM", "rate": 400.0}])
        _, _, whole, _ = self.run_with(drawn(END_MS))
        saved = self.save(drawn(CHECKPOINT_MS))  # whose trains end there
        for ranks in (1, 2):
            _, _, tail, _ = self.run_with(drawn(END_MS), ranks=ranks, inputs={"start_from": saved})
            self.assert_same_after(CHECKPOINT_MS, whole, tail)

    def test_a_fork_goes_on_with_parameters_of_its_own(self):
        saved = self.save(config(t_end=CHECKPOINT_MS))
        made = config()
        made["synapses"]["A"]["A"] = {"mechanisms": {"Fac": dict(
            made["synapses"]["A"]["A"]["mechanisms"]["Fac"], g_unit=0.0)}}
        made["synapses"]["A"]["STIM"]["mechanisms"] = made["synapses"]["A"]["A"]["mechanisms"]
        made["clamps"] = []
        _, _, whole, _ = self.run_with(config())
        _, _, fork, _ = self.run_with(made, inputs={"start_from": saved})
        later = whole["Recordings/v/t"] >= CHECKPOINT_MS - 1e-9
        np.testing.assert_array_equal(fork["Recordings/v/value"][0], whole["Recordings/v/value"][later][0])
        sources = set(fork["Spikes/gid"][fork["Spikes/t"] > CHECKPOINT_MS + 10])
        self.assertEqual(sources & set(range(STIMULI, STIMULI + CELLS)), set())
        self.assertNotEqual(sources, set())

    def test_a_checkpoint_of_another_model_is_refused_by_name(self):
        saved = self.save(config(t_end=CHECKPOINT_MS))
        for changes, texts in (
                ({"dt": 0.05}, ["start_from: the run of the checkpoint had another dt"]),
                ({"secondorder": 0}, ["start_from: the run of the checkpoint had another secondorder"]),
                ({"t_end": 20.0}, ["start_from: the checkpoint is not before t_end"]),
                ({"nseg": {"d_lambda": 0.05}}, ["start_from", "the number of nodes is another", "Spiker["])):
            with self.subTest(changes=changes):
                self.fail_with(config(**changes), *texts, templates=self.templates,
                               inputs={"start_from": saved})


if __name__ == "__main__":
    step_case.main()
