"""Gap junctions of a file in a simulation: two passive cells, one of them driven.

In the steady state the membrane currents of a cell add up to what electrodes and
junctions inject, with a junction's current g (V_other - V) by Ohm's law.
"""
import filecmp
import os

import h5py
import numpy as np

import small_network
import step_case

GGAP = os.path.join(step_case.HERE, "..", "..", "examples", "mechanisms", "ggap.mod")
DRIVE_NA = 0.2
# Two junctions between gids 4 and 5, (gid, section, position, nS) of each side.
JUNCTIONS = [((4, 0, 0.5, 2.0), (5, 1, 0.75, 3.0)), ((4, 1, 0.25, 1.5), (5, 0, 0.5, 0.5))]


class GapJunctions(step_case.StepCase):
    MECHANISMS = [GGAP]

    def config(self):
        config = step_case.base_config()
        config.update(t_end=150.0, stimulus=[], debug={"sections": True})
        config["cell_types"] = {"A": {"template": "Stick"}, "B": {"template": "Stick"}}
        config["clamps"] = [{"gid": 4, "delay": 0, "dur": 1e9, "amp": DRIVE_NA}]
        config["record"] = [
            {"label": "v", "gids": [4, 5], "section": "all", "loc": "all", "dt": 1},
            {"label": "i", "variable": "i_membrane_", "gids": [4, 5], "section": "all", "loc": "all", "dt": 1}]
        return config

    def junctions(self, rows=JUNCTIONS, both=False):
        path = os.path.join(self.root, f"gaps_{abs(hash((tuple(rows), both)))}.h5")
        small_network.write_junctions(path, rows, both)
        return {"gap_junctions": path}

    def steady_state(self, output):
        """(V at a place, sum of membrane currents by gid) at the end."""
        with h5py.File(os.path.join(output, "results.h5")) as h:
            v, i = h["Recordings/v"], h["Recordings/i"]
            last_v, last_i = v["value"][-1], i["value"][-1]
            gid, section, x = (v[name][()] for name in ("gid", "section", "x"))
            sums = {g: last_i[i["gid"][()] == g].sum() for g in (4, 5)}

        def at(g, s, position):
            there = np.flatnonzero((gid == g) & (section == s))
            return last_v[there[np.abs(x[there] - position).argmin()]]
        return at, sums

    def test_currents_obey_ohms_law_at_both_sides(self):
        report, _, output = self.succeed(self.config(), inputs=self.junctions())
        self.assertEqual(report["gap_junctions"], 2)
        at, sums = self.steady_state(output)
        expected = {4: DRIVE_NA, 5: 0.0}
        for a, b in JUNCTIONS:
            for (gid, section, x, coupling), other in ((a, b), (b, a)):
                expected[gid] += 1e-3 * coupling * (at(*other[:3]) - at(gid, section, x))
        self.assertGreater(expected[5], 0.01)  # the driven cell pulls the other one up
        for gid in (4, 5):
            self.assertAlmostEqual(sums[gid], expected[gid], delta=1e-6)

    def test_a_cell_without_junctions_stays_at_rest(self):
        _, _, output = self.succeed(self.config())
        at, sums = self.steady_state(output)
        self.assertAlmostEqual(at(5, 0, 0.5), -65, delta=1e-9)
        self.assertAlmostEqual(sums[4], DRIVE_NA, delta=1e-6)

    def test_files_are_equal_on_any_number_of_ranks(self):
        outputs = [self.succeed(self.config(), ranks=n, inputs=self.junctions())[2] for n in (1, 2, 3)]
        for other in outputs[1:]:
            self.assertTrue(filecmp.cmp(os.path.join(outputs[0], "results.h5"),
                                        os.path.join(other, "results.h5"), shallow=False))

    def test_a_junction_that_stands_at_both_cells_counts_once(self):
        outputs = [self.succeed(self.config(), inputs=self.junctions(both=both))[2]
                   for both in (False, True)]
        self.assertTrue(filecmp.cmp(*[os.path.join(o, "results.h5") for o in outputs], shallow=False))

    def test_no_junctions_are_fine(self):
        report, _, _ = self.succeed(self.config(), ranks=2, inputs=self.junctions([]))
        self.assertEqual(report["gap_junctions"], 0)

    # Errors -------------------------------------------------------------

    def test_a_section_that_the_cell_lacks_is_named(self):
        rows = [((4, 0, 0.5, 2.0), (5, 7, 0.5, 2.0))]
        for ranks in (1, 2):
            self.fail_with(self.config(), "a gap junction lies on section 7, but the cell has 3", "gid 5",
                           ranks=ranks, inputs=self.junctions(rows))

    def test_values_that_are_none_are_refused(self):
        rows = [((4, 0, float("nan"), 2.0), (5, 0, 0.5, 2.0))]
        self.fail_with(self.config(), "the junctions of B and B have values that are none",
                       inputs=self.junctions(rows))

    def test_a_cell_without_a_membrane_is_named(self):
        path = os.path.join(self.root, "stim.h5")
        small_network.write_junctions(path, JUNCTIONS)
        with h5py.File(path, "a") as h:
            h.move("Projections/B/B", "Projections/B/STIM")
            h["Projections/B/STIM/Edges/Source Index"][...] = 0
        self.fail_with(self.config(), "no cell of the model with a membrane", "gid 0",
                       inputs={"gap_junctions": path})

    def test_the_mechanism_is_asked_for(self):
        self.fail_with(self.config(), "no mechanism ggap", "examples/mechanisms/ggap.mod",
                       inputs={**self.junctions(), "mechanism_library": self.compile()})


if __name__ == "__main__":
    step_case.main()
