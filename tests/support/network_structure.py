"""What holds exactly in every network that is built, as cases of a test class."""
import functools

import numpy as np

import neuroh5_decoder
from network_arrays import POPULATIONS
from network_case import swc

TOLERANCE_UM = 1e-3


def in_every_network(test):
    """Runs test(self, label, population, synapses, segments) for every population of every network."""
    @functools.wraps(test)
    def run(self):
        for label, network in self.networks.items():
            for population in POPULATIONS:
                with self.subTest(network=label, population=population):
                    test(self, label, population, network.synapses[population], self.segments[population])
    return run


def codes(synapses, at=slice(None)):
    """One number per synapse for its section class and layer."""
    return synapses.swc_types[at].astype(int) * 256 + synapses.syn_layers[at]


class NetworkStructure:
    """A mixin.  The class has `case` (Case), `networks` {label: Network} and `segments` {population: Segments}."""

    def test_populations_and_projections(self):
        for network in self.networks.values():
            self.assertEqual({name: (gids.start, len(gids)) for name, gids in network.populations.items()},
                             {name: (self.case.start[name], self.case.number[name]) for name in self.case.counts})
            pairs = {(post, pre) for post, sources in self.case.projections.items() for pre in sources}
            self.assertEqual(network.valid_projections, {(pre, post) for post, pre in pairs})
            self.assertEqual(network.edges.keys(), pairs)

    def test_every_cell_has_the_tree_of_its_file(self):
        network = next(iter(self.networks.values()))
        with neuroh5_decoder.File(network.directory / "cells.h5") as file:
            for population in POPULATIONS:
                path = self.case.swc_file(population)
                expected = swc.read(path)
                parents = [int(line.split()[6]) for line in path.read_text().splitlines() if line[:1].isdigit()]
                gids = []
                for gid, tree, parent in file.trees(population):
                    gids.append(gid)
                    for name in ("xyz", "radius", "layer", "swc_type", "src", "dst"):
                        self.assertTrue(np.array_equal(getattr(tree, name), getattr(expected, name)), (gid, name))
                    self.assertEqual(parent.tolist(), parents)
                    self.assertEqual({s: p.tolist() for s, p in tree.nodes.items()},
                                     {s: p.tolist() for s, p in expected.nodes.items()})
                self.assertEqual(gids, list(file.populations[population]))

    def test_somata_lie_in_their_layers_sorted_by_u(self):
        for network in self.networks.values():
            for population, axes in network.coordinates.items():
                self.assertTrue(all(np.isfinite(axis).all() for axis in axes.values()))
                self.assertTrue((np.diff(axes["U"]) >= 0).all())
                for space, layer_axis in zip("XYZ", "UVL"):  # nothing is rotated
                    self.assertTrue(np.array_equal(axes[space], axes[layer_axis]))
                for axis in "UV":
                    self.assertTrue(self.within(axes[axis], 0, self.case.width, TOLERANCE_UM).all())
                somewhere = np.zeros(len(axes["L"]), dtype=bool)
                for layer, count in self.case.counts[population].items():
                    somewhere |= self.within(axes["L"], *self.case.depths[layer], TOLERANCE_UM)
                    # A cell in the plane between two layers belongs to either.
                    inside, at_most = (self.within(axes["L"], *self.case.depths[layer], t).sum()
                                       for t in (-TOLERANCE_UM, TOLERANCE_UM))
                    self.assertTrue(inside <= count <= at_most, (population, layer))
                self.assertTrue(somewhere.all())

    @staticmethod
    def within(values, low, high, tolerance):
        return (values >= low - tolerance) & (values <= high + tolerance)

    def test_distances_are_coordinates_from_the_middle(self):
        half = self.case.width / 2
        for network in self.networks.values():
            for population, distances in network.distances.items():
                reference = network.references[population]
                for i, axis in enumerate("UV"):
                    error = np.abs(distances[:, i] - (network.coordinates[population][axis] - half)).max()
                    self.assertLess(error, TOLERANCE_UM)
                    self.assertAlmostEqual(reference[f"Reference {axis} Min"], -half - 0.01, delta=1e-9)
                    self.assertAlmostEqual(reference[f"Reference {axis} Max"], half + 0.01, delta=1e-9)

    @in_every_network
    def test_columns_of_synapses_agree_with_the_morphology(self, label, population, synapses, segments):
        self.assertEqual(synapses.gids.tolist(), list(self.networks[label].populations[population]))
        self.assertTrue(np.array_equal(synapses.syn_ids, np.arange(len(synapses)) - synapses.pointers[synapses.cell]))
        self.assertTrue(((synapses.syn_locs > 0) & (synapses.syn_locs < 1)).all())
        section = synapses.syn_secs.astype(int)
        classes = np.array([segments.tree.swc_type[segments.tree.nodes[s][-1]] for s in range(len(segments.tree.nodes))])
        self.assertTrue(np.array_equal(classes[section], synapses.swc_types))
        # A float32 position can round across the border of two segments of different layers.
        at = synapses.syn_locs.astype(float) * segments.nseg[section]
        near = [segments.layer[segments.first[section] + np.clip((at + e).astype(int), 0, segments.nseg[section] - 1)]
                for e in (-1e-6, 1e-6)]
        self.assertTrue(((near[0] == synapses.syn_layers) | (near[1] == synapses.syn_layers)).all())
        # Within a cell, section and type positions ascend.
        same = ((np.diff(synapses.cell) == 0) & (np.diff(section) == 0) &
                (np.diff(synapses.syn_types.astype(int)) == 0))
        self.assertTrue((np.diff(synapses.syn_locs)[same] >= 0).all())

    @in_every_network
    def test_cdist_is_the_distance_from_the_origin(self, label, population, synapses, segments):
        """Of the place on the straight lines between points; the smooth curve of the product may bulge by a hundredth of a piece."""
        chosen = slice(0, int(synapses.pointers[1]))  # of the first cell
        for section in np.unique(synapses.syn_secs[chosen]):
            mine = synapses.syn_secs[chosen] == section
            arc = segments.arc(section)
            at = synapses.syn_locs[chosen][mine].astype(float) * arc[-1]
            xyz = segments.tree.xyz[segments.tree.nodes[section]].astype(float)
            position = np.stack([np.interp(at, arc, xyz[:, i]) for i in range(3)], axis=1)
            error = np.abs(np.linalg.norm(position, axis=1) - synapses.syn_cdists[chosen][mine]).max()
            self.assertLess(error, 0.01 * max(np.diff(arc).max(), 1), section)

    @in_every_network
    def test_every_synapse_has_one_edge_of_its_category(self, label, post, synapses, segments):
        used = np.zeros(len(synapses), dtype=int)
        for pre, (kind, allowed) in self.case.targets(post).items():
            edges = self.networks[label].edges[post, pre]
            at = synapses.pointers[edges.cell] + edges.syn_id
            used += np.bincount(at, minlength=len(used))
            self.assertTrue((synapses.syn_types[at] == kind).all())
            self.assertLessEqual(set(np.unique(codes(synapses, at)).tolist()), {c * 256 + layer for c, layer in allowed})
        self.assertTrue((used == 1).all())

    def test_sources_are_in_reach_and_sorted(self):
        for network in self.networks.values():
            for (post, pre), edges in network.edges.items():
                self.assertTrue(((edges.source >= 0) & (edges.source < self.case.number[pre])).all())
                d = np.abs(network.distances[pre][edges.source].astype(float) - network.distances[post][edges.cell])
                self.assertTrue((d < self.case.width / 2).all())
                self.assertLess(np.abs(edges.distance - d.sum(axis=1)).max(), TOLERANCE_UM)
                self.assertTrue((np.diff(edges.cell * self.case.number[pre] + edges.source) >= 0).all(), (post, pre))
                self.assertFalse(post == pre and (edges.source == edges.cell).any())

    @in_every_network
    def test_categories_are_those_with_a_density(self, label, population, synapses, segments):
        expected = self.case.expected_synapses(population, segments, label)
        self.assertEqual(set(np.unique(codes(synapses) * 4 + synapses.syn_types).tolist()),
                         {(c * 256 + layer) * 4 + t for (c, t, layer), (mean, _) in expected.items() if mean > 0})

    @in_every_network
    def test_synapses_per_category(self, label, population, synapses, segments):
        """Mean and variance of the counts within 4 standard errors of a Poisson process with densities drawn per segment."""
        code, cells = codes(synapses) * 4 + synapses.syn_types, self.case.number[population]
        for (swc_type, kind, layer), (mean, variance) in self.case.expected_synapses(population, segments, label).items():
            counts = np.bincount(synapses.cell[code == (swc_type * 256 + layer) * 4 + kind], minlength=cells)
            self.assertLess(abs(counts.mean() - mean), 4 * (variance / cells)**0.5, (swc_type, kind, layer))
            # The variance of a variance is about 2 v^2 / n, more by 1 / mean for few arrivals.
            error = ((2 + 1 / mean) / cells)**0.5
            self.assertLess(abs(counts.var(ddof=1) / variance - 1), 4 * error, (swc_type, kind, layer))
