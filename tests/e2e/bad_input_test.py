"""Mistakes are refused before anything runs, with words that say where the mistake is and what to do about it."""
import json
import os
import socket
import subprocess

import harness
from refusals import RefusalCase

PYRAMIDAL = "templates/CA1PyramidalCell.hoc"


class Refused(RefusalCase):

    def test_unknown_kind_of_component(self):
        harness.edit(self.pipeline, "kind: measure_distances", "kind: measure_distance")
        error = self.refuse("steps.distances.kind", "measure_distance")
        self.assertEqual(error["reason"], "UNKNOWN_KIND")
        self.assert_remedy(error, "measure_distances")

    def test_mistake_in_a_declarative_network(self):
        self.pipeline = harness.declarative(self.pipeline)
        harness.edit(self.root / "network.yaml", "U: median", "U: middle")
        error = self.refuse("steps.network.config.config.Geometry.Parametric Surface.Origin.U", "median",
                            file="network.yaml")
        self.assertEqual(error["line"], 16)

    def test_mistake_that_a_step_of_a_network_finds(self):
        self.pipeline = harness.declarative(self.pipeline)
        harness.edit(self.root / "config/axon_extents.yml", "\nOLM:", "\nOLN:")
        self.refuse("steps.network.config.config.Connection Generator.Axon Extent.OLM", file="network.yaml")

    def test_unknown_config_key(self):
        harness.edit(self.pipeline, "t_end: 10", "t_ned: 10")
        error = self.refuse("steps.run.config", "t_ned")
        self.assertEqual(error["reason"], "UNKNOWN_CONFIG_KEY")
        self.assert_remedy(error, "t_end")
        self.assertGreater(error["line"], 1)

    def test_uses_in_a_circle(self):
        harness.edit(self.pipeline, "    uses: [h5_types]\n", "    uses: [h5_types, graph]\n")
        error = self.refuse("graph", "network")
        self.assertIn("CYCLE", error["reason"])
        self.assert_remedy(error)

    def test_uses_of_nothing(self):
        harness.edit(self.pipeline, "    uses: [graph]\n", "    uses: [grahp]\n")
        error = self.refuse("steps.run.uses", "grahp")
        self.assertIn("UNKNOWN", error["reason"])
        self.assert_remedy(error, "graph")

    def test_missing_morphology(self):
        (self.root / "morphology" / "OLM.swc").unlink()
        error = self.refuse("steps.forest_OLM.config.morphology", "morphology/OLM.swc")
        self.assert_remedy(error)

    def test_morphology_with_a_broken_parent(self):
        swc = self.root / "morphology" / "OLM.swc"
        lines = swc.read_text().splitlines()
        words = lines[-1].split()
        words[6] = "7777"
        swc.write_text("\n".join(lines[:-1] + [" ".join(words)]) + "\n")
        error = self.refuse("morphology/OLM.swc", "7777", file="OLM.swc")
        self.assertEqual(error["line"], len(lines))
        self.assert_remedy(error)

    def test_proportions_that_do_not_sum_to_one(self):
        harness.edit(self.root / "config/synapses.yml", "proportions: [0.4, 0.4, 1.0, 1.0, 1.0]",
                     "proportions: [0.4, 0.4, 1.0, 0.9, 1.0]")
        error = self.refuse("proportions", "0.9", file="synapses.yml")
        self.assertIn("synapses.PYR", error["field"])
        self.assert_remedy(error)

    def test_unknown_layer(self):
        harness.edit(self.root / "config/cell_types.yml", "          SLM: {mean: 0.15, variance: 0}",
                     "          SLMM: {mean: 0.15, variance: 0}")
        error = self.refuse("SLMM", file="cell_types.yml")
        self.assertEqual(error["reason"], "UNKNOWN_LAYER")
        self.assert_remedy(error, "SLM")

    def test_negative_count(self):
        harness.edit(self.root / "config/cell_distributions.yml", "PYR: {SP: 20}", "PYR: {SP: -20}")
        error = self.refuse("cell_distributions.PYR.SP", "-20", file="cell_distributions.yml")
        self.assertEqual(error["reason"], "OUT_OF_RANGE")

    def test_mechanism_that_does_not_compile(self):
        harness.edit(self.root / "mechanisms/KM.mod", "BREAKPOINT {", "BREAKPOINT {\n  gbar = = 3\n")
        error = self.refuse("KM.mod", file="KM.mod")
        self.assertTrue(error["output"].strip(), "the compiler's own message is missing")
        self.assertIn("KM.mod", error["output"] + error.get("file", ""))
        self.assert_remedy(error)

    def test_mechanism_with_an_error_in_its_c_code(self):
        harness.edit(self.root / "mechanisms/KM.mod", "BREAKPOINT {", "VERBATIM\nint no_such_thing = undeclared_name;\nENDVERBATIM\nBREAKPOINT {")
        error = self.refuse("KM", file="KM.mod")
        self.assertIn("undeclared_name", error["output"])

    def test_template_that_does_not_load(self):
        text = (self.root / PYRAMIDAL).read_text()
        (self.root / PYRAMIDAL).write_text(text.replace("begintemplate", "begintemplate }", 1))
        error = self.refuse("CA1PyramidalCell", file="CA1PyramidalCell")
        self.assertTrue(error["output"].strip(), "NEURON's own message is missing")
        self.assert_remedy(error)

    def test_template_that_inserts_a_mechanism_that_is_not_there(self):
        (self.root / "mechanisms/h_o.mod").unlink()
        error = self.refuse("CA1OLMCell", "h_o", file="CA1OLMCell")
        self.assert_remedy(error)

    def test_malformed_yaml(self):
        self.pipeline.write_text(self.pipeline.read_text() + "  broken: [1, 2\n")
        error = self.refuse("pipeline.yaml", readable=False)
        self.assertGreater(error["line"], 1)

    def test_file_that_is_not_there(self):
        self.pipeline.unlink()
        self.refuse("pipeline.yaml", readable=False)

    def test_override_of_a_step_that_is_not_there(self):
        error = self.refuse("steps.rum", options=("--set", "steps.rum.config.t_end=5"), file="--set")
        self.assert_remedy(error, "run")

    def test_afterwards_the_corrected_pipeline_finds_nothing_cached(self):
        plan = self.server.json("plan", self.pipeline)
        self.assertEqual({step["step"] for step in plan["steps"] if step["cached"]}, set())


class ExitCodes(harness.TestCase):

    def miv(self, *arguments, **environment):
        return subprocess.run([harness.BIN / "miv", *map(str, arguments)], capture_output=True, text=True, timeout=60,
                              stdin=subprocess.DEVNULL, env=os.environ | environment, cwd=self.directory)

    def test_3_when_no_server_answers(self):
        with socket.socket() as taken:  # bound, but nobody listens
            taken.bind(("127.0.0.1", 0))
            address = f"127.0.0.1:{taken.getsockname()[1]}"
            done = self.miv("--server", address, "jobs")
        self.assertEqual(done.returncode, 3, done.stderr)
        self.assertIn(address, done.stderr)
        self.assertIn("miv up", done.stderr)

    def test_4_with_a_wrong_token(self):
        with harness.Server() as server:
            token = self.directory / "token"
            token.write_text("0" * 64)
            token.chmod(0o600)
            done = self.miv("--server", server.address, "--token-file", token, "jobs")
            self.assertEqual(done.returncode, 4, done.stderr)
            self.assertIn("token", done.stderr)
            done = self.miv("--server", server.address, "jobs", HOME=str(self.directory), MIV_TOKEN="")
            self.assertEqual(done.returncode, 4, done.stderr)
            self.assertIn("token", done.stderr)

    def test_2_for_bad_usage(self):
        self.assertEqual(self.miv("no-such-verb").returncode, 2)
        self.assertEqual(self.miv("submit").returncode, 2)
        with harness.Server() as server:
            done = server.miv("job", "no-such-job", expect=2)
            self.assertIn("no-such-job", done.stderr)

    def test_1_when_the_job_fails(self):
        with harness.Server() as server:
            pipeline = harness.copy_small_example(self.directory / "failing")
            harness.edit(pipeline, "v_init: -65", "v_init: -65\n      celsius: 6.3\n      clamps:\n"
                                   "        - {gid: 12, section: soma, loc: 0.5, delay: 1, dur: 5, amp: 1.0e+300}")
            done = server.miv("submit", pipeline, "--wait", expect=1)
            self.assertIn("run", done.stdout)
            job = server.json("jobs")[0]
            self.assertEqual(job["state"], "FAILED")
            task = server.task(job["id"], "run")
            self.assertEqual((task["state"], task["attempts"]), ("FAILED", 1), "a deterministic failure is not repeated")
            self.assertTrue(task["error"]["message"])
            self.assertGreaterEqual(task["error"].get("simulated_ms", -1), 0)
            server.miv("watch", job["id"], expect=1)


if __name__ == "__main__":
    harness.main()
