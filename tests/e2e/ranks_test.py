"""The same bytes and the same spikes on 1, 2, 3, 5 and 8 ranks, with the work shared evenly."""
import collections
import time

import h5py
import numpy as np

import harness

RANKS = (1, 2, 3)
PIPELINE = harness.EXAMPLE / "pipeline.yaml"
START = {"STIM": 0, "PYR": 64, "PVBC": 287, "OLM": 380}
BALANCE = 1.25  # largest share over the mean of the ranks
CELLS = {"PYR": 223, "PVBC": 93, "OLM": 21}
# Sum over section classes and layers of the densities of config/cell_types.yml times the lengths that the trees have
# there (um; tests/e2e/model), e.g. OLM 0.30 * 480 + 0.05 * 480 + 0.5 * 20.
EXPECTED_SYNAPSES = {"PYR": 446.5, "PVBC": 257.2, "OLM": 178}
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
        for population in CELLS:
            found = whole[f"synapses_{population}", "synapses"]
            print(f"{population}: {found / CELLS[population]:.1f} synapses per cell")
            self.assertAlmostEqual(found / (CELLS[population] * EXPECTED_SYNAPSES[population]), 1, delta=0.02)
            self.assertLessEqual(whole[f"connections_{population}", "edges"], found)
        edges = sum(whole[f"connections_{p}", "edges"] for p in ("PYR", "PVBC", "OLM"))
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
        """More cells hang together by the connections of cells that spike than any rank has: however the cells lie,
        some spike went to another rank.  Equal spikes say that it arrived."""
        with h5py.File(self.results[2]) as file:
            spiking = set(file["Spikes/gid"][:].tolist())
        with h5py.File(self.connections) as file:
            edges = {edge for post in file["Projections"] for pre in file["Projections"][post]
                     for edge in self.edges(file, post, pre)}
        connected = self.largest_component(edge for edge in edges if edge[0] in spiking)
        print(f"{connected} cells hang together")
        for ranks in RANKS[1:]:
            self.assertGreater(connected, max(self.reports(ranks)["run"]["cells"]))

    @staticmethod
    def edges(file, post, pre):
        """(source gid, destination gid) of a projection, in the layout of neuroh5."""
        group = file[f"Projections/{post}/{pre}/Edges"]
        first, block, pointer, source = (group[name][:].astype(np.int64) for name in (
            "Destination Block Index", "Destination Block Pointer", "Destination Pointer", "Source Index"))
        sizes = np.diff(block)
        sizes[-1] -= 1  # the last pointer is one past the destinations
        destinations = np.concatenate([np.arange(start, start + size) for start, size in zip(first, sizes)])
        return zip((source + START[pre]).tolist(), (np.repeat(destinations, np.diff(pointer)) + START[post]).tolist())

    @staticmethod
    def largest_component(edges):
        """Cells in the largest connected part, of all 401."""
        parent = list(range(401))

        def root(cell):
            while parent[cell] != cell:
                parent[cell] = cell = parent[parent[cell]]
            return cell

        for one, other in edges:
            parent[root(one)] = root(other)
        return max(collections.Counter(root(cell) for cell in range(401)).values())


class ManyRanks(harness.TestCase):
    """A small network on more ranks than the machine has cores, each time from an empty data directory."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        pipeline = harness.copy_small_example(cls.directory / "small")
        cls.jobs, cls.spikes = {}, {}
        for ranks in (1, 5, 8):
            start = time.monotonic()
            with harness.Server() as server:
                job = server.submit(pipeline, "--ranks", ranks)
                cls.jobs[ranks] = server.job(job["id"])
                with h5py.File(server.fetch(job["id"], "run", cls.directory / str(ranks)) / "results.h5") as file:
                    cls.spikes[ranks] = file["Spikes/gid"][:].tobytes(), file["Spikes/t"][:].tobytes()
            print(f"{ranks} ranks: {time.monotonic() - start:.1f} s")

    def test_build_outputs_have_equal_digests(self):
        found = {ranks: {step: files for step, files in harness.digests(job).items() if step != "run"}
                 for ranks, job in self.jobs.items()}
        self.assertEqual(len(found[1]), 13)
        self.assertEqual(found[5], found[1])
        self.assertEqual(found[8], found[1])

    def test_spikes_are_equal(self):
        self.assertTrue(self.spikes[1][0])
        self.assertEqual(self.spikes[5], self.spikes[1])
        self.assertEqual(self.spikes[8], self.spikes[1])

    def test_nobody_is_idle_where_there_are_cells_enough(self):
        for ranks, job in self.jobs.items():
            for step, task in harness.tasks(job).items():
                self.assertEqual((task["state"], task["cached"], task["ranks"]), ("SUCCEEDED", False, ranks), (ranks, step))
                cells = task["report"]["cells"]
                self.assertEqual(len(cells), ranks)
                if sum(cells) >= ranks:
                    self.assertGreater(min(cells), 0, (ranks, step, cells))
                if step.startswith(("forest_", "synapses_", "connections_")):
                    self.assertLessEqual(max(cells) - min(cells), 1, (ranks, step, cells))


if __name__ == "__main__":
    harness.main()
