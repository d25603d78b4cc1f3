"""What a run leaves while it runs, and what is made of it.

segments_test.py RUNNER: RUNNER is tests/conformance/simulation's step_runner.
"""
import filecmp
import json
import os
import struct
import subprocess
import tempfile

import h5py
import numpy as np

import step_case
from step_case import base_config


def config(t_end):
    """STIM fires all the time, A after it; B is silent; some ranks have none of the recorded."""
    c = base_config()
    c["t_end"] = t_end
    c["stimulus"] = [{"population": "STIM", "times": list(np.arange(1.0, t_end, 7.3))}]
    c["lfp"] = [{"label": "near", "pos": [30, 0, 10], "dt_lfp": 0.1},
                {"label": "far", "pos": [0, 200, 0], "dt_lfp": 0.5, "populations": ["A"]}]
    c["record"] = [{"label": "v", "population": "A", "section": "soma", "dt": 0.25},
                   {"label": "one", "gids": [4], "section": "all", "loc": "all"}]
    return c


def marks_of(path):
    """(offset, end_ms) of every mark of a segment file, by the layout of
    common/segments/frame.h."""
    with open(path, "rb") as f:
        data = f.read()
    offset = 16
    while offset < len(data):
        length, kind = struct.unpack_from("<QI", data, offset + 8)
        if kind == 5:
            yield offset, struct.unpack_from("<d", data, offset + 40)[0]
        offset += 64 + length


class Segments(step_case.StepCase):
    def assemble(self, segments):
        output = tempfile.mkdtemp(dir=self.root)
        done = subprocess.run([step_case.RUNNER, "--assemble", segments, output], timeout=60,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        self.assertEqual(done.returncode, 0, done.stderr)
        return json.loads(done.stdout), output

    def cancelled(self, ranks):
        """Folder of the segments of a run that was stopped."""
        code, _, errors, output = self.run_step(config(30000.0), ranks=ranks, cancel_after=15,
                                                keep_segments=True)
        self.assertNotEqual(code, 0)
        self.assertIn("stopped because it was asked to", errors)
        self.assertFalse(os.path.exists(os.path.join(output, "results.h5")))
        return os.path.join(output, ".segments")

    def assert_prefix(self, part, until, whole):
        """Every value of `part` is that of `whole`, and none before `until` is missing."""
        with h5py.File(os.path.join(part, "results.h5")) as p, \
                h5py.File(os.path.join(whole, "results.h5")) as w:
            manifest = json.loads(p["Manifest"][()])
            self.assertFalse(manifest["complete"])
            self.assertEqual(manifest["until_ms"], until)
            t = w["Spikes/t"][()]
            count = int(np.sum(t < until))
            self.assertGreater(count, 0)
            for name in ("Spikes/t", "Spikes/gid"):
                np.testing.assert_array_equal(p[name][()], w[name][:count])
            self.assertEqual(sum(manifest["spikes"].values()), count)
            events = p["Populations/A/Spike Events/t/Attribute Value"][()]
            gid = p["Spikes/gid"][()]
            np.testing.assert_array_equal(
                events, np.concatenate([t[:count][gid == g] for g in (2, 3)]).astype("f4"))
            for group, column in (("LFP/near", "v"), ("LFP/near/B", "v"), ("LFP/far/A", "v"),
                                  ("Recordings/v", "value"), ("Recordings/one", "value")):
                times = w[group + "/t"][()]
                samples = int(np.sum(times < until - 1e-6))
                np.testing.assert_array_equal(p[group + "/t"][()], times[:samples], group)
                np.testing.assert_array_equal(p[group][column][()], w[group][column][:samples],
                                              group)
        readout = np.load(os.path.join(part, "readout_far.npy"))
        np.testing.assert_array_equal(
            readout, np.load(os.path.join(whole, "readout_far.npy"))[:len(readout)])

    def test_results_are_made_of_the_segments_alone(self):
        outputs = []
        for ranks in (1, 2, 3):
            report, _, output = self.succeed(config(60.0), ranks=ranks, keep_segments=True)
            segments = os.path.join(output, ".segments")
            self.assertEqual(len(os.listdir(segments)), ranks)
            found, again = self.assemble(segments)
            self.assertEqual(found["spikes"], report["spikes"])
            self.assertTrue(found["complete"])
            for name in ("results.h5", "readout.npy", "readout_far.npy"):
                self.assertTrue(filecmp.cmp(os.path.join(output, name),
                                            os.path.join(again, name), shallow=False), name)
            outputs.append(again)
        for other in outputs[1:]:
            self.assertTrue(filecmp.cmp(os.path.join(outputs[0], "results.h5"),
                                        os.path.join(other, "results.h5"), shallow=False))
        with h5py.File(os.path.join(outputs[0], "results.h5")) as h:
            manifest = json.loads(h["Manifest"][()])
            self.assertTrue(manifest["complete"])
            self.assertEqual(manifest["until_ms"], 60.0)

    def test_segments_go_when_nobody_wants_them(self):
        _, _, output = self.succeed(config(20.0), ranks=2)
        self.assertFalse(os.path.exists(os.path.join(output, ".segments")))

    def test_a_cancelled_run_leaves_a_prefix_of_the_whole(self):
        for ranks in (1, 3):
            found, part = self.assemble(self.cancelled(ranks))
            self.assertFalse(found["complete"])
            until = found["until_ms"]
            self.assertGreater(until, 10)
            # The rest of the run does not change what was before; the other number of ranks
            # does not either.
            _, _, whole = self.succeed(dict(config(30000.0), t_end=until + 1), ranks=2)
            self.assert_prefix(part, until, whole)

    def test_files_that_end_anywhere_leave_a_prefix_too(self):
        segments = self.cancelled(2)
        complete, _ = self.assemble(segments)
        _, _, whole = self.succeed(dict(config(30000.0), t_end=complete["until_ms"] + 1))
        path = os.path.join(segments, "rank-00001.seg")
        marks = list(marks_of(path))
        self.assertGreaterEqual(len(marks), 2)
        for (_, before), (offset, _) in reversed(list(zip(marks, marks[1:]))):
            os.truncate(path, offset + 10)
            found, part = self.assemble(segments)
            self.assertEqual(found["until_ms"], before)
            self.assertTrue(found["losses"])
            self.assert_prefix(part, before, whole)


if __name__ == "__main__":
    step_case.main()
