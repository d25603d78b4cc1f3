"""Checking networks: as a step, and on fetched files."""
import json
import shutil

import h5py
import harness

EXCITATORY, INHIBITORY = 0, 1


class Verify(harness.TestCase):

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.server = cls.start_server()
        cls.pipeline = harness.copy_small_example(cls.directory / "network")
        text = cls.pipeline.read_text()
        cls.pipeline.write_text(text[:text.index("  run:\n")] + "  check: {kind: verify, uses: [graph]}\n")
        cls.job = cls.server.submit(cls.pipeline)
        cls.files = cls.server.fetch(cls.job["id"], "graph", cls.directory / "files")
        cls.flipped = cls.directory / "flipped.h5"
        shutil.copy(cls.files / "cells.h5", cls.flipped)
        with h5py.File(cls.flipped, "r+") as cells:
            types = cells["Populations/PYR/Synapse Attributes/syn_types/Attribute Value"]
            types[0] = INHIBITORY if types[0] == EXCITATORY else EXCITATORY

    def check(self, cells, expect):
        """The report of `miv verify` against the pipeline."""
        return self.server.json("verify", cells, self.files / "connections.h5", "--config", self.pipeline, expect=expect)

    @staticmethod
    def failed(report):
        return {(check["name"], check["subject"].split("->")[-1].split()[0])
                for check in report["checks"] if check["verdict"] == "fail"}

    def test_sound_network_passes_as_a_step_and_by_hand(self):
        self.assertEqual(self.job["state"], "SUCCEEDED")
        report = json.loads((self.server.fetch(self.job["id"], "check", self.directory / "step") / "verify.json").read_text())
        self.assertEqual(report["verdict"], "pass")
        self.assertGreater(report["counts"]["pass"], 50)
        self.assertEqual(report, self.check(self.files / "cells.h5", 0))

    def test_flipped_synapse_type_is_named(self):
        report = self.check(self.flipped, 1)
        self.assertEqual(report["verdict"], "fail")
        self.assertIn(("projection_type", "PYR"), self.failed(report))

    def test_warnings_of_the_config_are_printed(self):
        done = self.server.miv("verify", self.files / "cells.h5", self.files / "connections.h5", "--config", self.pipeline,
                               "--set", "steps.forest_OLM.config.mpi=1")
        self.assertRegex(done.stderr, r"^warning: .*steps\.forest_OLM\.config\.mpi: The field has no effect here")
        self.assertEqual(done.stderr.count("\n"), 1, done.stderr)

    def test_step_fails_once_on_a_flipped_synapse_type(self):
        pipeline = self.pipeline.parent / "flipped.yaml"
        pipeline.write_text(self.pipeline.read_text().replace("uses: [graph]", "uses: [graph, cells]").replace(
            "  check:", f"  cells: {{kind: import, config: {{file: {self.flipped}, stands_for: cells}}}}\n  check:"))
        harness.edit(pipeline, "  check: {kind: verify, uses: [graph, cells]}",
                     "  check: {kind: verify, uses: [graph, cells], config: {cells: step:cells}}")
        job = self.server.submit(pipeline, expect=1)
        task = harness.tasks(job)["check"]
        self.assertEqual((job["state"], task["state"], task["attempts"]), ("FAILED", "FAILED", 1))
        self.assertEqual(task["error"]["reason"], "VERIFICATION_FAILED")
        self.assertIn("projection_type", task["error"]["output"])


if __name__ == "__main__":
    harness.main()
