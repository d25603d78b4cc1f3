"""A network's configuration re-derived with numpy: its cells from the SWC files, and what the rules say of their synapses and sources.

Shares no code with the product.  For networks in one box of equal layers whose populations are STIM, PYR, PVBC and OLM.
"""
import math
import pathlib
import sys

import numpy as np
import yaml

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "examples" / "microcircuit" / "validation"))
import swc  # noqa: E402

LAYERS = {"SO": 5, "SP": 6, "SR": 8, "SLM": 9}
CLASSES = {"soma": 1, "axon": 2, "basal": 3, "apical": 4, "ais": 7}
TYPES = {"excitatory": 0, "inhibitory": 1}


class Case:
    """config: directory with cell_types.yml and synapses.yml; morphology: directory of the SWC files.

    nseg: function of (population, length in um, length in length constants) as the templates have it.
    counts: {population: {layer: cells}}, in order of the gids; extents: {layer: [[u, v, l], [u, v, l]]}, um."""

    def __init__(self, config, morphology, nseg, counts, extents):
        self.config, self.morphology, self.nseg = config, morphology, nseg
        self.counts = {p: {layer: n for layer, n in layers.items() if n > 0} for p, layers in counts.items()}
        self.number = {p: sum(layers.values()) for p, layers in counts.items()}
        starts = np.cumsum([0, *self.number.values()]).tolist()
        self.start = dict(zip(counts, starts))
        self.depths = {layer: (low[2], high[2]) for layer, (low, high) in extents.items()}
        self.width = next(iter(extents.values()))[1][0]
        self.projections = {post: list(rules) for post, rules in self.load("synapses").items()}

    def load(self, name):
        return yaml.safe_load((self.config / f"{name}.yml").read_text())

    def swc_file(self, population):
        return self.morphology / f"{population}.swc"

    def targets(self, post):
        """{pre: (type, {(class, layer): proportion})}."""
        return {pre: (TYPES[rule["type"]], {(CLASSES[s], LAYERS[layer]): p for s, layer, p in
                                            zip(rule["sections"], rule["layers"], rule["proportions"])})
                for pre, rule in self.load("synapses")[post].items()}

    def expected_synapses(self, population, segments, semantics):
        """{(class, type, layer): (mean, variance) of the count per cell} of the homogeneous process."""
        expected = {}
        for section, rules in self.load("cell_types")[population]["synapses"]["density"].items():
            for kind, by_layer in rules.items():
                for code, layer in segments.categories():
                    names = [name for name in by_layer if name == "default" or LAYERS[name] == layer]
                    if code != CLASSES[section] or not names:
                        continue
                    density = by_layer[list(by_layer)[-1] if semantics == "last_layer" else names[0]]
                    mean, variance = positive_normal(density["mean"], density["variance"])
                    mine = segments.length[(segments.swc_type == code) & (segments.layer == layer)]
                    expected[code, TYPES[kind], layer] = (mean * mine.sum(), mean * mine.sum() + variance * (mine**2).sum())
        return expected


class Segments:
    """Segments of a cell, one entry each, section by section."""

    def __init__(self, case, population):
        self.tree = swc.read(case.swc_file(population))
        rows = [self._of_section(index, points, case, population) for index, points in self.tree.nodes.items()]
        self.nseg = np.array([len(row) for row in rows])
        section, self.swc_type, self.layer, self.length = np.array([entry for row in rows for entry in row]).T
        self.section, self.swc_type, self.layer = (a.astype(int) for a in (section, self.swc_type, self.layer))
        self.first = np.concatenate([[0], np.cumsum(self.nseg)[:-1]])  # segment of each section's start

    def _of_section(self, index, points, case, population):
        arc = self.arc(index)
        length = arc[-1]
        diameter = 2 * self.tree.radius[points].astype(float)
        constants = (np.diff(arc) / np.sqrt(diameter[1:] + diameter[:-1])).sum()
        constants *= math.sqrt(2) * 1e-5 * math.sqrt(4 * math.pi * 100 * 35.4 * 1.0)  # 100 Hz, 35.4 ohm cm, 1 uF/cm2
        count = case.nseg(population, length, constants)
        centres = (np.arange(count) + 0.5) / count * length
        nearest = np.abs(arc[None, :] - centres[:, None]).argmin(axis=1)  # the first of equals
        kind = self.tree.swc_type[points[-1]]
        return [(index, kind, self.tree.layer[points[n]], length / count) for n in nearest]

    def arc(self, index):
        """Distance of the section's points from its start, um."""
        xyz = self.tree.xyz[self.tree.nodes[index]].astype(float)
        return np.concatenate([[0], np.cumsum(np.linalg.norm(np.diff(xyz, axis=0), axis=1))])

    def categories(self):
        """(class, layer) of all segments."""
        return sorted(set(zip(self.swc_type.tolist(), self.layer.tolist())))


def positive_normal(mean, sd):
    """Mean and variance of a normal variable, given that it is positive."""
    if sd == 0:
        return mean, 0.0
    a = mean / sd
    r = math.exp(-a * a / 2) / math.sqrt(2 * math.pi) / (0.5 * (1 + math.erf(a / math.sqrt(2))))
    return mean + sd * r, sd * sd * (1 - a * r - r * r)


def source_weights(destination, sources, width, exclude=None):
    """[sources] probabilities of one cell's sources.

    destination: (u, v); sources: [n, 2]; width: of the axons; um.  exclude: index of the cell itself among the sources."""
    d = np.abs(sources - destination)
    sigma = width / 2 / 3
    weights = np.exp(-(d**2).sum(axis=1) / (2 * sigma * sigma)) * (d < width / 2).all(axis=1)
    if exclude is not None:
        weights[exclude] = 0
    return weights / weights.sum() if weights.sum() > 0 else weights


def kolmogorov(sample, distribution=lambda x: x):
    """sqrt(n) D of a sample against a distribution function.  Beyond 2.28 at the level of 4 standard deviations (6e-5)."""
    p = np.sort(distribution(np.asarray(sample, dtype=float)))
    n = len(p)
    return math.sqrt(n) * max((np.arange(1, n + 1) / n - p).max(), (p - np.arange(n) / n).max())


def normal_cdf(x):
    return np.array([0.5 * (1 + math.erf(value / math.sqrt(2))) for value in x])
