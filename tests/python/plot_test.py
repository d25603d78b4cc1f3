"""miv.plot: what the pictures show, read back from their artists, on files written here by h5py."""
import json
import pathlib

import h5py
import harness
import numpy as np
import setting  # noqa: F401  (the package's path)

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt  # noqa: E402

from miv import errors, h5, plot  # noqa: E402

T_END_MS = 1000.0


def write_types(file):
    """A: gids 0 and 1; B: gids 2, 3 and 4."""
    names = h5py.enum_dtype({"A": 0, "B": 100}, basetype="u2")
    table = np.array([(0, 2, 0), (2, 3, 100)], dtype=[("Start", "u8"), ("Count", "u4"), ("Population", names)])
    file.create_dataset("H5Types/Populations", data=table, dtype=np.dtype([("Start", "u8"), ("Count", "u4"), ("Population", names)]))


def write_attribute(group, name, values, pointers=None):
    values = np.asarray(values)
    pointers = np.arange(len(values) + 1) if pointers is None else pointers
    group[f"{name}/Attribute Value"], group[f"{name}/Attribute Pointer"] = values, np.asarray(pointers, dtype="u8")
    group[f"{name}/Cell Index"] = np.arange(len(pointers) - 1, dtype="u4")


def write_results(path):
    t = np.arange(0, T_END_MS + 0.05, 0.1)
    with h5py.File(path, "w") as file:
        write_types(file)
        file["Manifest"] = json.dumps({"config": {"t_end": T_END_MS}})
        file["Spikes/t"] = [1.0, 7.0, 12.0, 13.0]
        file["Spikes/gid"] = np.array([0, 0, 1, 4], dtype="u4")
        lfp = file.create_group("LFP/E")
        lfp["t"], lfp["v"] = t, 1e-3 * np.sin(2 * np.pi * 40 * t / 1e3)  # 1 uV at 40 Hz
        lfp.attrs["position"] = [1.0, 2.0, 3.0]
        record = file.create_group("Recordings/soma")
        record.attrs["variable"], record.attrs["unit"] = "v", "mV"
        record["t"], record["value"] = [0.0, 1.0, 2.0], np.array([[-65.0, -60.0], [-50.0, -60.0], [-65.0, -60.0]])
        record["gid"], record["section"], record["x"] = [2, 4], [0, 0], [0.5, 0.5]


def write_cells(path):
    with h5py.File(path, "w") as file:
        write_types(file)
        for name, count in (("A", 2), ("B", 3)):
            for place, axis in enumerate("XYZ"):
                write_attribute(file.require_group(f"Populations/{name}/Generated Coordinates"), f"{axis} Coordinate",
                                10.0 * place + np.arange(count))
        # One soma point and a branch up z of two points, 10 um apart.
        trees = file.create_group("Populations/B/Trees")
        for name, values in {"X Coordinate": [0.0, 0.0, 0.0], "Y Coordinate": [0.0, 0.0, 0.0], "Z Coordinate": [0.0, 10.0, 20.0],
                             "Radius": [5.0, 1.0, 0.5], "Parent Point": [-1, 0, 1], "SWC Type": [1, 4, 4], "Point Layer": [0, 0, 0],
                             "Section": [2, 1, 0, 2, 1, 2]}.items():
            write_attribute(trees, name, values, [0, len(values)])
        synapses = file.create_group("Populations/B/Synapse Attributes")
        for name, values in {"syn_ids": [0, 1], "syn_secs": [1, 1], "syn_locs": [0.5, 1.0], "swc_types": [4, 4], "syn_types": [0, 1],
                             "syn_layers": [0, 0]}.items():
            write_attribute(synapses, name, values, [0, 2])


def write_connections(path):
    with h5py.File(path, "w") as file:
        write_types(file)
        group = file.create_group("Projections/B/A")
        # The specification's shape: cells 0 and 2 of B get two synapses and one.
        group["Edges/Destination Block Index"], group["Edges/Destination Block Pointer"] = [0, 2], [0, 1, 3]
        group["Edges/Destination Pointer"], group["Edges/Source Index"] = [0, 2, 3], [0, 1, 1]
        group["Synapses/syn_id"], group["Connections/distance"] = [0, 1, 0], np.array([5.0, 15.0, 15.0], dtype="f4")


class Plot(harness.TestCase):

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.results, cls.cells, cls.connections = (cls.directory / f"{name}.h5" for name in ("results", "cells", "connections"))
        write_results(cls.results)
        write_cells(cls.cells)
        write_connections(cls.connections)

    def tearDown(self):
        plt.close("all")

    def draw(self, ax):
        """Everything must also render."""
        path = pathlib.Path(self.directory) / "picture.png"
        ax.figure.savefig(path)
        self.assertGreater(path.stat().st_size, 1000)
        return ax

    def test_raster_has_a_band_with_its_rate_per_population(self):
        ax = self.draw(plot.raster(self.results))
        # A: 3 spikes of 2 cells in 1 s; B: 1 of 3.
        self.assertEqual([label.get_text() for label in ax.get_yticklabels()], ["A\n1.5 Hz", "B\n0.333 Hz"])
        first, second = (collection.get_offsets() for collection in ax.collections)
        np.testing.assert_allclose(first, [[1, 0], [7, 0], [12, 1]])
        self.assertEqual(len(second), 1)
        self.assertGreater(second[0, 1], 3)  # below A's band
        only = plot.raster(self.results, populations=["B"], t_range=(0, 100))
        self.assertEqual(only.get_yticklabels()[0].get_text(), "B\n3.33 Hz")
        self.assertEqual(only.collections[0].get_edgecolor().tolist(), ax.collections[1].get_edgecolor().tolist())

    def test_rates_are_per_cell_and_second(self):
        ax = self.draw(plot.rates(self.results, bin_ms=10))
        values = [patch.get_data().values for patch in ax.patches]
        np.testing.assert_allclose(values[0][:3], [100, 50, 0])  # 2 spikes / 2 cells / 10 ms
        with self.assertRaises(errors.OutOfRange):
            plot.rates(self.results, bin_ms=0)

    def test_lfp_is_in_microvolts(self):
        ax = self.draw(plot.lfp(self.results))
        self.assertAlmostEqual(max(ax.lines[0].get_ydata()), 1.0, places=3)
        self.assertEqual(ax.get_title(loc="left"), "E at (1, 2, 3) µm")

    def test_spectra_have_their_peak_at_the_frequency_of_the_trace(self):
        line = self.draw(plot.power_spectrum(self.results, f_max=200)).lines[0]
        self.assertAlmostEqual(line.get_xdata()[np.argmax(line.get_ydata())], 40, delta=4)  # a bin of 250 ms is 4 Hz
        # A sine of amplitude 1 has power 1/2, whatever the window (Parseval).
        self.assertAlmostEqual(np.sum(line.get_ydata()) * 4, 0.5, delta=0.01)
        mesh = self.draw(plot.spectrogram(self.results, f_max=100)).collections[0]
        power = mesh.get_array().reshape(mesh._coordinates.shape[:2])
        frequencies = mesh._coordinates[:, 0, 1]
        self.assertAlmostEqual(frequencies[np.argmax(power.mean(axis=1))], 40, delta=2.5)
        with self.assertRaises(errors.OutOfRange):
            plot.power_spectrum(self.results, skip_ms=T_END_MS)

    def test_voltages_are_set_apart_or_laid_over_each_other(self):
        ax = self.draw(plot.voltages(self.results))
        self.assertEqual([label.get_text() for label in ax.get_yticklabels()], ["gid 2", "gid 4"])
        np.testing.assert_allclose(ax.lines[1].get_ydata(), -60 - 1.1 * 15)
        over = self.draw(plot.voltages(self.results, spacing=0))
        np.testing.assert_allclose(over.lines[1].get_ydata(), -60)
        self.assertEqual(over.get_ylabel(), "v (mV)")
        self.assertEqual(len(plot.voltages(self.results, gids=[4]).lines), 1)
        with self.assertRaises(errors.NotInFile):
            plot.voltages(self.results, gids=[3])

    def test_somata_are_seen_in_a_plane(self):
        ax = self.draw(plot.somata(self.cells, plane="yz"))
        np.testing.assert_allclose(ax.collections[1].get_offsets(), [[10, 20], [11, 21], [12, 22]])
        self.assertEqual((ax.get_xlabel(), ax.get_ylabel()), ("y (µm)", "z (µm)"))
        for plane in ("xx", "x", "uv"):
            with self.assertRaises(errors.OutOfRange):
                plot.somata(self.cells, plane=plane)

    def test_connections_by_distance_and_by_cell(self):
        ax = self.draw(plot.connection_distances(self.connections, bins=3))
        np.testing.assert_allclose(ax.patches[0].get_data().values, [0, 1, 2])  # edges 0, 5, 10, 15
        self.assertEqual(ax.get_legend_handles_labels()[1], ["A → B"])
        ax = self.draw(plot.in_degrees(self.connections))
        np.testing.assert_allclose(ax.patches[0].get_data().values, [1, 1, 1])  # 0, 1 and 2 synapses
        with self.assertRaises(errors.UnknownPopulation):
            plot.in_degrees(self.connections, destination="A")

    def test_morphology_shows_branches_and_where_synapses_are(self):
        with h5.Cells(self.cells) as cells:
            ax = self.draw(plot.morphology(cells, 2, synapses=True))
        segments = ax.collections[0].get_segments()
        np.testing.assert_allclose(segments, [[[0, 0], [0, 10]], [[0, 10], [0, 20]]])
        # The section runs from the soma's point at 0 to 20 um.
        np.testing.assert_allclose(ax.collections[2].get_offsets(), [[0, 10]])
        np.testing.assert_allclose(ax.collections[3].get_offsets(), [[0, 20]])
        self.assertIn("excitatory (1)", ax.get_legend_handles_labels()[1])

    def test_draws_into_given_axes(self):
        _, ax = plt.subplots()
        self.assertIs(plot.lfp(self.results, ax=ax), ax)


if __name__ == "__main__":
    harness.main()
