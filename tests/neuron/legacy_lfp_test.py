"""The LFP of mode `legacy`, computed again from MiV-Simulator's formula (f279b9c, lfp.py).

Everything that the formula needs comes from the step's tables and recorded currents;
the draws come from python3-neuron.
"""
import math
import os

import h5py
import numpy as np
from neuron import h as hoc

import step_case
from step_case import base_config

POSITION = np.array([30.0, 0, 10])
SEED = 5
POPULATIONS = ["A", "B", "STIM"]  # sorted, as the formula numbers them


class LegacyLfp(step_case.StepCase):
    def config(self, **electrode):
        config = base_config()
        config["record"] = [{"label": "currents", "variable": "i_membrane_", "gids": [2, 3, 4, 5],
                             "section": "all", "loc": "all", "dt": 0.1}]
        config["lfp"] = [{"label": "e", "mode": "legacy", "pos": list(POSITION), "seed": SEED,
                          "place_cells": "trees", **electrode}]
        return config

    def all_sections(self, output):
        """gid -> sections in the order of `all`: (name, points, arc, L, areas)."""
        points, areas = {}, {}
        for row in self.table(output, "points"):
            points.setdefault((row["gid"], row["section"]), []).append(
                [float(row[c]) for c in ("x", "y", "z", "arc")])
        for row in self.table(output, "segments"):
            areas.setdefault((row["gid"], row["section"]), []).append(float(row["area"]))
        cells = {}
        for row in sorted(self.table(output, "sections"), key=lambda r: int(r["all_index"])):
            key = row["gid"], row["section"]
            values = np.array(points[key])
            cells.setdefault(int(row["gid"]), []).append(
                (row["section"], values[:, :3], values[:, 3], float(row["L"]), areas[key]))
        return cells

    def coefficients(self, sections, reference):
        shared = np.zeros(sum(len(areas) for *_, areas in sections))
        for _, xyz, arc, length, areas in sections:
            n = len(areas)
            where = [0] + [(2 * k - 1) / (2 * n) for k in range(1, n + 1)] + [1]
            nodes = np.array([[np.interp(f, arc / arc[-1], xyz[:, c]) for c in range(3)] for f in where])
            for j in range(n):
                l = length / n
                r = np.linalg.norm(POSITION - nodes[j])
                a = np.linalg.norm(nodes[j] - nodes[0])
                b = l - a
                area = reference[min(int((j + 0.5) / n * len(reference)), len(reference) - 1)]
                shared[j] = 1e-4 * area * 333 / (4 * math.pi * l) * abs(math.log(
                    (math.hypot(a, r) - a) / (math.hypot(b, r) - b)))
        return shared

    def expected(self, output, weight_of):
        cells = self.all_sections(output)
        reference = cells[2][0][4]  # the first cell with a membrane is gid 2 of A
        with h5py.File(os.path.join(output, "results.h5")) as h:
            record = h["Recordings/currents"]
            total = np.zeros(len(record["t"]))
            for gid, sections in cells.items():
                shared = self.coefficients(sections, reference)
                for name, *_, areas in sections:
                    columns = np.flatnonzero((record["gid"][()] == gid) &
                                             (record["section"][()] == int(name[9:-1])))
                    for j, area in enumerate(areas):
                        density = record["value"][:, columns[j]] / (1e-2 * area)  # mA/cm2
                        total += weight_of(gid) * shared[j] * density
            return total, h["LFP/e/v"][()], h["LFP/e"].attrs["mode"].decode()

    def check(self, config, weight_of, ranks=1):
        config["debug"] = {"sections": True}
        _, _, output = self.succeed(config, ranks=ranks)
        total, found, mode = self.expected(output, weight_of)
        self.assertEqual(mode, "legacy")
        peak = np.abs(total).max()
        self.assertGreater(peak, 1e-6)
        self.assertLess(np.abs(found - total).max(), 1e-9 * peak)
        return found

    def test_near_cells_count_with_the_references_coefficients(self):
        found = self.check(self.config(), lambda gid: 1)
        for ranks in (2, 3):
            np.testing.assert_array_equal(self.check(self.config(), lambda gid: 1, ranks), found)

    def test_far_cells_are_drawn_as_the_reference_draws_them(self):
        chosen = {}
        for index, population in enumerate(POPULATIONS):
            stream = hoc.Random(SEED + index)
            stream.uniform(0, 1)
            for gid in {"A": {2, 3}, "B": {4, 5}, "STIM": {0, 1}}[population]:
                chosen[gid] = stream.repick() < 0.5
        weights = {gid: 2.0 if chosen[gid] else 0.0 for gid in (2, 3, 4, 5)}
        self.assertEqual({0.0, 2.0}, set(weights.values()))
        self.check(self.config(maxEDist=1, fdst=0.5), weights.get, ranks=2)

    def test_an_electrode_on_a_cell_is_refused(self):
        self.fail_with(self.config(pos=[0, 0, 0]), "lfp[0].pos: the legacy formula has no value", "gid 2")


if __name__ == "__main__":
    step_case.main()
