"""Where somata stand: given points, rotations, and what positions are called, through the service."""
import json

import h5py
import numpy as np

import harness

POINTS = [(10.0, 20.0, 2.0), (70.5, 61.25, 4.0)]  # um, both in SO
OLM = "OLM: {SO: 6}"
SIDE = harness.SMALL_EXTENT_UM
DEPTH = 150  # um, of all layers


class Placement(harness.TestCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.server = cls.start_server()
        cls.pipeline = cls.network("model")

    @classmethod
    def network(cls, name):
        """The example without its simulation."""
        pipeline = harness.copy_small_example(cls.directory / name)
        text = pipeline.read_text()
        pipeline.write_text(text[:text.index("  run:\n")])
        return pipeline

    def with_points(self, name, text=None):
        """The example with two OLM cells at points: of a file with this text, else in the config."""
        pipeline = self.network(name)
        harness.edit(pipeline.parent / "config" / "cell_distributions.yml", OLM, 'OLM: {SO: 4, "@axis": 2}')
        points = "./points.txt" if text else json.dumps([list(point) for point in POINTS])
        if text:
            (pipeline.parent / "points.txt").write_text(text)
        harness.edit(pipeline, "    kind: network_architecture\n    uses: [h5_types]\n    ranks: 2\n    config:\n",
                     "    kind: network_architecture\n    uses: [h5_types]\n    ranks: 2\n    config:\n"
                     f'      points: {{"@axis": {points}}}\n')
        return pipeline

    def positions(self, path, population, space="Generated Coordinates"):
        with h5py.File(path) as file:
            group = file[f"Populations/{population}/{space}"]
            return np.stack([group[f"{axis} Coordinate/Attribute Value"][()] for axis in "XYZ"], axis=1)

    def coordinates(self, job, population):
        return self.positions(self.server.fetch(job["id"], "network", self.directory / job["id"]) / "coordinates.h5", population)

    def test_cells_stand_at_the_points_on_any_number_of_ranks(self):
        pipeline = self.with_points("file", "x y z\n# two on the axis\n" + "".join("%g, %g, %g\n" % p for p in POINTS))
        job = self.server.submit(pipeline)
        found = self.coordinates(job, "OLM")
        self.assertEqual(len(found), 6)
        at_points = [tuple(row) for row in found if tuple(row) in POINTS]
        self.assertEqual(sorted(at_points), sorted(POINTS))
        with harness.Server() as other:
            again = other.submit(self.with_points("inline"), "--set", "steps.network.ranks=3")
        self.assertEqual(harness.digests(again)["network"], harness.digests(job)["network"])

    def test_a_file_with_another_number_of_points_is_refused_before_the_job(self):
        pipeline = self.with_points("few", "1 2 3\n")
        error = json.loads(self.server.miv("submit", pipeline, "--wait", "--json", expect=2).stdout)["error"]
        text = json.dumps(error)
        self.assertIn("points.txt", text)
        self.assertIn("2", str(error["expected"]))
        self.assertEqual(error["step"], "network")

    def test_a_line_that_is_no_point_is_named(self):
        pipeline = self.with_points("words", "1 2 3\n1 2 up\n")
        error = json.loads(self.server.miv("submit", pipeline, "--wait", "--json", expect=2).stdout)["error"]
        self.assertIn("points.txt", error["file"])
        self.assertEqual(error["line"], 2)

    def test_rotation_is_about_all_axes_or_the_last_one(self):
        # (u, v, l) -> x by 90 degrees (u, -l, v) -> z by 90 degrees (l, u, v); by z alone (-v, u, l).
        for order, low, high in (("all_axes", (0, 0, 0), (DEPTH, SIDE, SIDE)), ("last_axis", (-SIDE, 0, 0), (0, SIDE, DEPTH))):
            with self.subTest(order):
                job = self.server.submit(self.pipeline, "--set", "steps.network.config.rotation=[90, 0, 90]",
                                         "--set", f"steps.network.config.rotation_order={order}")
                every = np.concatenate([self.coordinates(job, name) for name in ("STIM", "PYR", "PVBC", "OLM")])
                self.assertTrue((every >= np.array(low) - 1e-3).all(), every.min(axis=0))
                self.assertTrue((every <= np.array(high) + 1e-3).all(), every.max(axis=0))
                self.assertGreater((every.max(axis=0) - every.min(axis=0)).min(), 20)

    def test_positions_have_a_second_name_on_demand(self):
        digests = set()
        for ranks in (1, 3):
            with harness.Server() as server:
                job = server.submit(self.pipeline, "--set", "steps.graph.config={coordinates_alias: [PYR, OLM]}",
                                    "--set", f"steps.graph.ranks={ranks}")
                digests.add(json.dumps(harness.digests(job)["graph"], sort_keys=True))
                cells = server.fetch(job["id"], "graph", self.directory / f"alias{ranks}") / "cells.h5"
            for population in ("PYR", "OLM"):
                np.testing.assert_array_equal(self.positions(cells, population, "Coordinates"),
                                              self.positions(cells, population))
            with h5py.File(cells) as file:
                self.assertNotIn("Coordinates", file["Populations/PVBC"])
        self.assertEqual(len(digests), 1)


if __name__ == "__main__":
    harness.main()
