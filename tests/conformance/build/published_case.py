"""The published case re-derived with numpy: its cells from the SWC files, and what the rules say of their synapses and sources.

Shares no code with the product.  Densities, projections and proportions come from the case's YAML files; counts, extents and the
expected numbers of the tables are those that the case was published with, which differ from its own configuration of a larger network.
"""
import math
import os
import pathlib
import sys

import numpy as np
import yaml

ROOT = pathlib.Path(__file__).resolve().parents[3]
CASE = pathlib.Path(os.environ.get("MIV_SHARED", ROOT.parent / "shared")) / "cases" / "rc-separation"
sys.path.insert(0, str(ROOT / "examples" / "microcircuit" / "validation"))
import swc  # noqa: E402

LAYERS = {"SO": 5, "SP": 6, "SR": 8, "SLM": 9}
CLASSES = {"soma": 1, "axon": 2, "basal": 3, "apical": 4, "ais": 7}
TYPES = {"excitatory": 0, "inhibitory": 1}
COUNTS = {"STIM": {"SP": 64}, "PYR": {"SP": 223}, "PVBC": {"SO": 35, "SP": 50, "SR": 8}, "OLM": {"SO": 21}}
DEPTHS = {"SO": (0, 5), "SP": (5, 50), "SR": (50, 100), "SLM": (100, 150)}
WIDTH = 200.0  # of the volume and of the axons, um
START = {"STIM": 0, "PYR": 64, "PVBC": 287, "OLM": 380}
NUMBER = {"STIM": 64, "PYR": 223, "PVBC": 93, "OLM": 21}
PROJECTIONS = {"PYR": ["STIM", "PYR", "PVBC", "OLM"], "PVBC": ["PYR", "STIM", "PVBC", "OLM"], "OLM": ["PYR", "PVBC"]}


def load(name):
    return yaml.safe_load((CASE / "config" / f"{name}.yml").read_text())


class Segments:
    """Segments of a cell, one entry each, section by section."""

    def __init__(self, population):
        self.tree = swc.read(CASE / "morphology" / f"{population}.swc")
        rows = [self._of_section(index, points, population != "PYR") for index, points in self.tree.nodes.items()]
        self.nseg = np.array([len(row) for row in rows])
        section, self.swc_type, self.layer, self.length = np.array([entry for row in rows for entry in row]).T
        self.section, self.swc_type, self.layer = (a.astype(int) for a in (section, self.swc_type, self.layer))
        self.first = np.concatenate([[0], np.cumsum(self.nseg)[:-1]])  # segment of each section's start

    def _of_section(self, index, points, by_length_constant):
        arc = self.arc(index)
        length = arc[-1]
        count = 1
        if by_length_constant:
            diameter = 2 * self.tree.radius[points].astype(float)
            constants = (np.diff(arc) / np.sqrt(diameter[1:] + diameter[:-1])).sum()
            constants *= math.sqrt(2) * 1e-5 * math.sqrt(4 * math.pi * 100 * 35.4 * 1.0)
            count = 2 * int((constants / 0.1 + 0.9) / 2) + 1
        centres = (np.arange(count) + 0.5) / count * length
        nearest = np.abs(arc[None, :] - centres[:, None]).argmin(axis=1)  # the first of equals
        kind = self.tree.swc_type[points[-1]]
        return [(index, kind, self.tree.layer[points[n]], length / count) for n in nearest]

    def arc(self, index):
        """Distance of the section's points from its start, um."""
        xyz = self.tree.xyz[self.tree.nodes[index]].astype(float)
        return np.concatenate([[0], np.cumsum(np.linalg.norm(np.diff(xyz, axis=0), axis=1))])

    def lengths(self):
        """{(class, layer): um}."""
        keys = sorted(set(zip(self.swc_type.tolist(), self.layer.tolist())))
        return {key: self.length[(self.swc_type == key[0]) & (self.layer == key[1])].sum() for key in keys}


def positive_normal(mean, sd):
    """Mean and variance of a normal variable, given that it is positive."""
    a = mean / sd
    r = math.exp(-a * a / 2) / math.sqrt(2 * math.pi) / (0.5 * (1 + math.erf(a / math.sqrt(2))))
    return mean + sd * r, sd * sd * (1 - a * r - r * r)


def expected_synapses(population, segments, semantics):
    """{(class, type, layer): (mean, variance) of the count per cell} of the homogeneous process."""
    expected = {}
    for section, rules in load("cell_types")[population]["synapses"]["density"].items():
        for kind, by_layer in rules.items():
            for (code, layer), _ in segments.lengths().items():
                if code != CLASSES[section]:
                    continue
                names = [name for name in by_layer if name == "default" or LAYERS[name] == layer]
                if not names:
                    continue
                density = by_layer[list(by_layer)[-1] if semantics == "last_layer" else names[0]]
                mean, variance = positive_normal(density["mean"], density["variance"])
                mine = segments.length[(segments.swc_type == code) & (segments.layer == layer)]
                expected[code, TYPES[kind], layer] = (mean * mine.sum(), mean * mine.sum() + variance * (mine**2).sum())
    return expected


def targets(post):
    """{pre: (type, {(class, layer): proportion})}."""
    return {pre: (TYPES[rule["type"]], {(CLASSES[s], LAYERS[layer]): p for s, layer, p in
                                        zip(rule["sections"], rule["layers"], rule["proportions"])})
            for pre, rule in load("synapses")[post].items()}


def source_weights(destination, sources, exclude=None):
    """[sources] probabilities of one cell's sources.

    destination: (u, v); sources: [n, 2], um; exclude: index of the cell itself among the sources."""
    d = np.abs(sources - destination)
    sigma = WIDTH / 2 / 3
    weights = np.exp(-(d**2).sum(axis=1) / (2 * sigma * sigma)) * (d < WIDTH / 2).all(axis=1)
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
