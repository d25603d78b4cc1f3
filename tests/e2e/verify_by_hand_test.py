"""`miv verify` on fetched files: which network it is told of, and what it says of bad input."""
import json
import shutil

import h5py

import harness


class VerifyByHand(harness.TestCase):

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.server = cls.start_server()
        cls.pipeline = harness.copy_small_example(cls.directory / "network")
        cls.declarative = harness.declarative(cls.pipeline)
        text = cls.pipeline.read_text()
        cls.pipeline.write_text(text[:text.index("  run:\n")])
        job = cls.server.submit(cls.pipeline)
        files = cls.server.fetch(job["id"], "graph", cls.directory / "files")
        cls.files = files / "cells.h5", files / "connections.h5"

    def report(self, *options, expect=0):
        return self.server.json("verify", *self.files, *options, expect=expect)

    def refused(self, *arguments):
        """The error of a call that checks nothing."""
        done = self.server.miv("verify", *arguments, expect=2)
        self.assertEqual(done.stdout, "")
        self.assertNotEqual(done.stderr, "")
        answer = json.loads(self.server.miv("verify", *arguments, "--json", expect=2).stdout)
        self.assertEqual(set(answer), {"error"})
        return answer["error"]

    @staticmethod
    def failed(report):
        return {(check["name"], check["subject"]) for check in report["checks"] if check["verdict"] == "fail"}

    def test_json_is_one_document_whose_counts_are_those_of_its_checks(self):
        report = self.report("--config", self.pipeline)
        self.assertEqual(set(report), {"verdict", "alpha", "tests", "counts", "checks"})
        self.assertEqual(report["alpha"], 1e-4)
        for check in report["checks"]:
            self.assertEqual(set(check), {"name", "subject", "expected", "observed", "z", "p", "difference", "verdict",
                                          "reason", "offences", "offenders"})
        verdicts = [check["verdict"] for check in report["checks"]]
        self.assertEqual(report["counts"], {word: verdicts.count(word) for word in ("pass", "fail", "skipped")})

    def test_table_says_what_the_document_says(self):
        report = self.report("--config", self.pipeline)
        said = self.server.miv("verify", *self.files, "--config", self.pipeline).stdout
        self.assertEqual(sum(line.startswith("pass ") for line in said.splitlines()), report["counts"]["pass"])
        self.assertIn(f"{report['counts']['pass']} checks passed, 0 failed", said)

    def test_without_a_config_only_the_structure_is_checked(self):
        report = self.report()
        self.assertEqual((report["verdict"], report["tests"]), ("pass", 0))
        skipped = {check["name"] for check in report["checks"] if check["verdict"] == "skipped"}
        self.assertLessEqual({"synapse_count", "source_reach", "arc_distance_u", "population_ranges"}, skipped)
        for check in report["checks"]:
            self.assertEqual(check["verdict"] == "skipped", bool(check["reason"]), check)

    def test_set_changes_what_is_expected_of_the_files(self):
        report = self.report("--config", self.pipeline, "--set", "steps.distances.config.origin.U=min", expect=1)
        names = {name for name, _ in self.failed(report)}
        self.assertLessEqual({"arc_distance_u"}, names)
        self.assertLessEqual(names, {"arc_distance_u", "arc_reference_u"})
        self.assertEqual({subject for name, subject in self.failed(report) if name == "arc_distance_u"},
                         {"STIM", "PYR", "PVBC", "OLM"})

    def test_sets_add_up(self):
        report = self.report("--config", self.pipeline, "--set", "steps.connections_PYR.config.synapses.PYR.OLM.contacts=2",
                             "--set", "steps.h5_types.config.cell_distributions.OLM.SO=7",
                             "--set", "steps.network.config.cell_distributions.OLM.SO=7", expect=1)
        self.assertLessEqual({("contacts", "OLM->PYR"), ("population_ranges", "network")}, self.failed(report))

    def test_declarative_form_of_the_network_expects_the_same(self):
        self.assertEqual(self.report("--config", self.declarative), self.report("--config", self.pipeline))

    def test_step_names_one_of_several_graphs(self):
        several = self.pipeline.parent / "several.yaml"
        text = self.pipeline.read_text()
        graph = text[text.index("  graph:\n"):]
        several.write_text(text + graph.replace("  graph:\n", "  partial:\n").replace("      - connections_OLM\n", ""))
        error = self.refused(*self.files, "--config", several)
        self.assertEqual((error["reason"], error["field"]), ("AMBIGUOUS_GRAPH", "--config"))
        self.assertIn("--step", error["remedy"])
        whole = self.report("--config", several, "--step", "graph")
        self.assertEqual(whole, self.report("--config", self.pipeline))
        partial = self.report("--config", several, "--step", "partial", expect=1)
        self.assertEqual(self.failed(partial), {("projections_present", "network")})
        error = self.refused(*self.files, "--config", several, "--step", "forest_OLM")
        self.assertEqual((error["field"], error["found"]), ("--step", "forest_OLM"))
        self.assertIn("graph, partial", error["expected"])

    def test_pipeline_without_a_graph_is_bad_input(self):
        bare = self.pipeline.parent / "bare.yaml"
        text = self.pipeline.read_text()
        bare.write_text(text[:text.index("  graph:\n")])
        self.assertEqual(self.refused(*self.files, "--config", bare)["reason"], "NO_GRAPH")

    def test_mistakes_in_the_pipeline_are_bad_input_with_their_place(self):
        error = self.refused(*self.files, "--config", self.pipeline, "--set", "steps.network.config.rotation=[0, 0]")
        self.assertEqual(error["field"], "steps.network.config.rotation")
        wrong = self.pipeline.parent / "wrong.yaml"
        wrong.write_text(self.pipeline.read_text().replace("kind: measure_distances", "kind: measure_distance"))
        error = self.refused(*self.files, "--config", wrong)
        self.assertEqual((error["reason"], error["field"]), ("UNKNOWN_KIND", "steps.distances.kind"))
        self.assertGreater(error["line"], 1)

    def test_files_that_are_no_network_are_bad_input(self):
        cells, connections = self.files
        missing = self.directory / "nothing.h5"
        text = self.directory / "text.h5"
        text.write_text("not HDF5\n")
        plain = self.directory / "plain.h5"
        with h5py.File(plain, "w") as file:
            file["numbers"] = [1, 2, 3]
        for file in (missing, text, plain):
            self.assertIn(file.name, json.dumps(self.refused(file, connections)))
            self.assertIn(file.name, json.dumps(self.refused(cells, file)))
        self.assertIn("nowhere.yaml", json.dumps(self.refused(*self.files, "--config", self.directory / "nowhere.yaml")))

    def test_options_that_need_a_config_are_bad_usage(self):
        for option in (("--step", "graph"), ("--set", "seed=1")):
            done = self.server.miv("verify", *self.files, *option, expect=2)
            self.assertIn("--config", done.stderr)

    def test_truncated_file_is_bad_input(self):
        cells, connections = self.files
        short = self.directory / "short.h5"
        shutil.copy(connections, short)
        with open(short, "r+b") as file:
            file.truncate(short.stat().st_size // 2)
        self.refused(cells, short)


if __name__ == "__main__":
    harness.main()
