"""Volleys: 200 sources fire in the same step onto one segment of each of six cells, which
also excite each other.  Weights are log-normal, so that the order of addition shows.
"""
import collections
import os

import h5py
import numpy as np

import small_network
import step_case

STIMULI, CELLS = 200, 6
VOLLEYS_MS = [5.0, 15.0, 25.0]
POPULATIONS = {"STIM": (0, 0, STIMULI), "A": (100, STIMULI, CELLS)}
PAIRS = [("STIM", "A"), ("A", "A")]
RECURRENT = CELLS - 1
SYNAPSES = STIMULI + RECURRENT


def write_cells(path):
    with h5py.File(path, "w") as h:
        small_network.write_types(h, POPULATIONS, PAIRS)
        small_network.write_tree(h, "A", CELLS)
        for axis in "XYZ":
            for name, (_, _, count) in POPULATIONS.items():
                small_network.write_attribute(
                    h, f"Populations/{name}/Generated Coordinates/{axis} Coordinate", [[0.0]] * count, "<f4")
        space = "Populations/A/Synapse Attributes/"
        for name, value, dtype in (("syn_locs", 0.5, "<f4"), ("syn_secs", 0, "<u4"), ("syn_layers", 6, "i1"),
                                   ("syn_types", 0, "u1"), ("swc_types", 1, "u1")):
            small_network.write_attribute(h, space + name, [[value] * SYNAPSES] * CELLS, dtype)
        ids = [np.arange(SYNAPSES)] * CELLS
        weights = np.random.RandomState(1).lognormal(0, 1, (CELLS, SYNAPSES))
        small_network.write_attribute(h, space + "syn_ids", ids, "<u4")
        small_network.write_attribute(h, "Populations/A/Weights/syn_id", ids, "<u4")
        small_network.write_attribute(h, "Populations/A/Weights/AMPA", list(weights), "<f4")


def write_projection(h, source, rows, first_synapse):
    g = h.create_group(f"Projections/A/{source}")
    width = len(rows[0])
    g["Edges/Destination Block Index"] = np.array([0], "<u4")
    g["Edges/Destination Block Pointer"] = np.array([0, CELLS + 1], "<u8")
    g["Edges/Destination Pointer"] = np.arange(CELLS + 1).astype("<u8") * width
    g["Edges/Source Index"] = np.concatenate(rows).astype("<u4")
    g["Synapses/syn_id"] = np.tile(first_synapse + np.arange(width), CELLS).astype("<u4")
    g["Connections/distance"] = np.zeros(width * CELLS, "<f4")


def write(directory):
    os.makedirs(directory)
    cells, connections = (os.path.join(directory, name) for name in ("cells.h5", "connections.h5"))
    write_cells(cells)
    with h5py.File(connections, "w") as h:
        small_network.write_types(h, POPULATIONS, PAIRS)
        write_projection(h, "STIM", [np.arange(STIMULI)] * CELLS, 0)
        write_projection(h, "A", [np.delete(np.arange(CELLS), i) for i in range(CELLS)], STIMULI)
    return cells, connections


def config(order):
    ampa = dict(step_case.AMPA, g_unit=2e-4)
    return {"t_end": 35.0, "tied_events": order,
            "cell_types": {"A": {"template": "Spiker", "synapses": {"weights": [{"namespace": ["Weights"]}]}}},
            "synapses": {"A": {"STIM": {"mechanisms": {"AMPA": ampa}},
                               "A": {"mechanisms": {"AMPA": dict(ampa, g_unit=2e-3)}}}},
            "stimulus": [{"population": "STIM", "times": VOLLEYS_MS}],
            "record": [{"label": "v", "population": "A", "section": "soma"}]}


class TiedEvents(step_case.StepCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.cells, cls.connections = write(os.path.join(cls.root, "volleys"))

    def run_order(self, order, ranks):
        """(report, warnings, spikes, voltages)"""
        report, errors, output = self.succeed(config(order), ranks=ranks)
        with h5py.File(os.path.join(output, "results.h5")) as h:
            spikes = list(zip(h["Spikes/t"][()], h["Spikes/gid"][()]))
            return report, errors, spikes, h["Recordings/v/value"][()]

    def expected_ties(self, spikes):
        """One per volley and cell, and one per time at which two or more of a cell's
        neighbours fired, since all delays are equal."""
        ties = len(VOLLEYS_MS) * CELLS
        for gid in range(STIMULI, STIMULI + CELLS):
            times = collections.Counter(t for t, source in spikes if source >= STIMULI and source != gid)
            ties += sum(1 for count in times.values() if count > 1)
        return ties

    def test_ties_are_counted_and_reported(self):
        for ranks in (1, 2):
            report, errors, spikes, _ = self.run_order("arrival", ranks)
            self.assertEqual(report["ties"], self.expected_ties(spikes))
            self.assertEqual(report["unequal_ties"], report["ties"])
            self.assertIn(f"At {report['ties']} times, events of different sources and weights", errors)
            self.assertIn(f"first at 5.05 ms in gid {STIMULI} from gids 0 to {STIMULI - 1}", errors)

    def test_by_source_the_number_of_ranks_does_not_show(self):
        report, errors, spikes, voltages = self.run_order("by_source", 1)
        self.assertGreater(len([gid for _, gid in spikes if gid >= STIMULI]), 2 * CELLS)
        self.assertEqual(report["ties"], self.expected_ties(spikes))
        self.assertNotIn("events of different sources", errors)
        for ranks in (2, 3):
            other = self.run_order("by_source", ranks)
            self.assertEqual(other[0]["ties"], report["ties"])
            self.assertEqual(other[2], spikes)
            self.assertEqual(other[3].tobytes(), voltages.tobytes())

    def test_in_order_of_arrival_it_shows(self):
        one, two = (self.run_order("arrival", ranks)[3] for ranks in (1, 2))
        self.assertNotEqual(one.tobytes(), two.tobytes())  # else these tests would prove nothing

    def test_both_orders_agree_up_to_rounding(self):
        arrival, by_source = (self.run_order(order, 1)[3] for order in ("arrival", "by_source"))
        self.assertLess(np.abs(arrival - by_source).max(), 1e-9)


if __name__ == "__main__":
    step_case.main()
