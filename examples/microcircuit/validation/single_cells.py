#!/usr/bin/python3
"""Measures the three cell types one by one and prints two tables.

    python3 single_cells.py [--skip-psp]

The first table holds passive and spiking properties, the second the somatic
response to one contact of each projection.  Each measured value stands next to
the expected one; the exit code is 1 if any differs by more than its tolerance.
The expected values come from an independent implementation of the same model
(sections built from a table, without SWC files or hoc templates).

Protocol: current steps of 500 ms at the soma from rest, dt 0.025 ms.  Input
resistance and time constant from -20 pA: steady deflection, time to 63 % of the
peak deflection.  Rheobase: smallest whole pA that gives a spike.  Spike shape:
at the soma, first spike at rheobase; threshold where dV/dt exceeds 20 mV/ms;
half-width at half height between threshold and peak.  Frequencies: spikes of
the 500 ms, times 2.  Postsynaptic potentials: one contact in the middle of each
section, averaged with the expected number of contacts as weight; excitation
from rest, inhibition as the difference to a run without the event under a
holding current.
"""

import argparse
import sys
from typing import NamedTuple

import numpy as np
from neuron import h

import cells

SETTLE_MS = 1000.0
STEP_MS = 500.0
LAYERS = {5: "SO", 6: "SP", 8: "SR", 9: "SLM"}
CLASSES = {1: "soma", 3: "basal", 4: "apical"}
POINT_PROCESSES = {"AMPA": "LinExp2Syn", "NMDA": "LinExp2SynNMDA", "GABA_A": "LinExp2Syn"}
HOLDING_PA = {"PYR": 20.0, "PVBC": 20.0, "OLM": 10.0}


class Property(NamedTuple):
    name: str
    expected: tuple[float, float, float]  # PYR, PVBC, OLM
    tolerance: float
    relative: bool = False
    digits: int = 1


PROPERTIES = (
    Property("V_rest mV", (-67.0, -64.6, -66.8), 2),
    Property("R_in MOhm", (129, 132, 244), 0.03, relative=True),
    Property("tau ms", (16.2, 5.7, 7.5), 0.03, relative=True),
    Property("sag, steady/peak", (0.91, 1.00, 0.90), 0.03, relative=True, digits=2),
    Property("rheobase pA", (47, 33, 23), 1, digits=0),
    Property("threshold mV", (-54.8, -50.3, -49.5), 2),
    Property("spike peak mV", (24, 31, 17), 2),
    Property("half-width ms", (1.22, 0.32, 0.47), 0.1, relative=True, digits=2),
    Property("trough mV", (-65, -61, -63), 2),
    Property("f at 50 pA, Hz", (2, 62, 20), 2, digits=0),
    Property("f at 100 pA, Hz", (18, 154, 60), 2, digits=0),
    Property("f at 200 pA, Hz", (40, 264, 144), 2, digits=0),
    Property("f at 300 pA, Hz", (54, 334, 230), 2, digits=0),
    Property("f at 400 pA, Hz", (156, 386, 310), 0.1, relative=True, digits=0),
    Property("adaptation, 200 pA", (1.4, 0.97, 1.95), 0.1, relative=True, digits=2),
    Property("spontaneous spikes", (0, 0, 0), 0, digits=0),
)

# post, pre -> (amplitude mV, time to peak ms) of one contact
CONTACTS = {
    ("PYR", "STIM"): (0.26, 7.9),
    ("PYR", "PYR"): (0.16, 7.4),
    ("PYR", "PVBC"): (-0.56, 10.4),
    ("PYR", "OLM"): (-0.62, 20.8),
    ("PVBC", "STIM"): (0.35, 4.0),
    ("PVBC", "PYR"): (0.22, 4.0),
    ("PVBC", "PVBC"): (-0.16, 5.0),
    ("PVBC", "OLM"): (-0.23, 10.9),
    ("OLM", "PYR"): (0.98, 5.6),
    ("OLM", "PVBC"): (-0.19, 7.9),
}


class Trace(NamedTuple):
    t: np.ndarray  # ms, 0 at the start of the step
    v: np.ndarray  # mV, soma
    spikes: np.ndarray  # ms, at the detector


class Rig:
    """One cell with a current electrode in its soma."""

    def __init__(self, factory: cells.Factory, population: str) -> None:
        self.cell = factory.make(population, 0)
        soma = list(self.cell.soma_list)[0]
        self._clamp = h.IClamp(soma(0.5))
        self._v = h.Vector().record(soma(0.5)._ref_v)
        self._detector = cells.detector(self.cell)
        self._spikes = h.Vector()
        self._detector.record(self._spikes)

    def run(self, current_pa: float, delay_ms: float = SETTLE_MS, total_ms: float = 0) -> Trace:
        """Current from delay_ms for STEP_MS, or to the end of total_ms if given."""
        total_ms = total_ms or delay_ms + STEP_MS
        cells.prepare()
        self._clamp.delay = delay_ms
        self._clamp.dur = total_ms
        self._clamp.amp = current_pa * 1e-3
        h.finitialize(cells.V_INIT)
        h.continuerun(total_ms)
        v, spikes = self._v.as_numpy().copy(), self._spikes.as_numpy().copy()
        return Trace(np.arange(len(v)) * cells.DT - delay_ms, v, spikes - delay_ms)


def passive(rig: Rig) -> dict[str, float]:
    trace = rig.run(-20.0)
    rest = trace.v[trace.t < 0][-1]
    deflection = rest - trace.v[trace.t >= 0]
    t = trace.t[trace.t >= 0]
    peak = deflection.max()
    return {
        "V_rest mV": rest,
        "R_in MOhm": deflection[-1] / 20e-3,
        "tau ms": float(t[np.argmax(deflection >= (1 - np.exp(-1)) * peak)]),
        "sag, steady/peak": deflection[-1] / peak,
        "spontaneous spikes": len(trace.spikes),
    }


def rheobase(rig: Rig) -> int:
    low, high = 0, 200  # pA: silent, fires
    while high - low > 1:
        middle = (low + high) // 2
        if len(rig.run(middle).spikes):
            high = middle
        else:
            low = middle
    return high


def spike_shape(trace: Trace) -> dict[str, float]:
    """Of the first spike of the trace."""
    slope = np.gradient(trace.v, trace.t)
    onset = int(np.argmax((slope > 20) & (trace.t > 0)))
    window = slice(onset, onset + round(5 / cells.DT))
    top = onset + int(np.argmax(trace.v[window]))
    threshold, peak = trace.v[onset], trace.v[top]
    half = (threshold + peak) / 2
    rise = np.interp(half, trace.v[onset : top + 1], trace.t[onset : top + 1])
    fall_end = top + int(np.argmax(trace.v[top:] < half)) + 1
    fall = np.interp(-half, -trace.v[top:fall_end], trace.t[top:fall_end])
    until = trace.spikes[1] if len(trace.spikes) > 1 else trace.spikes[0] + 50
    after = (trace.t > trace.t[top]) & (trace.t < until)
    return {
        "threshold mV": threshold,
        "spike peak mV": peak,
        "half-width ms": fall - rise,
        "trough mV": trace.v[after].min(),
    }


def properties(rig: Rig) -> dict[str, float]:
    found = passive(rig)
    found["rheobase pA"] = rheobase(rig)
    found |= spike_shape(rig.run(found["rheobase pA"]))
    for current in (50, 100, 200, 300, 400):
        spikes = rig.run(current).spikes
        found[f"f at {current} pA, Hz"] = 2 * len(spikes)
        if current == 200:
            intervals = np.diff(spikes)
            found["adaptation, 200 pA"] = intervals[-1] / intervals[0]
    return found


def contacts(post: str, pre: str):
    """(section index, expected contacts) of a projection, from the configuration."""
    tree = cells.trees()[post]
    projection = cells.config("synapses")[post][pre]
    density = cells.config("cell_types")[post]["synapses"]["density"]
    shares = zip(projection["sections"], projection["layers"], projection["proportions"])
    share = {(section, layer): p for section, layer, p in shares}
    for index, points in tree.nodes.items():
        length = np.linalg.norm(np.diff(tree.xyz[points], axis=0), axis=1).sum()
        place = (
            CLASSES.get(int(tree.swc_type[points[-1]])),
            LAYERS[int(tree.layer[points[-1]])],
        )
        if place in share:
            per_um = density[place[0]][projection["type"]][place[1]]["mean"]
            yield index, per_um * length * share[place]


def unitary(rig: Rig, post: str, pre: str) -> tuple[float, ...]:
    """(contacts per cell, amplitude mV, time to peak ms) of one contact at the soma."""
    projection = cells.config("synapses")[post][pre]
    inhibitory = projection["type"] == "inhibitory"
    holding = HOLDING_PA[post] if inhibitory else 0.0
    event_ms, window_ms = 500.0, 150.0
    total = event_ms + window_ms
    control = rig.run(holding, delay_ms=0, total_ms=total)
    source = h.NetStim()
    source.number, source.start, source.noise = 1, event_ms, 0
    after = control.t >= event_ms
    amplitude = time = total_weight = 0.0
    for index, weight in contacts(post, pre):
        objects = []
        for name, parameters in projection["mechanisms"].items():
            synapse = getattr(h, POINT_PROCESSES[name])(rig.cell.sections[index](0.5))
            for key in ("tau_rise", "tau_decay", "e"):
                setattr(synapse, key, parameters[key])
            connection = h.NetCon(source, synapse, 0, 0, parameters["weight"])
            connection.weight[1] = parameters["g_unit"]
            objects += [synapse, connection]
        trace = rig.run(holding, delay_ms=0, total_ms=total)
        response = (trace.v - control.v)[after]
        at = int(np.argmax(np.abs(response)))
        amplitude += weight * response[at]
        time += weight * (control.t[after][at] - event_ms)
        total_weight += weight
        del objects
    return total_weight, amplitude / total_weight, time / total_weight


def verdict(measured: float, expected: float, tolerance: float, relative: bool) -> bool:
    """True within the tolerance; printed digits of the expectation do not count."""
    return abs(measured - expected) <= tolerance * (abs(expected) if relative else 1) + 1e-9


def report_properties(found: dict[str, dict[str, float]]) -> bool:
    good = True
    print(f"{'':20}" + "".join(f"{p:>9} expected " for p in found))
    for row in PROPERTIES:
        line = f"{row.name:20}"
        for population, expected in zip(found, row.expected):
            value = found[population][row.name]
            within = verdict(value, expected, row.tolerance, row.relative)
            good &= within
            line += f"{value:9.{row.digits}f}{expected:9.{max(row.digits, 0)}f}"
            line += " " if within else "!"
        print(line.rstrip())
    return good


def report_contacts(found: dict[tuple[str, str], tuple[float, float, float]]) -> bool:
    good = True
    print("\npre -> post     contacts       mV expected    peak ms expected")
    for (post, pre), (expected_mv, expected_ms) in CONTACTS.items():
        count, mv, ms = found[post, pre]
        # Two printed digits and an average over sections: 0.01 mV or 5 %, 5 %.
        within = verdict(mv, expected_mv, max(0.01, 0.05 * abs(expected_mv)), False)
        within &= verdict(ms, expected_ms, 0.05, True)
        good &= within
        print(
            f"{pre:>4} -> {post:6}{count:10.1f}{mv:+9.2f}{expected_mv:+9.2f}"
            f"{ms:11.1f}{expected_ms:9.1f}{'' if within else ' !'}"
        )
    return good


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--skip-psp", action="store_true", help="first table only")
    arguments = parser.parse_args()
    factory = cells.Factory()
    found, responses = {}, {}
    for population in cells.POPULATIONS:
        rig = Rig(factory, population)  # the previous one is gone: one cell at a time
        found[population] = properties(rig)
        for post, pre in CONTACTS:
            if post == population and not arguments.skip_psp:
                responses[post, pre] = unitary(rig, post, pre)
    good = report_properties(found)
    if responses:
        good &= report_contacts(responses)
    print("all within tolerance" if good else "values marked ! are outside tolerance")
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
