"""A simulation that goes on from the checkpoint of another, through the service."""
import json

import h5py
import numpy as np

import harness

FIRST_MS, END_MS = 6, 10


class Checkpoints(harness.TestCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.server = cls.start_server()
        cls.pipeline = harness.copy_small_example(cls.directory / "model", END_MS)
        text = cls.pipeline.read_text()
        start = text.index("\n  run:\n")
        cls.run_step = text[start:].rstrip() + "\n"
        cls.pipeline.write_text(text[:start] + "\n" + cls.run_step + cls.step("first", FIRST_MS, "save_checkpoint: true")
                                + cls.step("later", END_MS, "start_from: step:first", ranks=1))
        cls.job = cls.server.submit(cls.pipeline)

    @classmethod
    def step(cls, name, t_end, field, ranks=2):
        """The step `run` under another name, with another end and one more field."""
        return (cls.run_step.replace("\n  run:\n", f"\n  {name}:\n").replace("ranks: 2", f"ranks: {ranks}")
                .replace(f"t_end: {END_MS}", f"t_end: {t_end}\n      {field}"))

    def results(self, step):
        return h5py.File(self.server.fetch(self.job["id"], step, self.directory / "out") / "results.h5")

    def test_the_later_run_is_the_later_part_of_the_whole(self):
        with self.results("run") as whole, self.results("later") as later:
            late = whole["Spikes/t"][:] > FIRST_MS
            self.assertGreater(late.sum(), 0)
            for name in ("t", "gid"):
                np.testing.assert_array_equal(later["Spikes"][name], whole["Spikes"][name][late])
            samples = whole["LFP/SP/t"][:] >= FIRST_MS - 1e-9
            for name in ("t", "v"):
                np.testing.assert_array_equal(later["LFP/SP"][name], whole["LFP/SP"][name][samples])
            self.assertEqual(json.loads(later["Manifest"][()])["resume"], "exact")

    def test_the_key_has_the_checkpoint_and_not_the_name(self):
        self.assertEqual(harness.computed(self.server.submit(self.pipeline)), set())
        copy = self.pipeline.parent / "longer.yaml"
        copy.write_text(self.pipeline.read_text().replace(f"t_end: {FIRST_MS}", f"t_end: {FIRST_MS + 1}"))
        self.assertEqual(harness.computed(self.server.submit(copy)), {"first", "later"})

    def test_a_damaged_file_is_refused(self):
        path = self.server.fetch(self.job["id"], "first", self.directory / "out") / "checkpoint.miv"
        damaged = bytearray(path.read_bytes())
        damaged[200] ^= 1
        (self.pipeline.parent / "damaged.miv").write_bytes(damaged)
        copy = self.pipeline.parent / "damaged.yaml"
        copy.write_text(self.pipeline.read_text().replace("step:first", "./damaged.miv"))
        done = self.server.miv("submit", copy, "--wait", "--json", expect=1)
        error = json.dumps(harness.tasks(json.loads(done.stdout))["later"]["error"])
        self.assertIn("CHECKPOINT_DAMAGED", error)
        self.assertIn("damaged.miv", error)


if __name__ == "__main__":
    harness.main()
