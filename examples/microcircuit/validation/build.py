"""Draws one realisation of the network in NumPy: positions, synapses, sources.

Independent of the build steps of MiV Service: somata uniformly at random in
their layers, synapses by the Poisson placement, one source per synapse drawn
from the truncated Gaussian of the axon extent.
"""

from typing import NamedTuple

import numpy as np

import cells
from single_cells import CLASSES, LAYERS

ORDER = ("STIM", "PYR", "PVBC", "OLM")  # gid order
VELOCITY = 100.0  # um/ms
MINIMUM_DELAY = 2 * cells.DT


class Edges(NamedTuple):
    """Synapses of one projection."""

    post_gid: np.ndarray
    pre_gid: np.ndarray
    section: np.ndarray
    x: np.ndarray  # 0..1 in the section
    delay: np.ndarray  # ms


class Network(NamedTuple):
    start: dict[str, int]  # first gid
    count: dict[str, int]
    uv: np.ndarray  # [cells, 2] um
    edges: dict[tuple[str, str], Edges]  # (post, pre)
    synapses_per_cell: dict[str, np.ndarray]


def draw(seed: int) -> Network:
    rng = np.random.default_rng(seed)
    distributions = cells.config("cell_distributions")
    count = {p: sum(distributions[p].values()) for p in ORDER}
    first = np.cumsum([0] + [count[p] for p in ORDER])
    start = {p: int(gid) for p, gid in zip(ORDER, first)}
    uv = np.concatenate([positions(rng, distributions[p]) for p in ORDER])
    edges, per_cell = {}, {}
    for post in cells.POPULATIONS:
        synapses = [place(rng, post) for _ in range(count[post])]
        per_cell[post] = np.array([len(s) for s in synapses])
        gid = np.repeat(start[post] + np.arange(count[post]), per_cell[post])
        edges.update(connect(rng, post, gid, np.concatenate(synapses), start, count, uv))
    return Network(start, count, uv, edges, per_cell)


def positions(rng, distribution: dict[str, int]) -> np.ndarray:
    """[cells, 2] U, V in um, ascending in U."""
    extents = cells.config("layer_extents")
    parts = [
        rng.uniform(extents[layer][0][:2], extents[layer][1][:2], (cells_in_layer, 2))
        for layer, cells_in_layer in distribution.items()
    ]
    uv = np.concatenate(parts)
    return uv[np.argsort(uv[:, 0])]


def place(rng, population: str) -> np.ndarray:
    """Synapses of one cell: rows (section, x, class code, layer, is inhibitory)."""
    tree = cells.trees()[population]
    density = cells.config("cell_types")[population]["synapses"]["density"]
    rows = []
    for section, points in tree.nodes.items():
        code, layer = int(tree.swc_type[points[-1]]), int(tree.layer[points[-1]])
        length = float(np.linalg.norm(np.diff(tree.xyz[points], axis=0), axis=1).sum())
        segments = 3 if length > 95 else 1
        for kind, layers in density.get(CLASSES.get(code), {}).items():
            if LAYERS[layer] not in layers:
                continue
            mean = layers[LAYERS[layer]]["mean"]
            for at in along(rng, length, segments, mean):
                rows.append((section, at / length, code, layer, kind == "inhibitory"))
    return np.array(rows)


def along(rng, length: float, segments: int, density: float) -> list[float]:
    """Positions (um) in a section of constant density.

    MiV-Simulator's process: the first segment has at least one synapse, and the
    gap over a later segment boundary is drawn twice.
    """
    found: list[float] = []
    at = 0.0
    for k in range(segments):
        low, high = k * length / segments, (k + 1) * length / segments
        gap = rng.exponential(1 / density)
        while at == 0.0 and gap >= high:
            gap = rng.exponential(1 / density)
        at += gap
        while at < high:
            if at >= low:
                found.append(at)
            at += rng.exponential(1 / density)
    return found


def connect(rng, post, gid, rows, start, count, uv) -> dict[tuple[str, str], Edges]:
    """Deals the synapses of a population to its projections and draws sources."""
    projections = cells.config("synapses")[post]
    chosen = np.full(len(rows), "", dtype=object)
    for code, layer, inhibitory in {tuple(row) for row in rows[:, 2:]}:
        mine = (rows[:, 2] == code) & (rows[:, 3] == layer) & (rows[:, 4] == inhibitory)
        kind = "inhibitory" if inhibitory else "excitatory"
        share = {
            pre: p
            for pre, projection in projections.items()
            if projection["type"] == kind
            for section, name, p in zip(
                projection["sections"], projection["layers"], projection["proportions"]
            )
            if (section, name) == (CLASSES[code], LAYERS[layer])
        }
        chosen[mine] = rng.choice(list(share), mine.sum(), p=list(share.values()))
    edges = {}
    for pre in projections:
        mine = chosen == pre
        sources = np.empty(mine.sum(), dtype=int)
        targets = gid[mine]
        for target in np.unique(targets):
            weights = kernel(pre, target, start[pre] + np.arange(count[pre]), uv)
            here = targets == target
            sources[here] = start[pre] + rng.choice(count[pre], here.sum(), p=weights)
        distance = np.abs(uv[targets] - uv[sources]).sum(axis=1)
        delay = np.maximum(distance / VELOCITY, MINIMUM_DELAY)
        section = rows[mine, 0].astype(int)
        edges[post, pre] = Edges(targets, sources, section, rows[mine, 1], delay)
    return edges


def kernel(pre: str, target: int, sources: np.ndarray, uv: np.ndarray) -> np.ndarray:
    """Probability of each source for one target; no cell contacts itself."""
    extent = cells.config("axon_extents")[pre]["default"]
    half = np.array(extent["width"]) / 2
    offset = np.array(extent["offset"])
    sigma = (half - offset) / 3
    apart = np.abs(uv[sources] - uv[target])
    weights = np.exp(-0.5 * (((apart - offset) / sigma) ** 2).sum(axis=1))
    weights[(apart >= half).any(axis=1) | (sources == target)] = 0
    return weights / weights.sum()
