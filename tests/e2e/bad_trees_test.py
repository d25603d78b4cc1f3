"""Trees, densities and projections that do not fit together are found before anything runs."""
import json

import harness
from refusals import RefusalCase


def drop_layers(swc):
    """Makes a tree an ordinary SWC file of 7 columns."""
    lines = [line if line.startswith("#") else " ".join(line.split()[:7]) for line in swc.read_text().splitlines()]
    swc.write_text("\n".join(lines) + "\n")


class BadTrees(RefusalCase):

    def test_tree_without_layers(self):
        drop_layers(self.root / "morphology/PYR.swc")
        error = self.refuse("no point of the tree has a layer", "20 cells of PYR", file="PYR.swc")
        self.assertEqual((error["reason"], error["step"]), ("NO_SYNAPSES", "synapses_PYR"))
        self.assertEqual(error["field"], "steps.synapses_PYR.config.cell_types.PYR.synapses.density")
        self.assertIn("apical in SLM", error["expected"])
        self.assertRegex(error["found"], r"\d+ um of apical in no layer")
        self.assert_remedy(error, "layer_from: depth", "column 8")

    def test_tree_outside_the_depths_of_all_layers(self):
        harness.edit(self.pipeline, "{population: OLM, morphology: ./morphology/OLM.swc}",
                     "{population: OLM, morphology: ./morphology/OLM.swc, layer_from: depth, depth_axis: z, soma_layer: SR, "
                     "layer_extents: {SR: [[0, 0, 5000], [90, 90, 5001]], SO: [[0, 0, 0], [90, 90, 5]]}}")
        error = self.refuse("6 cells of OLM", file="OLM.swc")
        self.assert_remedy(error)

    def test_one_of_several_trees_without_layers(self):
        drop_layers(self.root / "morphology/PVBC.swc")
        harness.edit(self.pipeline, "{population: OLM, morphology: ./morphology/OLM.swc}",
                     "{population: OLM, morphology: [{file: ./morphology/OLM.swc}, {file: morphology/PVBC.swc, gids: [44-45]}]}")
        error = self.refuse("PVBC.swc", file="PVBC.swc")
        self.assertEqual(error["reason"], "NO_SYNAPSES")

    def test_broken_file_in_a_list_of_morphologies(self):
        swc = self.root / "morphology" / "other.swc"
        swc.write_text("0 1 0 0 0 5 -1 5\n1 3 20 0 0 1 7777 5\n")
        harness.edit(self.pipeline, "morphology: ./morphology/OLM.swc",
                     "morphology: [{file: morphology/OLM.swc}, {file: morphology/other.swc, gids: [42, 44-45]}]")
        error = self.refuse("7777", file="other.swc")
        self.assertEqual((error["line"], error["field"]), (2, "steps.forest_OLM.config.morphology[1].file"))
        self.assert_remedy(error)

    def test_synapses_that_no_projection_takes(self):
        harness.edit(self.root / "config/cell_types.yml", "      apical:\n        excitatory:\n          SP: {mean: 0.10, variance: 0}",
                     "      apical:\n        modulatory: {SP: {mean: 0.5}, SR: {mean: 0.5}}\n"
                     "        excitatory:\n          SP: {mean: 0.10, variance: 0}")
        error = self.refuse("20 cells of PYR", file="synapses.yml")
        self.assertEqual((error["reason"], error["field"]), ("UNTAKEN_SYNAPSES", "steps.connections_PYR.config.synapses.PYR"))
        self.assertRegex(error["found"], r"^per cell about [\d.]+ modulatory on apical in SP, about \d+ modulatory on apical in SR$")
        self.assert_remedy(error, "projection")
        self.assertEqual(self.server.miv("plan", self.pipeline, expect=2).stderr.count("modulatory on apical in SP"), 1)

    def move_olm_input(self):
        """The projection from OLM onto PYR ends where the tree has no cable."""
        harness.edit(self.root / "config/synapses.yml", "    sections: [apical, apical]\n    layers: [SR, SLM]",
                     "    sections: [tuft, tuft]\n    layers: [SR, SLM]")
        harness.edit(self.root / "config/cell_types.yml",
                     "          SP: {mean: 0.40, variance: 0}\n          SR: {mean: 0.03, variance: 0}\n"
                     "          SLM: {mean: 0.08, variance: 0}\n",
                     "          SP: {mean: 0.40, variance: 0}\n      tuft: {inhibitory: {default: {mean: 0.1}}}\n")

    def test_projection_that_cannot_receive_a_synapse(self):
        self.move_olm_input()
        error = self.refuse("projection from OLM", "20 cells of PYR", "tuft in SR, tuft in SLM", file="synapses.yml")
        self.assertEqual((error["reason"], error["field"]),
                         ("UNREACHABLE_PROJECTION", "steps.connections_PYR.config.synapses.PYR.OLM"))
        self.assertGreater(error["line"], 1)
        self.assert_remedy(error, "density")

    def test_projection_of_a_declarative_network(self):
        self.move_olm_input()
        self.pipeline = harness.declarative(self.pipeline)
        error = self.refuse("projection from OLM", file="synapses.yml")
        self.assertEqual(error["field"], "steps.network.config.config.Connection Generator.Synapses.PYR.OLM")


class OddTrees(harness.TestCase):
    """What is worth a warning, but no refusal."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.server = cls.start_server()

    def setUp(self):
        self.pipeline = harness.copy_small_example(self.directory / self._testMethodName)
        self.root = self.pipeline.parent

    def warnings(self, *options):
        """What `miv plan` warns of, as printed and as data; it accepts the pipeline."""
        printed = self.server.miv("plan", self.pipeline, *options).stderr.splitlines()
        data = self.server.json("plan", self.pipeline, *options)["warnings"]
        self.assertEqual(len(printed), len(data), printed)
        return printed, data

    def test_layers_by_depth_are_the_remedy(self):
        drop_layers(self.root / "morphology/OLM.swc")
        harness.edit(self.pipeline, "{population: OLM, morphology: ./morphology/OLM.swc}",
                     "{population: OLM, morphology: ./morphology/OLM.swc, layer_from: depth, depth_axis: z, "
                     "layer_extents: {SO: [[0, 0, -100], [90, 90, 100]]}}")
        self.assertEqual(self.warnings(), ([], []))

    def test_row_that_does_nothing_is_said_once(self):
        harness.edit(self.root / "config/synapses.yml", "    sections: [soma, basal, apical]\n    layers: [SP, SP, SP]\n"
                     "    proportions: [1.0, 1.0, 1.0]", "    sections: [soma, basal, apical, tuft]\n    layers: [SP, SP, SP, SP]\n"
                     "    proportions: [1.0, 1.0, 1.0, 1.0]")
        printed, data = self.warnings()
        self.assertEqual(len(data), 1, data)
        self.assertEqual((data[0]["step"], data[0]["field"]),
                         ("connections_PYR", "steps.connections_PYR.config.synapses.PYR.PVBC"))
        self.assertIn("lie on tuft in SP", data[0]["text"])
        self.assertRegex(printed[0], r"synapses\.yml:\d+: .*lie on tuft in SP")
        begun = self.server.miv("submit", self.pipeline, "--json")
        self.assertEqual(begun.stderr.count("tuft"), 1, begun.stderr)
        job = json.loads(begun.stdout)
        self.server.miv("cancel", (job.get("job") or job)["id"])


if __name__ == "__main__":
    harness.main()
