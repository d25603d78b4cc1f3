"""The construction script of MiV-Simulator's page against a real server: it runs, is cached, and its files are what they should be."""
import os
import pathlib
import warnings

import h5py
import harness
import numpy as np
import setting

import miv
from miv import errors, get

BUILD_STEPS = 13  # types, architecture, distances, three of each: forest, synapses, connections; graph
CELLS = {"STIM": (0, 12), "PYR": (12, 20), "PVBC": (32, 10), "OLM": (42, 6)}  # start, count


class ComponentCases:
    """Written for Build, below."""

    def test_every_component_has_a_result(self):
        for name in ("h5_types", "network", "measure_distances", "graph"):
            self.assertTrue(self.made[name].cached(), name)
        for name in ("synapse_forest", "synapses", "connections"):
            self.assertEqual(sorted(self.made[name]), ["OLM", "PVBC", "PYR"])
            for component in self.made[name].values():
                self.assertTrue(component.cached(), component)

    def test_a_field_without_effect_is_told_once_by_its_own_component(self):
        self.assertEqual(sum("template_path" in text for text in self.warnings), 3)

    def test_a_row_of_a_projection_without_synapses_is_told_once(self):
        self.assertEqual(sum("of PYR lie on tuft in SP" in text for text in self.warnings), 1)

    def test_files_are_fetched_when_opened_into_the_cache_by_content(self):
        cells = self.graph.files()["cells"]
        path = os.fspath(cells)
        self.assertTrue(path.startswith(os.environ["XDG_CACHE_HOME"]))
        self.assertTrue(path.endswith("/cells.h5"))
        self.assertEqual("sha256:" + "".join(path.split("/")[-3:-1]), cells.digest)
        self.assertEqual(pathlib.Path(path).stat().st_size, cells.size)
        with h5py.File(cells, "r") as file:
            self.assertIn("H5Types", file)
        with open(self.made["h5_types"].output_filepath, "rb") as file:
            self.assertEqual(file.read(4), b"\x89HDF")

    def test_the_config_has_defaults_and_keeps_what_was_given(self):
        config = self.made["network"].config
        self.assertEqual(config.nodeiter, 10)  # a default of the page's documentation
        self.assertEqual(config.rotation, [0, 0, 0])
        self.assertIsInstance(config.filepath, miv.RemoteFile)
        self.assertEqual(list(config.layer_extents), ["SO", "SP", "SR", "SLM"])
        self.assertEqual(self.made["h5_types"].config.cell_distributions.PVBC, {"SO": 3, "SP": 5, "SR": 2, "SLM": 0})
        self.assertEqual(self.made["connections"]["OLM"].config.population, "OLM")  # inferred from the forest
        self.assertEqual(self.made["synapses"]["PYR"].config.io_size, 1)

    def test_another_session_builds_nothing(self):
        again = setting.run_script("build_network.py", setting.SMALLER)
        job = self.client.job(again["graph"].job_id)
        self.assertEqual(len(job.tasks), BUILD_STEPS)
        self.assertEqual({task.step for task in job.tasks if not task.cached}, set())
        self.assertEqual(again["graph"].files()["cells"].digest, self.graph.files()["cells"].digest)

    def test_cached_runs_nothing_and_says_no_after_a_change(self):
        jobs = len(list(self.server.directory.glob("groups/*")))
        changed = get("network_architecture", [self.made["network"].config, {"layer_extents.SP": [[0, 0, 5], [90, 90, 51]]}],
                      uses=self.made["h5_types"])
        self.assertFalse(changed.cached())
        self.assertEqual([step["step"] for step in changed.plan() if not step["cached"]], ["network_architecture"])
        self.assertEqual(len(list(self.server.directory.glob("groups/*"))), jobs)
        with self.assertRaisesRegex(errors.NotLaunched, r"launch\(\)"):
            os.fspath(changed.output_filepath)

    def test_a_cached_component_needs_no_launch_for_its_files(self):
        same = get("measure_distances", uses=self.made["network"])
        self.assertEqual(same.output_filepath.digest, self.made["measure_distances"].output_filepath.digest)

    def test_equal_components_are_one_step(self):
        types = [get("h5_types", self.made["h5_types"].config) for _ in range(2)]
        network = get("network_architecture", {"layer_extents": self.made["network"].config.layer_extents}, uses=types)
        self.assertEqual([step["step"] for step in network.plan()], ["h5_types", "network_architecture"])

    def test_a_scope_draws_other_numbers_and_is_cached_by_itself(self):
        def build(trial):
            with get("machinable.scope", {"trial": trial}):
                return get("architecture", {"layer_extents": self.made["network"].config.layer_extents}, uses=self.made["h5_types"])

        one, two = build(1).launch(), build(2).launch()
        digests = {component.output_filepath.digest for component in (one, two, self.made["network"])}
        self.assertEqual(len(digests), 3)
        self.assertTrue(build(1).cached())
        self.assertFalse(build(3).cached())

    def test_an_execution_launches_all_as_one_job_when_it_ends(self):
        layers = self.made["network"].config.layer_extents
        with get("miv_simulator.interface.execution.slurm", {"ranks": 2}):
            network = get("architecture", {"layer_extents": layers, "seed": 5}, uses=self.made["h5_types"]).launch()
            distances = network.measure_distances().launch()
            self.assertEqual(network.job_id, "")
        self.assertEqual(network.job_id, distances.job_id)
        ranks = {task.step: task.ranks for task in self.client.job(distances.job_id).tasks}
        self.assertEqual(ranks["measure_distances"], 2)

    def test_errors_have_a_class_and_name_the_field(self):
        with self.assertRaises(errors.UnknownConfigKey) as caught:
            get("h5_types", {"cell_distribution": {}}).launch()
        self.assertEqual(caught.exception.field, "steps.h5_types.config.cell_distribution")
        self.assertIn("cell_distributions", caught.exception.remedy)
        with self.assertRaises(errors.UnknownKind):
            get("miv_simulator.interface.h5_typo").launch()
        with self.assertRaises(errors.FileNotFound) as caught:
            self.made["network"].generate_synapse_forest({"population": "PYR", "morphology": "simulation/morphology/PYRR.swc"},
                                                         uses=self.made["measure_distances"]).launch()
        self.assertIn("PYR.swc", caught.exception.remedy)
        with self.assertRaises(errors.WrongType):
            get("h5_types", {"cell_distributions": object()}).launch()
        with self.assertRaises(errors.WrongType):
            get("h5_types", uses=["h5_types"])
        with self.assertRaises(errors.NotLaunched):
            get("h5_types").wait()
        with self.assertRaises(errors.OutOfRange):
            get("h5_types", {"cell_distributions": float("nan")}).launch()

    def test_one_relative_path_of_two_working_directories_is_refused(self):
        def forest(directory, population):
            before = os.getcwd()
            os.chdir(directory)
            try:
                return self.made["network"].generate_synapse_forest({"population": population, "morphology": "cell.swc"})
            finally:
                os.chdir(before)

        places = []
        for name in ("one", "two"):
            places.append(self.directory / name)
            places[-1].mkdir()
            (places[-1] / "cell.swc").write_text((self.directory / "simulation/morphology/PYR.swc").read_text())
        with self.assertRaises(errors.AmbiguousPath):
            miv.launch([forest(places[0], "PYR"), forest(places[1], "OLM")])

    def test_representations_are_readable(self):
        self.assertEqual(repr(self.graph), "<miv component neuroh5_graph: has a result>")
        self.assertIn("cells.h5", self.graph._repr_html_())
        self.assertEqual(repr(self.made["synapses"]["PYR"].output_filepath), "<miv.RemoteFile output of distribute_synapses_PYR>")


class FileCases:
    """Written for Build, below: miv.h5 against plain h5py and the morphology's own file."""

    def setUp(self):
        self.cells = self.enterContext(miv.h5.Cells(self.graph.files()["cells"]))
        self.connections = self.enterContext(miv.h5.Connections(self.graph.files()["connections"]))
        self.plain = self.enterContext(h5py.File(self.graph.files()["cells"], "r"))
        self.plain_connections = self.enterContext(h5py.File(self.graph.files()["connections"], "r"))

    def test_populations_are_in_the_order_of_their_gids(self):
        found = {name: (one.start, one.count) for name, one in self.cells.populations().items()}
        self.assertEqual(list(found.items()), list(CELLS.items()))

    def test_soma_positions_are_those_of_the_file_by_gid(self):
        group = self.plain["Populations/PVBC/Generated Coordinates"]
        order = np.argsort(group["X Coordinate/Cell Index"][()])
        expected = np.stack([group[f"{axis} Coordinate/Attribute Value"][()][order] for axis in "XYZ"], axis=1)
        np.testing.assert_array_equal(self.cells.soma_positions("PVBC"), expected)
        self.assertTrue(((expected >= 0) & (expected <= [90, 90, 150])).all())

    def test_a_tree_is_the_swc_file_of_its_population(self):
        swc = np.loadtxt(self.directory / "simulation/morphology/PYR.swc")
        tree = self.cells.tree(12)
        np.testing.assert_allclose(tree.xyz, swc[:, 2:5], atol=1e-4)
        np.testing.assert_allclose(tree.radius, swc[:, 5], atol=1e-5)
        self.assertEqual(tree.parent[0], -1)
        self.assertEqual(len(tree.section), len(swc))
        self.assertEqual(tree.section.min(), 0)  # every point is in a section
        self.assertTrue((np.diff(np.unique(tree.section)) == 1).all())

    def test_synapses_of_one_cell_are_its_rows(self):
        group = self.plain["Populations/PYR/Synapse Attributes"]
        row = int(np.flatnonzero(group["syn_locs/Cell Index"][()] == 15 - 12)[0])
        begin, end = group["syn_locs/Attribute Pointer"][row:row + 2]
        synapses = self.cells.synapses(15)
        np.testing.assert_array_equal(synapses.loc, group["syn_locs/Attribute Value"][begin:end])
        self.assertEqual(len(synapses), self.cells.synapse_counts("PYR")[15 - 12])
        self.assertEqual(self.cells.synapse_counts("PYR").sum(), len(group["syn_locs/Attribute Value"]))

    def test_a_projection_gives_every_synapse_of_its_type_one_source(self):
        edges = self.plain_connections["Projections/PYR/STIM/Edges"]
        projection = self.connections.projection("PYR", "STIM")
        self.assertEqual(len(projection), len(edges["Source Index"]))
        self.assertEqual(set(projection.source_gid), set(edges["Source Index"][()]))
        self.assertEqual(projection.destination_gid.min(), 12)
        self.assertEqual(projection.destination_gid.max(), 31)
        for gid in (12, 31):
            excitatory = self.cells.synapses(gid).syn_id[self.cells.synapses(gid).syn_type == 0]
            served = [self.connections.projection("PYR", source) for source in ("STIM", "PYR")]
            of_cell = np.concatenate([one.syn_id[one.destination_gid == gid] for one in served])
            self.assertEqual(sorted(of_cell), sorted(excitatory))
        np.testing.assert_array_equal(self.connections.in_degrees("PYR", "STIM"),
                                      [np.sum(projection.destination_gid == gid) for gid in range(12, 32)])

    def test_a_projection_knows_the_distance_of_its_somata(self):
        projection = self.connections.projection("PYR", "PVBC")
        pyr, pvbc = self.cells.arc_distances("PYR"), self.cells.arc_distances("PVBC")
        between = np.abs(pyr[projection.destination_gid - 12] - pvbc[projection.source_gid - 32]).sum(axis=1)
        np.testing.assert_allclose(projection.distance, between, rtol=1e-5, atol=1e-4)

    def test_what_is_not_there_is_told(self):
        with self.assertRaisesRegex(errors.UnknownPopulation, "STIM, PYR, PVBC, OLM"):
            self.cells.soma_positions("GC")
        with self.assertRaises(errors.OutOfRange):
            self.cells.tree(48)
        with self.assertRaisesRegex(errors.NotInFile, "PVBC"):
            self.connections.projection("OLM", "STIM")


class Build(ComponentCases, FileCases, setting.TestCase):
    """The network of the page's script, built once."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        harness.edit(cls.directory / "simulation/config/synapses.yml",
                     "    sections: [soma, basal, apical]\n    layers: [SP, SP, SP]\n    proportions: [1.0, 1.0, 1.0]",
                     "    sections: [soma, basal, apical, tuft]\n    layers: [SP, SP, SP, SP]\n    proportions: [1.0, 1.0, 1.0, 1.0]")
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            cls.made = setting.run_script("build_network.py", setting.SMALLER)
        cls.warnings = [str(one.message) for one in caught if issubclass(one.category, miv.MivWarning)]
        cls.graph = cls.made["graph"]


if __name__ == "__main__":
    harness.main()
