"""The same bytes and the same spikes on 1, 2 and 3 ranks, with the work shared evenly."""
import time

import h5py
import numpy as np

import harness

RANKS = (1, 2, 3)
PIPELINE = harness.EXAMPLE / "pipeline.yaml"
BALANCE = 1.25  # largest share over the mean of the ranks
MEASURABLE_S = 0.5  # CPU seconds per rank below which start-up and clock ticks blur the ratio


class RankCounts(harness.TestCase):

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.jobs, cls.results = {}, {}
        for ranks in RANKS:
            start = time.monotonic()
            with harness.Server() as server:
                job = server.submit(PIPELINE, "--ranks", ranks, "--set", "steps.run.config.t_end=100")
                cls.jobs[ranks] = server.job(job["id"])
                cls.results[ranks] = server.fetch(job["id"], "run", cls.directory / str(ranks)) / "results.h5"
                cls.connections = server.fetch(job["id"], "graph", cls.directory / str(ranks)) / "connections.h5"
            print(f"{ranks} ranks: {time.monotonic() - start:.1f} s")

    def reports(self, ranks):
        return {step: task["report"] for step, task in harness.tasks(self.jobs[ranks]).items()}

    def test_every_task_ran(self):
        for ranks in RANKS:
            for step, task in harness.tasks(self.jobs[ranks]).items():
                self.assertEqual((task["state"], task["cached"], task["attempts"], task["ranks"]),
                                 ("SUCCEEDED", False, 1, ranks), (ranks, step))

    def test_build_outputs_have_equal_digests(self):
        def build_digests(ranks):
            return {step: files for step, files in harness.digests(self.jobs[ranks]).items() if step != "run"}

        one = build_digests(1)
        self.assertEqual(len(one), 13)
        for ranks in RANKS[1:]:
            self.assertEqual(build_digests(ranks), one, f"{ranks} ranks")

    def test_spikes_are_equal(self):
        def spikes(ranks):
            with h5py.File(self.results[ranks]) as file:
                return file["Spikes/gid"][:].tobytes(), file["Spikes/t"][:].tobytes()

        one = spikes(1)
        self.assertGreater(len(one[0]), 4 * 300)
        for ranks in RANKS[1:]:
            self.assertEqual(spikes(ranks), one, f"{ranks} ranks")

    def test_reports_count_the_same_whole_per_rank(self):
        whole = {}
        for ranks in RANKS:
            for step, report in self.reports(ranks).items():
                for name in ("cells", "synapses", "edges", "cpu_s"):
                    self.assertEqual(len(report[name]), ranks, (step, name))
                for name in ("cells", "synapses", "edges"):
                    self.assertEqual(sum(report[name]), whole.setdefault((step, name), sum(report[name])), (step, name))
        self.assertEqual(whole["forest_PYR", "cells"], 223)
        self.assertEqual(whole["run", "cells"], 401)
        for population, per_cell in (("PYR", 461), ("PVBC", 243), ("OLM", 161)):  # the example's README
            found = whole[f"synapses_{population}", "synapses"]
            cells = {"PYR": 223, "PVBC": 93, "OLM": 21}[population]
            self.assertAlmostEqual(found / cells / per_cell, 1, delta=0.03)
            self.assertLessEqual(whole[f"connections_{population}", "edges"], found)
        edges = sum(whole[f"connections_{p}", "edges"] for p in ("PYR", "PVBC", "OLM"))
        self.assertEqual(whole["graph", "edges"], edges)
        self.assertEqual(whole["run", "edges"], edges)

    def test_work_is_balanced(self):
        for ranks in RANKS[1:]:
            for step, report in self.reports(ranks).items():
                for name in ("cells", "synapses", "edges", "cpu_s"):
                    shares = np.array(report[name], dtype=float)
                    least = MEASURABLE_S if name == "cpu_s" else 10
                    if shares.mean() >= least:
                        self.assertLessEqual(shares.max() / shares.mean(), BALANCE, (ranks, step, name, report[name]))

    def test_spikes_crossed_ranks(self):
        """Every cell on one of two ranks that spikes has targets; some are on the other rank."""
        report = self.reports(2)["run"]
        self.assertTrue(all(cells > 0 for cells in report["cells"]), report)
        self.assertTrue(all(edges > 0 for edges in report["edges"]), report)
        self.assertGreater(self.crossings(report), 0)

    def crossings(self, report):
        """Spikes that a rank sent to another one, as the simulation counted them."""
        return sum(report["spikes_received"])


if __name__ == "__main__":
    harness.main()
