"""What any extracellular potential must obey, whatever the formula.

Population A is passive here.  Only the synapse at the end of its axon (z = -142 um)
is active; dendrite and soma lie at z = 0 to 220 um.
"""
import os

import h5py
import numpy as np

import small_network
import step_case

REST_MV = -65.0
BESIDE_SYNAPSE = [20, 0, -142]
BESIDE_RETURN = [20, 0, 100]


def electrode(label, position, **fields):
    return {"label": label, "pos": position, "place_cells": "trees", "populations": ["A"], **fields}


def passive_config(electrodes, reversal_mv=0.0):
    silent = dict(step_case.AMPA, g_unit=0.0)
    active = dict(step_case.AMPA, g_unit=0.001, e=reversal_mv)
    config = step_case.base_config()
    config["cell_types"] = {"A": {"template": "Stick"}, "B": {"template": "Stick"}}
    config["synapses"]["A"]["STIM"]["mechanisms"] = {
        "1": {"AMPA": silent}, "2": {"AMPA": active}, "4": {"AMPA": silent}}
    config["lfp"] = electrodes
    return config


class LfpPhysics(step_case.StepCase):
    def traces(self, config, **arguments):
        _, _, output = self.succeed(config, **arguments)
        with h5py.File(os.path.join(output, "results.h5")) as h:
            return {label: group["v"][()] for label, group in h["LFP"].items()}

    def membrane_currents(self, config):
        """[t, segments of gid 2], nA."""
        config["record"] = [{"label": "i", "variable": "i_membrane_", "gids": [2],
                             "section": "all", "loc": "all"}]
        _, _, output = self.succeed(config)
        with h5py.File(os.path.join(output, "results.h5")) as h:
            return h["Recordings/i/t"][()], h["Recordings/i/value"][()]

    def test_currents_of_a_cell_with_active_synapses_sum_to_zero(self):
        _, currents = self.membrane_currents(passive_config([]))
        scale = np.abs(currents).sum(axis=1).max()
        self.assertGreater(scale, 1e-3)
        self.assertLess(np.abs(currents.sum(axis=1)).max(), 1e-11 * scale)

    def test_currents_sum_to_what_an_electrode_injects(self):
        config = passive_config([])
        config["clamps"] = [{"gid": 2, "delay": 5, "dur": 10, "amp": 0.25}]
        t, currents = self.membrane_currents(config)
        on = (t > 5.1) & (t < 14.9)
        np.testing.assert_allclose(currents[on].sum(axis=1), 0.25, rtol=1e-9)
        self.assertLess(np.abs(currents[t > 15.1].sum(axis=1)).max(), 1e-12)

    def test_an_epsc_is_negative_beside_it_and_positive_at_the_return(self):
        found = self.traces(passive_config([electrode("sink", BESIDE_SYNAPSE),
                                            electrode("source", BESIDE_RETURN)]))
        peak = np.abs(found["sink"]).argmax()
        self.assertLess(found["sink"][peak], 0)
        self.assertGreater(found["source"][peak], 0)

    def test_an_ipsc_below_rest_flips_both(self):
        electrodes = [electrode("sink", BESIDE_SYNAPSE), electrode("source", BESIDE_RETURN)]
        found = self.traces(passive_config(electrodes, reversal_mv=REST_MV - 25))
        peak = np.abs(found["sink"]).argmax()
        self.assertGreater(found["sink"][peak], 0)
        self.assertLess(found["source"][peak], 0)

    def test_the_far_field_is_a_dipole(self):
        radii = [5e4, 1e5]
        found = self.traces(passive_config([electrode(f"r{i}", [0, 0, r]) for i, r in enumerate(radii)]))
        peak = np.abs(found["r0"]).argmax()
        self.assertAlmostEqual(found["r0"][peak] / found["r1"][peak], 4, delta=0.04)

    def test_the_field_is_odd_across_a_distant_dipole(self):
        found = self.traces(passive_config([electrode("up", [0, 0, 1e5]), electrode("down", [0, 0, -1e5])]))
        peak = np.abs(found["up"]).argmax()
        self.assertAlmostEqual(found["up"][peak] / found["down"][peak], -1, delta=0.01)

    def test_moving_cells_and_electrode_together_changes_nothing(self):
        offset = np.array([64.0, -128.0, 256.0])  # exact in float32
        moved = small_network.write(os.path.join(self.root, "moved"))
        with h5py.File(moved[0], "r+") as h:
            for axis, shift in zip("XYZ", offset):
                h[f"Populations/A/Generated Coordinates/{axis} Coordinate/Attribute Value"][...] += shift
        position = np.array([20.0, 0, -130])
        here = self.traces(passive_config([electrode("e", list(position), place_cells="soma")]))
        there = self.traces(passive_config([electrode("e", list(position + offset), place_cells="soma")]),
                            cells=moved[0])
        peak = np.abs(here["e"]).max()
        self.assertGreater(peak, 0)
        self.assertLess(np.abs(here["e"] - there["e"]).max(), 1e-9 * peak)

    def test_where_cells_are_drawn_changes_no_spike(self):
        spikes = []
        for place in ("soma", "trees"):
            config = step_case.base_config()
            config["lfp"] = [electrode("e", [30, 0, 10], place_cells=place)]
            _, _, output = self.succeed(config)
            with h5py.File(os.path.join(output, "results.h5")) as h:
                spikes.append(list(zip(h["Spikes/t"][()], h["Spikes/gid"][()])))
        self.assertGreater(len(spikes[0]), 2)
        self.assertEqual(*spikes)


if __name__ == "__main__":
    step_case.main()
