"""The published network, built on 2 ranks through a server: its files against what the case and its tables say.

Exact: trees, positions in their layers, distances, columns of synapses, edges.  Statistical: within 4 standard errors, or at the
level of 4 standard deviations for tests of whole distributions.  Both density semantics.
"""
import json
import math
import unittest

import numpy as np

import harness
from network_arrays import POPULATIONS, Network
from network_case import CLASSES, LAYERS, TYPES, Segments, kolmogorov, normal_cdf, source_weights
from network_structure import NetworkStructure, codes, in_every_network
from published_case import DIRECTORY, WIDTH, published_case, write_pipeline

FOUR_SD = 2.28  # sqrt(n) D of Kolmogorov and Smirnov with p = 6e-5
SEMANTICS = ("per_layer", "last_layer")
# Mean in-degrees of the published tables: (per_layer, last_layer), and half of their last digit.
IN_DEGREES = {
    ("PYR", "STIM"): (9914, 16011, .5), ("PYR", "PYR"): (9914, 16011, .5), ("PYR", "PVBC"): (472.5, 472.5, .05),
    ("PYR", "OLM"): (983.9, 850.4, .05), ("PVBC", "PYR"): (2118, 3028, .5), ("PVBC", "STIM"): (2118, 3028, .5),
    ("PVBC", "PVBC"): (2114, 2114, .5), ("PVBC", "OLM"): (180.7, 114.5, .05), ("OLM", "PYR"): (2820.5, 2820.5, .5),
    ("OLM", "PVBC"): (830.5, 830.5, .5)}
TOTALS = {"per_layer": 5.43e6, "last_layer": 8.28e6}
# Mean and standard deviation of the synapses per cell, per_layer.
SYNAPSES = {"PYR": (21285, 206), "PVBC": (6531, 92), "OLM": (3651, 74)}


def setUpModule():
    if not DIRECTORY.exists():
        raise unittest.SkipTest(f"no case files at {DIRECTORY}; set MIV_SHARED")


class PublishedNetwork(NetworkStructure, harness.TestCase):

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.networks, cls.jobs = {}, {}
        with harness.Server() as server:
            for semantics in SEMANTICS:
                directory = cls.directory / semantics
                directory.mkdir()
                job = server.submit(write_pipeline(directory / "pipeline.yaml", semantics=semantics))
                cls.jobs[semantics], cls.networks[semantics] = job, Network(server.fetch(job["id"], "graph", directory))
            found = server.fetch(cls.jobs["per_layer"]["id"], "autapses", cls.directory)
            cls.findings = [server.miv("h5", "validate", cls.directory / semantics / "graph" / name, "--json").stdout
                            for semantics in SEMANTICS for name in ("cells.h5", "connections.h5")]
        cls.autapses = Network.read_edges(found / "connectivity.h5")
        cls.network = cls.networks["per_layer"]
        cls.case = published_case()
        cls.segments = {population: Segments(cls.case, population) for population in POPULATIONS}

    def assert_mean(self, values, mean, rounding=0.0, sd=None):
        """The mean within 4 standard errors; their size from `sd`, or from the values."""
        values = np.asarray(values, dtype=float)
        error = (values.std() if sd is None else sd) / math.sqrt(len(values))
        self.assertLessEqual(abs(values.mean() - mean), 4 * error + rounding, f"{values.mean()} +- {error}, expected {mean}")

    def test_files_validate(self):
        for finding in self.findings:
            self.assertEqual(json.loads(finding)["findings"], [])

    @in_every_network
    def test_categories_without_density_are_empty(self, semantics, population, synapses, segments):
        found = set(np.unique(codes(synapses)).tolist())
        self.assertNotIn(CLASSES["apical"] * 256 + LAYERS["SP"], found)
        self.assertNotIn(CLASSES["axon"], {code // 256 for code in found})
        if population == "OLM":
            self.assertNotIn(CLASSES["soma"], {code // 256 for code in found})

    def test_synapses_per_cell(self):
        for population, (mean, sd) in SYNAPSES.items():
            counts = self.network.synapses[population].counts
            self.assert_mean(counts, mean, 0.5, sd)
            self.assertLess(abs(counts.std(ddof=1) / sd - 1), 4 / math.sqrt(2 * len(counts)))

    @in_every_network
    def test_positions_are_uniform_within_segments(self, semantics, population, synapses, segments):
        section = synapses.syn_secs.astype(int)
        within = synapses.syn_locs.astype(float) * segments.nseg[section] % 1
        for swc_type in np.unique(synapses.swc_types):
            for kind in TYPES.values():
                mine = (synapses.swc_types == swc_type) & (synapses.syn_types == kind)
                if mine.any():
                    self.assertLess(kolmogorov(within[mine]), FOUR_SD, (swc_type, kind))

    # In-degrees.

    def test_in_degrees(self):
        for i, (semantics, network) in enumerate(self.networks.items()):
            for pair, row in IN_DEGREES.items():
                with self.subTest(semantics=semantics, projection=pair):
                    self.assert_mean(network.edges[pair].in_degree, row[i], row[2])

    def test_total_of_edges(self):
        for semantics, network in self.networks.items():
            total = sum(len(edges) for edges in network.edges.values())
            variance = sum(synapses.counts.var(ddof=1) * self.case.number[p] for p, synapses in network.synapses.items())
            print(f"{semantics}: {total} edges, expected {TOTALS[semantics]:.0f}")
            self.assertLess(abs(total - TOTALS[semantics]), 4 * math.sqrt(variance) + 5000)

    def test_shares_of_projections_are_binomial(self):
        """One half of a category each: per cell a z-score, which must look standard normal."""
        for semantics, network in self.networks.items():
            for post, one, other in (("PYR", "STIM", "PYR"), ("PVBC", "STIM", "PYR")):
                first, second = network.edges[post, one].in_degree, network.edges[post, other].in_degree
                n = first + second
                z = (first - n / 2) / np.sqrt(n / 4)
                self.assertLess(abs(z.sum()), 4 * math.sqrt(len(z)))
                self.assertLess(abs((z**2).sum() - len(z)), 4 * math.sqrt(2 * len(z)))
                self.assertLess(kolmogorov(z, normal_cdf), FOUR_SD, (semantics, post))

    # Sources, given the positions.

    def contacts(self, edges, post, pre):
        """Observed contacts [cells, sources] and their probabilities without autapses."""
        network = self.network
        observed = np.zeros((self.case.number[post], self.case.number[pre]))
        np.add.at(observed, (edges.cell, edges.source), 1)
        p = np.stack([source_weights(network.distances[post][i].astype(float), network.distances[pre].astype(float),
                                     WIDTH, i if post == pre else None) for i in range(self.case.number[post])])
        return observed, p

    def offsets(self, post, pre):
        d = self.network.distances
        return np.abs(d[pre][None].astype(float) - d[post][:, None])

    def test_sources_follow_the_kernel(self):
        for (post, pre), edges in self.network.edges.items():
            with self.subTest(projection=(post, pre)):
                observed, p = self.contacts(edges, post, pre)
                n = edges.in_degree[:, None]
                self.assertTrue((observed[p == 0] == 0).all())
                self.assert_bins(observed, n, p, (self.offsets(post, pre).sum(axis=2) / 10).astype(int))
                for axis in range(2):  # mean |dU| and |dV|
                    d = self.offsets(post, pre)[..., axis]
                    mean = (p * d).sum(axis=1)
                    variance = (n[:, 0] * ((p * d**2).sum(axis=1) - mean**2)).sum()
                    self.assertLess(abs((observed * d).sum() - (n[:, 0] * mean).sum()), 4 * math.sqrt(variance))
                self.assert_no_pair_stands_out(observed, n, p)

    def assert_bins(self, observed, n, p, bins):
        """Pooled chi-square over bins of distance, with the variance that the multinomials have."""
        chi, count, slack = 0.0, 0, 0.0
        for b in np.unique(bins[p > 0]):
            share = np.where(bins == b, p, 0).sum(axis=1)
            expected, variance = (n[:, 0] * share).sum(), (n[:, 0] * share * (1 - share)).sum()
            if expected < 20:
                continue
            chi += (np.where(bins == b, observed, 0).sum() - expected)**2 / expected
            count, slack = count + variance / expected, slack + 2 * (variance / expected)**2
        self.assertGreater(count, 3)
        self.assertLess(chi, count + 4 * math.sqrt(slack))

    def assert_no_pair_stands_out(self, observed, n, p):
        """The largest z-score, at the level of 4 standard deviations over all pairs with 20 contacts expected."""
        expected = n * p
        tested = expected >= 20
        z = np.abs(observed - expected)[tested] / np.sqrt(expected * (1 - p))[tested]
        if tested.any():
            limit = math.sqrt(2 * math.log(tested.sum() / 6e-5))  # Gaussian tail exp(-z^2 / 2) over all pairs
            self.assertLess(z.max(), limit + 0.5)  # skewness of a Poisson count of 20

    def test_numbers_of_candidates(self):
        """A random pair of cells is within half the width of the volume on both axes with probability 0.5625."""
        for pre, published in (("STIM", 36), ("PYR", 125), ("PVBC", 52), ("OLM", 12)):
            reach = np.concatenate([(self.offsets(post, pre) < WIDTH / 2).all(axis=2).sum(axis=1)
                                    for post in POPULATIONS if pre in self.case.projections[post]])
            random = np.random.default_rng(0)
            spread = np.std([(np.abs(random.uniform(0, 200, (len(reach), 1, 2)) - random.uniform(0, 200, (self.case.number[pre], 2)))
                              < 100).all(axis=2).sum(axis=1).mean() for _ in range(100)])
            print(f"{pre}: {reach.mean():.1f} candidates on average")
            self.assertLess(abs(reach.mean() - 0.5625 * self.case.number[pre]), 4 * spread)
            self.assertAlmostEqual(published, 0.5625 * self.case.number[pre], delta=0.51)

    def test_mean_distance(self):
        """About 48 to 53 um for uniform positions; an exact test is test_sources_follow_the_kernel."""
        total = sum(float(edges.distance.sum(dtype=float)) for edges in self.network.edges.values())
        self.assertGreater(total / sum(map(len, self.network.edges.values())), 47)
        self.assertLess(total / sum(map(len, self.network.edges.values())), 54)

    def test_no_autapses_unless_allowed(self):
        for network in self.networks.values():
            for population in ("PYR", "PVBC"):
                edges = network.edges[population, population]
                self.assertFalse((edges.source == edges.cell).any())
        edges = self.autapses["PYR", "PYR"]
        d = self.network.distances["PYR"].astype(float)
        p = np.array([source_weights(d[i], d, WIDTH)[i] for i in range(self.case.number["PYR"])])
        expected, variance = (edges.in_degree * p).sum(), (edges.in_degree * p * (1 - p)).sum()
        found = (edges.source == edges.cell).sum()
        print(f"allowed: {found} autapses, expected {expected:.0f}")
        self.assertGreater(expected, 1000)
        self.assertLess(abs(found - expected), 4 * math.sqrt(variance))
        for pre in ("STIM", "PVBC", "OLM"):  # other projections do not notice
            self.assertTrue(np.array_equal(self.autapses["PYR", pre].source, self.network.edges["PYR", pre].source))

    def test_sources_cluster_along_the_cell(self):
        """Order of sources against order of synapses by cdist, every candidate with the same weight.

        In the continuum 1 / sqrt(3) / sqrt(1 / 3 + 4) = 0.277; candidates at the ends that got nothing take some of it away.
        The same with centres and contacts drawn here from the same numbers of contacts."""
        found, simulated, random = [], [], np.random.default_rng(0)
        synapses, edges = self.network.synapses["PYR"], self.network.edges["PYR", "PYR"]
        at = synapses.pointers[edges.cell] + edges.syn_id
        for cell in range(self.case.number["PYR"]):
            reach = (np.abs(self.network.distances["PYR"] - self.network.distances["PYR"][cell]) < WIDTH / 2).all(axis=1)
            reach[cell] = False
            first, last = np.searchsorted(edges.cell, [cell, cell + 1])
            rank, mine = (np.cumsum(reach) - 1)[edges.source[first:last]], at[first:last]
            for layer in (LAYERS["SO"], LAYERS["SR"], LAYERS["SLM"]):
                chosen = synapses.syn_layers[mine] == layer
                sources = rank[chosen][np.argsort(synapses.syn_cdists[mine[chosen]], kind="stable")]
                found.append(self.correlation_with_order(sources))
                places = np.sort(random.uniform(-1, 1, reach.sum()))[sources] + random.normal(0, 2, len(sources))
                simulated.append(self.correlation_with_order(sources[np.argsort(places)]))
        error = math.sqrt((np.var(found) + np.var(simulated)) / len(found))
        print(f"correlation {np.mean(found):.4f}, simulated {np.mean(simulated):.4f} +- {error:.4f}")
        self.assertLess(abs(np.mean(found) - np.mean(simulated)), 4 * error)
        self.assertAlmostEqual(np.mean(found), 0.277, delta=0.03)

    @staticmethod
    def correlation_with_order(sources):
        """Of source ranks with their positions in the list; contacts weigh the inverse of their source's number of contacts."""
        weights = 1 / np.bincount(sources)[sources]
        weights /= weights.sum()
        x, y = sources - (weights * sources).sum(), np.arange(len(sources)) - (weights * np.arange(len(sources))).sum()
        return (weights * x * y).sum() / math.sqrt((weights * x * x).sum() * (weights * y * y).sum())

    # Somata.

    def test_positions_are_more_even_than_random(self):
        """The mean of sqrt(n) D over populations and axes, against its mean for uniform random positions, 0.8687."""
        statistics = [kolmogorov(axes[axis] / WIDTH) for axes in self.network.coordinates.values() for axis in "UV"]
        print("sqrt(n) D:", " ".join(f"{s:.2f}" for s in statistics))
        self.assertLess(np.mean(statistics), math.sqrt(math.pi / 2) * math.log(2))

    def test_neighbours_are_further_apart_than_random(self):
        found = self.nearest(np.concatenate([np.stack([axes[a] for a in "UVL"], axis=1)
                                             for axes in self.network.coordinates.values()]).astype(float))
        self.assertGreater(found.min(), 1e-3)
        random, means = np.random.default_rng(0), []
        for _ in range(50):
            means.append(self.nearest(np.concatenate([
                np.stack([random.uniform(0, WIDTH, n), random.uniform(0, WIDTH, n), random.uniform(*self.case.depths[layer], n)], axis=1)
                for layers in self.case.counts.values() for layer, n in layers.items()])).mean())
        print(f"nearest neighbour {found.mean():.2f} um, at random {np.mean(means):.2f} +- {np.std(means):.2f} um")
        self.assertGreater(found.mean(), np.mean(means) + 4 * np.std(means))

    @staticmethod
    def nearest(points):
        d = np.linalg.norm(points[:, None] - points[None], axis=2)
        np.fill_diagonal(d, np.inf)
        return d.min(axis=1)

    # The run.

    def test_both_ranks_did_their_share(self):
        whole = {"cells": self.case.number, "synapses": {p: len(s) for p, s in self.network.synapses.items()},
                 "edges": {p: len(s) for p, s in self.network.synapses.items()}}
        for step, task in harness.tasks(self.jobs["per_layer"]).items():
            self.assertEqual((task["state"], task["attempts"], task["ranks"]), ("SUCCEEDED", 1, 2), step)
            kind, _, population = step.partition("_")
            for item in {"forest": ["cells"], "synapses": ["cells", "synapses"], "connections": ["cells", "edges"]}.get(kind, []):
                shares = task["report"][item]
                self.assertEqual(sum(shares), whole[item][population], (step, item))
                self.assertLess(max(shares) / min(shares), 1.2, (step, item))


if __name__ == "__main__":
    harness.main()
