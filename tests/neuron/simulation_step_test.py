"""The simulation step on a small network, checked with h5py and NumPy.

simulation_step_test.py RUNNER: RUNNER is tests/conformance/simulation's step_runner.
"""
import copy
import filecmp
import json
import math
import os
import tempfile

import h5py
import numpy as np

import step_case
from step_case import AMPA, HERE, base_config


class SimulationStep(step_case.StepCase):
    # Results ------------------------------------------------------------

    def full_config(self):
        config = base_config()
        config["lfp"] = [{"label": "near", "pos": [30, 0, 10], "fdst": 1.0},
                         {"label": "tree", "pos": [0, 200, 0], "place_cells": "trees",
                          "dt_lfp": 0.25, "populations": ["A"]}]
        config["record"] = [
            {"label": "v", "population": "A", "section": "soma", "dt": 0.5},
            {"label": "currents", "variable": "i_membrane_", "gids": [2, 3, 4, 5],
             "section": "all", "loc": "all", "dt": 0.1}]
        return config

    def test_results_have_the_fixed_layout(self):
        report, _, output = self.succeed(self.full_config())
        with h5py.File(os.path.join(output, "results.h5")) as h:
            t, gid = h["Spikes/t"][()], h["Spikes/gid"][()]
            self.assertEqual(gid.dtype, np.uint32)
            self.assertEqual(t.dtype, np.float64)
            self.assertEqual(list(zip(t, gid)), sorted(zip(t, gid)))
            self.assertEqual([(5.0, 0), (5.0, 1)], list(zip(t[:2], gid[:2])))
            self.assertTrue({2, 3} <= set(gid))
            self.assertEqual(report["spikes"], len(t))
            events = h["Populations/A/Spike Events"]
            np.testing.assert_array_equal(
                events["t/Attribute Value"][()],
                np.concatenate([t[gid == g] for g in (2, 3)]).astype("f4"))
            self.assertEqual(events["artificial/Attribute Value"][0], 0)
            self.assertEqual(h["Populations/STIM/Spike Events/artificial/Attribute Value"][0], 1)
            near = h["LFP/near"]
            self.assertEqual(near["v"].shape, (301,))
            self.assertEqual(near["t"][0], 0)
            self.assertEqual(list(near.attrs["position"]), [30, 0, 10])
            self.assertEqual(near.attrs["rho"], 333)
            self.assertEqual(near.attrs["mode"], b"exact" if isinstance(
                near.attrs["mode"], bytes) else "exact")
            self.assertEqual(set(near), {"t", "v", "A", "B"})
            self.assertEqual(set(h["LFP/tree"]), {"t", "v", "A"})
            self.assertEqual(h["LFP/tree/v"].shape, (121,))
            v = h["Recordings/v"]
            self.assertEqual(v["value"].shape, (61, 2))
            self.assertEqual(list(v["gid"]), [2, 3])
            self.assertEqual(list(v["section"]), [0, 0])
            self.assertEqual(list(v["value"][0]), [-65, -65])
            manifest = json.loads(h["Manifest"][()])
            self.assertEqual(manifest["cells"], {"STIM": 2, "A": 2, "B": 2})
            self.assertIn("H5Types", h)
            readout = np.load(os.path.join(output, "readout.npy"))
            np.testing.assert_array_equal(readout, np.column_stack([near["t"], near["v"]]))
            other = np.load(os.path.join(output, "readout_tree.npy"))
            np.testing.assert_array_equal(other[:, 1], h["LFP/tree/v"][()])

    def test_files_are_equal_on_any_number_of_ranks(self):
        config = self.full_config()
        outputs = [self.succeed(config, ranks=n)[2] for n in (1, 2, 3)]
        for other in outputs[1:]:
            names = sorted(os.listdir(outputs[0]))
            self.assertEqual(names, sorted(os.listdir(other)))
            for name in names:
                self.assertTrue(filecmp.cmp(os.path.join(outputs[0], name),
                                            os.path.join(other, name), shallow=False), name)

    def test_lfp_is_the_line_source_of_the_recorded_currents(self):
        _, _, output = self.succeed(self.full_config())
        points, diams = {}, {}
        with open(os.path.join(output, "points.tsv")) as f:
            next(f)
            for line in f:
                gid, section, _, *values = line.split("\t")
                key = int(gid), int(section[9:-1])
                points.setdefault(key, []).append([float(x) for x in values])
        with open(os.path.join(output, "segments.tsv")) as f:
            next(f)
            for line in f:
                row = line.split("\t")
                diams.setdefault((int(row[0]), int(row[1][9:-1])), []).append(float(row[6]))
        with h5py.File(os.path.join(output, "results.h5")) as h:
            record = h["Recordings/currents"]
            total, shuffled = np.zeros(301), np.zeros(301)
            position = np.array([30.0, 0, 10])
            for key, rows in points.items():
                rows = np.array(rows)
                xyz, arc = rows[:, :3], rows[:, 4]
                shift = 50.0 * (key[0] % 2) * np.ones(3)  # coordinates of the cell
                n = len(diams[key])
                ends = np.array([[np.interp(k / n * arc[-1], arc, xyz[:, c]) for c in range(3)]
                                 for k in range(n + 1)]) + shift
                columns = np.flatnonzero((record["gid"][()] == key[0]) &
                                         (record["section"][()] == key[1]))
                weights = []
                for k in range(n):
                    a, b = ends[k], ends[k + 1]
                    length = np.linalg.norm(b - a)
                    along = np.dot(position - b, (b - a) / length)
                    r2 = max(np.dot(position - b, position - b) - along ** 2,
                             (diams[key][k] / 2) ** 2)
                    weights.append(3.33 / (4 * math.pi * length) * abs(
                        math.asinh((along + length) / math.sqrt(r2)) -
                        math.asinh(along / math.sqrt(r2))))
                total += record["value"][:, columns] @ weights
                shuffled += record["value"][:, columns] @ weights[::-1]
            found = h["LFP/near/v"][()]
            parts = h["LFP/near/A/v"][()] + h["LFP/near/B/v"][()]
        peak = np.abs(total).max()
        self.assertGreater(peak, 1e-4)  # mV: a cell fired near the electrode
        self.assertLess(np.abs(found - total).max(), 1e-9 * peak)
        self.assertLess(np.abs(found - parts).max(), 1e-14 * peak)
        self.assertGreater(np.abs(found - shuffled).max(), 0.01 * peak)
        self.assertEqual(found[0], 0)

    def test_a_clamp_makes_a_cell_fire(self):
        config = base_config()
        config["stimulus"] = []
        config["clamps"] = [{"gid": 3, "section": "soma", "x": 0.5, "delay": 2, "dur": 5, "amp": 1.0}]
        _, _, output = self.succeed(config)
        with h5py.File(os.path.join(output, "results.h5")) as h:
            self.assertEqual(set(h["Spikes/gid"][()]), {3})
            self.assertGreater(h["Spikes/t"][0], 2)

    def test_a_voltage_clamp_holds_its_levels(self):
        config = base_config()
        config["stimulus"] = []
        config["secondorder"] = 0  # Crank-Nicolson rings after a step through so small a resistance
        config["clamps"] = [{"gid": 3, "levels": [-80, -50], "durations": [10, 10], "rs": 1e-3}]
        config["record"] = [{"label": "v", "gids": [3], "section": "soma"}]
        _, _, output = self.succeed(config)
        with h5py.File(os.path.join(output, "results.h5")) as h:
            t, v = h["Recordings/v/t"][()], h["Recordings/v/value"][:, 0]
        self.assertLess(np.abs(v[(t > 5) & (t < 9.9)] + 80).max(), 0.05)  # the drop over rs
        self.assertLess(np.abs(v[(t > 15) & (t < 19.9)] + 50).max(), 0.05)
        self.assertGreater(np.abs(v[t > 25] + 50).max(), 1)  # let go

    def test_segments_follow_the_rule(self):
        config = base_config()
        config["nseg"] = {"d_lambda": 0.02, "frequency": 100}
        _, _, output = self.succeed(config, ranks=2)
        rows = self.table(output, "sections")
        for row in rows:
            with self.subTest(gid=row["gid"], section=row["section"]):
                self.assertEqual(int(row["nseg"]), self.expected_segments(output, row, 0.02))
        self.assertGreater(max(int(row["nseg"]) for row in rows), 11)

    def expected_segments(self, output, section, d_lambda):
        """By NEURON's lambda_f on the points that the worker reports."""
        def of_section(name):
            return [r for r in self.table(output, name)
                    if (r["gid"], r["section"]) == (section["gid"], section["section"])]
        points = of_section("points")
        arc, diam = ([float(r[key]) for r in points] for key in ("arc", "diam"))
        ra, cm = float(section["Ra"]), float(of_section("segments")[0]["cm"])
        pieces = sum((b - a) / math.sqrt(p + q) for a, b, p, q in zip(arc, arc[1:], diam, diam[1:]))
        length = math.sqrt(2) * 1e-5 * math.sqrt(4 * math.pi * 100 * ra * cm) * pieces
        return 2 * int((length / d_lambda + 0.9) / 2) + 1

    def test_coarse_segments_are_reported(self):
        config = base_config()
        config["nseg"] = {"d_lambda": 0.1}
        _, errors, _ = self.succeed(config)
        self.assertNotIn("length constants", errors)
        config["nseg"] = {"d_lambda": 5}
        _, errors, _ = self.succeed(config, ranks=2)
        self.assertIn("longer than 0.3 length constants at 100 Hz", errors)
        self.assertIn("of B", errors)

    def test_poisson_stimulus_is_the_same_on_any_number_of_ranks(self):
        config = base_config()
        config["stimulus"] = [{"population": "STIM", "rate": 200}]
        spikes = []
        for ranks in (1, 2):
            _, _, output = self.succeed(config, ranks=ranks)
            with h5py.File(os.path.join(output, "results.h5")) as h:
                spikes.append((list(h["Spikes/t"]), list(h["Spikes/gid"])))
        self.assertEqual(*spikes)
        self.assertGreater(len(spikes[0][0]), 4)

    # Connections --------------------------------------------------------

    def test_netcons_are_those_of_the_files(self):
        report, _, output = self.succeed(base_config())
        rows = [r for r in self.table(output, "netcons") if r["post_gid"] == "4"]
        self.assertEqual([r["syn_id"] for r in rows], ["1", "2", "4", "7"])
        self.assertEqual([r["src_gid"] for r in rows], ["2", "2", "3", "3"])
        self.assertEqual([float(r["delay"]) for r in rows],
                         [2.0, 1.0, float(np.float32(0.05)), 4.0])
        # Locations 0 and 0.02 share the first of section 1's eleven segments.
        self.assertEqual([r["shared_syn_id"] for r in rows], ["1", "1", "4", "7"])
        self.assertAlmostEqual(float(rows[0]["x"]), 0.5 / 11, places=15)
        self.assertEqual(report["netcons"], [16])
        self.assertEqual(report["point_processes"], [12])

    def test_unique_synapses_share_nothing(self):
        config = base_config()
        config["cell_types"]["B"]["synapses"] = {"unique": True}
        report, _, _ = self.succeed(config)
        self.assertEqual(report["point_processes"], [14])


    def test_expressions_see_the_delay(self):
        config = base_config()
        config["synapses"]["B"]["A"]["mechanisms"]["AMPA"]["weight"] = {
            "expr": "a * delay + 1", "parameter": ["delay"], "const": {"a": 10}}
        _, _, output = self.succeed(config)
        weights = {r["syn_id"]: float(r["weight"]) for r in self.table(output, "netcons")
                   if r["post_gid"] == "4"}
        self.assertEqual((weights["1"], weights["7"]), (21.0, 41.0))

    def two_names(self, scope):
        config = base_config()
        config["param_scope"] = scope
        config["synapses"]["B"]["A"]["mechanisms"] = {"default": {
            "GABA_A": {**AMPA, "e": -70.0, "weight": 1.0},
            "GABA_B": {**AMPA, "e": -90.0, "weight": 2.0}}}
        _, _, output = self.succeed(config)
        return {(r["name"], float(r["e"]), float(r["weight"])) for r in self.table(output, "netcons")
                if r["post_gid"] == "4"}

    def test_names_of_one_mechanism_keep_their_own_parameters(self):
        self.assertEqual(self.two_names("by_name"), {("GABA_A", -70, 1), ("GABA_B", -90, 2)})

    def test_the_originals_scope_lets_the_last_name_win(self):
        self.assertEqual(self.two_names("by_mechanism"), {("GABA_A", -90, 2), ("GABA_B", -90, 2)})

    def block_and_default(self, scope):
        config = base_config()
        config["param_scope"] = scope
        config["synapses"]["B"]["A"]["mechanisms"] = {
            "default": {"AMPA": {**AMPA, "weight": 1.0}}, "4": {"AMPA": {**AMPA, "weight": 3.0}}}
        _, _, output = self.succeed(config)
        return {r["syn_id"]: float(r["weight"]) for r in self.table(output, "netcons")
                if r["post_gid"] == "4"}

    def test_the_block_of_a_type_wins_over_the_default(self):
        self.assertEqual(self.block_and_default("by_name"), {"1": 3, "2": 3, "4": 1, "7": 1})

    def test_the_originals_scope_lets_the_default_win(self):
        self.assertEqual(self.block_and_default("by_mechanism"), {"1": 1, "2": 1, "4": 1, "7": 1})

    def test_a_spike_detector_of_the_config_is_used(self):
        config = base_config()
        config["cell_types"]["A"]["mechanism"] = {"spike detector": {
            "section": "apical", "loc": 0.25, "threshold": -40.0, "delay": 0.01}}
        _, _, output = self.succeed(config)
        with open(os.path.join(output, "detectors.tsv")) as f:
            rows = [line.split("\t") for line in f.read().splitlines()[1:]]
        self.assertEqual(rows[0], ["2", "sections[1]", "0.25", "-40", "0.050000000000000003"])
        # B: its axon of 150 um counts twice, so the first of seven segments is far enough.
        self.assertEqual(rows[2][:2], ["4", "sections[2]"])
        self.assertAlmostEqual(float(rows[2][2]), 0.5 / 7, places=15)

    def test_synapses_of_reduced_cells_go_by_class(self):
        config = base_config()
        config["cell_types"]["B"]["template"] = "SC_nrn"
        _, _, output = self.succeed(config)
        places = {r["syn_id"]: (r["section"], float(r["x"])) for r in self.table(output, "netcons")
                  if r["post_gid"] == "4"}
        # Apical synapses lie on dend (five segments), those of soma and axon on soma.
        self.assertEqual(places, {"1": ("sections[1]", 0.1), "2": ("sections[1]", 0.1),
                                  "4": ("sections[0]", 0.5), "7": ("sections[0]", 0.5)})

    # What is reported ---------------------------------------------------

    def test_templates_that_disagree_on_celsius_are_reported(self):
        config = base_config()
        del config["celsius"]
        for ranks in (1, 2):
            report, errors, _ = self.succeed(config, ranks=ranks)
            self.assertIn("the template of B sets 34 after 6.3", errors)
            self.assertEqual(report["celsius"], 34)

    def test_cleared_weights_are_reported(self):
        config = base_config()
        config["synapse_mechanisms"] = {"AMPA": "Forgetful"}
        config["synapse_rules"] = {"Forgetful": {"mech_params": ["tau", "e"],
                                                 "netcon_params": {"weight": 0, "g_unit": 1}}}
        for post, pre in (("A", "STIM"), ("B", "A")):
            config["synapses"][post][pre]["mechanisms"] = {"AMPA": {"g_unit": 1, "weight": 1}}
        _, errors, _ = self.succeed(config)
        self.assertIn("mechanism Forgetful: NET_RECEIVE has no INITIAL block", errors)

    def test_spikes_after_the_end_are_reported(self):
        config = base_config()
        config["stimulus"][0]["times"] = [5, 31, 32]
        _, errors, _ = self.succeed(config)
        self.assertIn("4 spike times lie after t_end", errors)

    # Errors -------------------------------------------------------------

    def test_faults_of_the_config_are_named(self):
        cases = [
            (["synapses", "B", "A", "mechanisms", "AMPA", "tau_dekay"], 3,
             ["synapses.B.A.mechanisms.default.AMPA.tau_dekay", "has no parameter tau_dekay",
              "tau_decay"]),
            (["synapses", "B", "A", "mechanisms"], {"1": {"AMPA": AMPA}},
             ["gid 4", "its type has no block of mechanisms", "SWC type 4"]),
            (["synapses", "B"], {}, ["synapses.B.A", "without synapses in the config"]),
            (["cell_types", "B"], None, ["cell_types.B"]),
            (["cell_types", "B", "template"], "Absent", ["Absent.hoc", "cannot be opened"]),
            (["lfp"], [{"pos": [0, 0, 0], "dt_lfp": 0.11}],
             ["lfp[0].dt_lfp", "Use 0.1 or 0.125"]),
            (["lfp"], [{"pos": [0, 0, 0], "populations": ["C"]}], ["lfp[0].populations"]),
            (["record"], [{"gids": [0]}], ["record[0].gids"]),
            (["record"], [{"gids": [4], "variable": "m_hh"}], ["record[0].variable", "gid 4"]),
            (["record"], [{"gids": [4], "section": 9}], ["record[0].section"]),
            (["clamps"], [{"gid": 77, "dur": 1, "amp": 1}], ["clamps[0].gid", "77"]),
            (["stimulus"], [{"population": "A", "rate": 1}], ["stimulus[0].population"]),
            (["synapse_mechanisms"], {"AMPA": "NoSyn"}, ["mechanism NoSyn has no rule"]),
            (["synapse_mechanisms"], {"AMPA": "LinExp2SynNMDA"},
             ["no point process is called LinExp2SynNMDA"]),
        ]
        for path, value, texts in cases:
            with self.subTest(path=path):
                config = base_config()
                place = config
                for key in path[:-1]:
                    place = place[key]
                if value is None:
                    del place[path[-1]]
                else:
                    place[path[-1]] = copy.deepcopy(value)
                self.fail_with(config, *texts)

    def test_a_fault_on_one_rank_stops_all(self):
        config = base_config()
        config["synapses"]["B"]["A"]["mechanisms"] = {"1": {"AMPA": AMPA}}
        self.fail_with(config, "its type has no block of mechanisms", ranks=2)

    def changed_templates(self, line):
        """The templates with a line more where Stick inserts `breaks`."""
        templates = tempfile.mkdtemp(dir=self.root)
        for name in ("Spiker", "Stick"):
            with open(os.path.join(HERE, "model", "templates", name + ".hoc")) as f:
                text = f.read()
            with open(os.path.join(templates, name + ".hoc"), "w") as f:
                f.write(text.replace("insert breaks", "insert breaks\n " + line))
        return templates

    def test_a_potential_that_is_no_number_is_located(self):
        templates = self.changed_templates("t_break_breaks = 20")
        for ranks in (1, 2):
            self.fail_with(base_config(), "is not a number", "gid 4", "20.2 ms", ranks=ranks,
                           templates=templates)

    def test_an_error_of_a_mechanism_is_passed_on(self):
        templates = self.changed_templates("t_error_breaks = 20")
        self.fail_with(base_config(), "the simulation failed", "the pump burst",
                       templates=templates)

    def test_an_error_on_one_rank_during_the_run_ends_the_group(self):
        templates = self.changed_templates("if (gid == 4) t_error_breaks = 20")
        code, _, errors, output = self.run_step(base_config(), ranks=2, templates=templates)
        self.assertNotEqual(code, 0)
        self.assertIn("the pump burst", errors)
        with open(os.path.join(output, "failure.json")) as f:
            failure = json.load(f)
        self.assertEqual(failure["reason"], "NEURON_ERROR")
        self.assertIn("the pump burst", failure["output"])

    def test_a_cancelled_run_stops_on_all_ranks(self):
        config = base_config()
        config["t_end"] = 100000.0
        for ranks in (1, 2):
            self.fail_with(config, "stopped because it was asked to", ranks=ranks,
                           cancel_after=20)


if __name__ == "__main__":
    step_case.main()
