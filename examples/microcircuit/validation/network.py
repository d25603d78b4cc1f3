#!/usr/bin/python3
"""Simulates independent realisations of the network and prints their statistics.

    python3 network.py [--seeds 1 2 3] [--no-controls]

Each seed draws positions, synapses, sources and Poisson trains anew (build.py)
and runs 500 ms in one process with python3-neuron, about 20-40 s of one core;
the controls of a seed take about five times as long.  Statistics are over
100..500 ms.  The exit code is 1 if a value is outside its accepted range.
"""

import argparse
import math
import sys
import time

import numpy as np
from neuron import h

import build
import cells
from single_cells import POINT_PROCESSES
from spike_statistics import Statistics

T_END, T_SILENT = 500.0, 250.0  # ms; controls where nothing fires run shorter
STIM_RATE = 20.0  # Hz


class Model:
    """One realisation in NEURON, with handles to vary it between runs."""

    def __init__(self, factory: cells.Factory, seed: int) -> None:
        self.network = build.draw(seed)
        self._trains = self._draw_trains(np.random.default_rng([seed, 1]))
        self._pc = h.ParallelContext()
        self._pc.gid_clear()
        self._cells, self._inputs, self._keep = {}, [], []
        # (post, pre, name) -> [(NetCon, delay)]
        self._connections: dict[tuple[str, str, str], list] = {}
        self._make_cells(factory)
        for (post, pre), edges in self.network.edges.items():
            self._connect(post, pre, edges)
        self._times, self._gids = h.Vector(), h.Vector()
        self._pc.spike_record(-1, self._times, self._gids)

    def _draw_trains(self, rng) -> list[np.ndarray]:
        def train() -> np.ndarray:
            spikes = np.cumsum(rng.exponential(1000 / STIM_RATE, int(STIM_RATE) * 10))
            return spikes[spikes < T_END]

        return [train() for _ in range(self.network.count["STIM"])]

    def _make_cells(self, factory: cells.Factory) -> None:
        for population in build.ORDER:
            start = self.network.start[population]
            for gid in range(start, start + self.network.count[population]):
                if population == "STIM":
                    cell = h.VecStim()
                    self._inputs.append(cell)
                    source = h.NetCon(cell, None)
                else:
                    cell = factory.make(population, gid)
                    source = cells.detector(cell)
                self._cells[gid] = cell
                self._pc.set_gid2node(gid, 0)
                self._pc.cell(gid, source)

    def _connect(self, post: str, pre: str, edges: build.Edges) -> None:
        """Point processes are shared within (cell, source population, segment, name)."""
        mechanisms = cells.config("synapses")[post][pre]["mechanisms"]
        shared = {}
        for target, source, index, x, delay in zip(*(column.tolist() for column in edges)):
            section = self._cells[target].sections[index]
            x = min(max(x, 0.05), 0.95)
            segment = int(x * section.nseg)
            for name, parameters in mechanisms.items():
                key = (target, index, segment, name)
                if key not in shared:
                    synapse = getattr(h, POINT_PROCESSES[name])(section(x))
                    for parameter in ("tau_rise", "tau_decay", "e"):
                        setattr(synapse, parameter, parameters[parameter])
                    shared[key] = synapse
                connection = self._pc.gid_connect(source, shared[key])
                connection.weight[1] = parameters["g_unit"]
                connection.delay = delay
                handles = self._connections.setdefault((post, pre, name), [])
                handles.append((connection, delay))
        self._keep.append(shared)

    def sizes(self) -> str:
        synapses = sum(len(edges.post_gid) for edges in self.network.edges.values())
        netcons = sum(len(handles) for handles in self._connections.values())
        processes = sum(len(shared) for shared in self._keep)
        segments = sum(section.nseg for section in h.allsec())
        return (
            f"{synapses} synapses, {netcons} NetCons, {processes} point processes, "
            f"{segments} segments"
        )

    def run(self, t_end: float = T_END, stim: bool = True, silent=(), delays: float = 1.0):
        """{gid: spike times}; `silent` holds (post, pre, name), None for any."""
        for key, handles in self._connections.items():
            off = any(all(p in (None, k) for p, k in zip(pattern, key)) for pattern in silent)
            for connection, delay in handles:
                connection.weight[0] = 0.0 if off else 1.0
                connection.delay = delay * delays
        trains = [h.Vector(train if stim else []) for train in self._trains]
        for cell, train in zip(self._inputs, trains):
            cell.play(train)
        cells.prepare()
        self._pc.set_maxstep(10)
        h.finitialize(cells.V_INIT)
        self._pc.psolve(t_end)
        times, gids = self._times.as_numpy().copy(), self._gids.as_numpy().astype(int)
        return {gid: times[gids == gid] for gid in self._cells}

    def trains_of(self, spikes, population: str) -> list[np.ndarray]:
        start = self.network.start[population]
        return [spikes[gid] for gid in range(start, start + self.network.count[population])]


class Report:
    """Rows of name, one value per seed, and the accepted range."""

    def __init__(self) -> None:
        self._rows: dict[str, tuple[list[float], tuple[float, float], int]] = {}

    def add(self, name: str, value: float, low=-math.inf, high=math.inf, digits=2) -> None:
        self._rows.setdefault(name, ([], (low, high), digits))[0].append(float(value))

    def print(self, seeds: list[int]) -> bool:
        good = True
        print(f"{'':46}" + "".join(f"{f'seed {seed}':>10}" for seed in seeds) + "   accept")
        for name, (values, (low, high), digits) in self._rows.items():
            line = f"{name:46}"
            for value in values:
                within = low <= value <= high or (low, high) == (-math.inf, math.inf)
                good &= within
                line += f"{value:9.{digits}f}{' ' if within else '!'}"
            bounds = "" if math.isinf(low) and math.isinf(high) else f"  {low:g} .. {high:g}"
            print(line + bounds)
        return good


# STIM: 512 expected spikes in the window, three standard deviations of a Poisson
# count.  The others allow for the spread over realisations.
RATES = {"STIM": (17.3, 22.7), "PYR": (0.5, 15), "PVBC": (5, 80), "OLM": (1, 40)}
ACTIVE = {"PYR": 0.3, "PVBC": 0.8, "OLM": 0.8}


def describe(report: Report, found: dict[str, Statistics]) -> None:
    for population, (low, high) in RATES.items():
        report.add(f"{population} mean rate Hz", found[population].rate, low, high, 1)
    for population, least in ACTIVE.items():
        report.add(f"{population} active fraction", found[population].active, least, 1)
    for population in cells.POPULATIONS:
        report.add(f"{population} highest rate Hz", found[population].highest_rate, digits=0)
    for population in cells.POPULATIONS:
        cvs = found[population].cvs
        report.add(f"{population} CV of ISI, mean", cvs.mean() if len(cvs) else math.nan, 0.3)
        report.add(f"{population} cells with a CV", len(cvs), digits=0)
    cvs = np.concatenate([found[population].cvs for population in cells.POPULATIONS])
    report.add("all cells: CV of ISI, mean", cvs.mean(), 0.3)
    report.add("all cells: share of CVs above 0.3", (cvs > 0.3).mean(), 0.8, 1)
    for population in ("PYR", "PVBC"):
        report.add(f"{population} Fano factor, 5 ms", found[population].fano, 0, 20, 1)
    report.add("PYR spikes per cell in the fullest 5 ms", found["PYR"].fullest_bin, 0, 0.3)
    for population in ("PYR", "PVBC"):
        value = found[population].correlation
        report.add(f"{population} mean pairwise correlation, 10 ms", value, -1, 0.2)


def statistics(model: Model, spikes) -> dict[str, Statistics]:
    return {p: Statistics(model.trains_of(spikes, p)) for p in build.ORDER}


def controls(report: Report, model: Model, base) -> None:
    stim_gids = range(model.network.start["STIM"], model.network.count["STIM"])
    silent = model.run(T_SILENT, stim=False)
    report.add("STIM off: spikes", sum(map(len, silent.values())), 0, 0, 0)
    excitation = [(None, None, "AMPA"), (None, None, "NMDA")]
    spikes = model.run(T_SILENT, silent=excitation)
    others = sum(len(train) for gid, train in spikes.items() if gid not in stim_gids)
    report.add("AMPA, NMDA 0: spikes of other cells than STIM", others, 0, 0, 0)

    base_rate = Statistics(model.trains_of(base, "PYR")).rate
    found = statistics(model, model.run(silent=[(None, None, "GABA_A")]))
    report.add("GABA 0: PYR rate / base", found["PYR"].rate / base_rate, 1.5, math.inf, 1)
    for population in cells.POPULATIONS:
        report.add(f"GABA 0: {population} Hz", found[population].rate, digits=0)

    spikes = model.run(silent=[("PYR", "PYR", None)])
    for population in cells.POPULATIONS:
        rate = Statistics(model.trains_of(spikes, population)).rate
        report.add(f"PYR -> PYR 0: {population} Hz", rate, digits=1)
    report.add("PYR -> PYR 0: share of equal spikes", shared(model, base, spikes), 0, 0.999)

    spikes = model.run(delays=2.0)
    for population in cells.POPULATIONS:
        rate = Statistics(model.trains_of(spikes, population)).rate
        report.add(f"delays doubled: {population} Hz", rate, digits=1)
    before, after = (first_spikes(model, run) for run in (base, spikes))
    shift = np.nanmedian(after - before)
    report.add("delays doubled: median shift of first PVBC, ms", shift, 1e-9, math.inf)
    gain = np.nanmin(after) - np.nanmin(before)
    report.add("delays doubled: shift of very first PVBC, ms", gain, 1e-9, math.inf)


def shared(model: Model, one, other) -> float:
    """Share of the (gid, time) of `one` that are also in `other`, without STIM."""
    start = model.network.count["STIM"]
    pairs = [{(g, t) for g in run if g >= start for t in run[g]} for run in (one, other)]
    return len(pairs[0] & pairs[1]) / len(pairs[0])


def first_spikes(model: Model, spikes) -> np.ndarray:
    """First spike time of each PVBC, ms; NaN for a silent cell."""
    trains = model.trains_of(spikes, "PVBC")
    return np.array([train[0] if len(train) else math.nan for train in trains])


def degrees(model: Model) -> None:
    """In-degrees of the realisation: contacts, sources, contacts per pair."""
    print("pre -> post     contacts per cell   source cells   contacts per pair")
    for (post, pre), edges in model.network.edges.items():
        pairs = len(set(zip(edges.post_gid.tolist(), edges.pre_gid.tolist())))
        contacts = len(edges.post_gid) / model.network.count[post]
        sources = pairs / model.network.count[post]
        ratio = len(edges.post_gid) / pairs
        print(f"{pre:>4} -> {post:6}{contacts:17.1f}{sources:15.1f}{ratio:20.1f}")
    for population, count in model.network.synapses_per_cell.items():
        text = f"{count.min()} / {count.mean():.0f} / {count.max()}"
        print(f"synapses per {population} cell, min / mean / max: {text}")


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--seeds", type=int, nargs="+", default=[1, 2, 3])
    parser.add_argument("--no-controls", action="store_true")
    arguments = parser.parse_args()
    factory = cells.Factory()
    report = Report()
    for seed in arguments.seeds:
        began = time.perf_counter()
        model = Model(factory, seed)
        built = time.perf_counter()
        spikes = model.run()
        ended = time.perf_counter()
        print(f"seed {seed}: {model.sizes()}")
        print(f"set-up {built - began:.1f} s, 500 ms in {ended - built:.1f} s")
        degrees(model)
        print(flush=True)
        describe(report, statistics(model, spikes))
        if not arguments.no_controls:
            controls(report, model, spikes)
        model = None  # frees its cells before the next realisation
    good = report.print(arguments.seeds)
    print("all within the accepted ranges" if good else "values marked ! are outside")
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
