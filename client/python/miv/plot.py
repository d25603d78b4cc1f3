"""Pictures of networks and simulations, by matplotlib.  Each function draws into `ax`, or a new figure, and returns the Axes.

    run = get("simulation", ...).launch()
    miv.plot.raster(run)
    miv.plot.power_spectrum(run, f_max=200)
    miv.plot.morphology(graph.files()["cells"], gid=100, synapses=True)

A simulation may be given as the component, as miv.h5.Results, or as the path of its results.h5; cells and connections as
miv.h5.Cells and miv.h5.Connections, or as paths.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, TypeVar

import matplotlib.pyplot as plt
import numpy as np
from matplotlib import mlab
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.ticker import MaxNLocator

from miv import h5
from miv.errors import error
from miv.h5 import SYNAPSE_TYPES, Array, Cells, Connections, Population, Results
from miv.kinds import Simulation

COLORS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#555555", "#b2a500")
_INK = "#333333"
_GAP_SHARE = 0.03  # of all rows, between the bands of a raster
_FAINT = "#bbbbbb"
_SWC_COLORS = {1: "#333333", 2: "#56b4e9", 3: "#0072b2", 4: "#009e73", 5: "#777777", 6: "#b2a500", 7: "#cc79a7", 8: "#cc79a7"}

Run = Simulation | Results | str | os.PathLike[str]
CellFile = Cells | str | os.PathLike[str]
ConnectionFile = Connections | str | os.PathLike[str]
_F = TypeVar("_F", Results, Cells, Connections)


def raster(run: Run, *, populations: Sequence[str] | None = None, t_range: tuple[float, float] | None = None,
           ax: Axes | None = None) -> Axes:
    """Every spike as a tick: one band per population with its mean rate; ms by cell."""
    with _opened(Results, run) as results:
        spikes, chosen, end = results.spikes(), _chosen(results.populations(), populations), results.t_end
    begin, end = t_range or (0.0, end)
    ax = _axes(ax, (8, 4.5))
    row, ticks = 0, []
    for number, population in chosen:
        own = spikes.of(population)
        inside = (own.t >= begin) & (own.t <= end)
        ax.scatter(own.t[inside], row + own.gid[inside].astype(np.int64) - population.start, s=max(2.0, min(14.0, 1500 / _rows(chosen))),
                   marker="|", linewidths=0.9, color=_color(number), rasterized=True)
        rate = inside.sum() / population.count / (end - begin) * 1e3 if end > begin and population.count else 0.0
        ticks.append((row + (population.count - 1) / 2, f"{population.name}\n{rate:.3g} Hz", _color(number)))
        row += population.count + _GAP_SHARE * _rows(chosen)
    ax.set_xlim(begin, end)
    ax.set_ylim(row - 1, -1)
    ax.set_yticks([at for at, _, _ in ticks], [text for _, text, _ in ticks])
    for label, (_, _, color) in zip(ax.get_yticklabels(), ticks, strict=True):
        label.set_color(color)
    ax.tick_params(axis="y", length=0)
    ax.set_xlabel("time (ms)")
    return ax


def _rows(chosen: Sequence[tuple[int, Population]]) -> int:
    return max(sum(one.count for _, one in chosen), 1)


def rates(run: Run, *, bin_ms: float = 5.0, populations: Sequence[str] | None = None, ax: Axes | None = None) -> Axes:
    """Spikes per cell and second, in bins of `bin_ms`, one step line per population."""
    with _opened(Results, run) as results:
        spikes, chosen, end = results.spikes(), _chosen(results.populations(), populations), results.t_end
    if not bin_ms > 0:
        raise error("OUT_OF_RANGE", "a bin has no width", field="bin_ms", expected="more than 0", found=repr(bin_ms),
                    remedy="Give a width in ms.")
    ax = _axes(ax, (8, 3))
    edges = np.arange(0, end + bin_ms, bin_ms)
    for number, population in chosen:
        counts = np.histogram(spikes.of(population).t, edges)[0]
        ax.stairs(counts / population.count / bin_ms * 1e3, edges, color=_color(number), label=population.name, linewidth=1.2)
    ax.set_xlim(0, end)
    ax.set_ylim(bottom=0)
    ax.set_xlabel("time (ms)")
    ax.set_ylabel("rate (Hz per cell)")
    _legend(ax)
    return ax


def lfp(run: Run, *, label: str | None = None, by_population: bool = False, ax: Axes | None = None) -> Axes:
    """What an electrode saw, by default the first; uV over ms."""
    with _opened(Results, run) as results:
        trace, known = results.lfp(label), results.populations()
    ax = _axes(ax, (8, 3))
    if by_population:
        for number, name in enumerate(known):
            if name in trace.by_population:
                ax.plot(trace.t, trace.by_population[name] * 1e3, color=_color(number), linewidth=0.9, label=name)
        ax.plot(trace.t, trace.v * 1e3, color=_INK, linewidth=1.2, label="all")
        _legend(ax)
    else:
        ax.plot(trace.t, trace.v * 1e3, color=_INK, linewidth=0.9)
    ax.axhline(0, color=_FAINT, linewidth=0.6, zorder=0)
    ax.set_xlim(trace.t[0], trace.t[-1])
    ax.set_xlabel("time (ms)")
    ax.set_ylabel("LFP (µV)")
    _title(ax, f"{trace.label} at ({', '.join(f'{x:g}' for x in trace.position)}) µm")
    return ax


def power_spectrum(run: Run, *, label: str | None = None, f_max: float | None = None, segment_ms: float = 250.0, skip_ms: float = 0.0,
                   ax: Axes | None = None) -> Axes:
    """Power spectral density of an LFP by Welch's method: Hann windows of `segment_ms`, half overlapping, mean taken away."""
    t, v = _lfp_samples(run, label, skip_ms)
    sampling = _sampling_hz(t)
    segment = _segment(segment_ms, sampling, len(v))
    density, frequency = mlab.psd(v, NFFT=segment, Fs=sampling, detrend="mean", window=mlab.window_hanning, noverlap=segment // 2)
    ax = _axes(ax, (6, 3.5))
    shown = (frequency > 0) & (frequency <= (f_max or sampling / 2))
    ax.semilogy(frequency[shown], density[shown], color=_INK, linewidth=1.2)
    ax.set_xlim(0, frequency[shown][-1])
    ax.set_xlabel("frequency (Hz)")
    ax.set_ylabel("power (µV²/Hz)")
    return ax


def spectrogram(run: Run, *, label: str | None = None, f_max: float = 200.0, segment_ms: float = 100.0, ax: Axes | None = None) -> Axes:
    """Power of an LFP over time and frequency, in dB of uV^2/Hz; Hann windows of `segment_ms` that overlap by 7/8, padded to
    four times their length."""
    t, v = _lfp_samples(run, label, 0.0)
    sampling = _sampling_hz(t)
    segment = _segment(segment_ms, sampling, len(v))
    power, frequency, times = mlab.specgram(v, NFFT=segment, Fs=sampling, detrend="mean", window=mlab.window_hanning,
                                            noverlap=segment * 7 // 8, pad_to=4 * segment)
    ax = _axes(ax, (8, 3.5))
    shown = frequency <= f_max
    decibel = 10 * np.log10(np.maximum(power[shown], np.finfo(float).tiny))
    low, high = np.percentile(decibel, [5, 99.5])
    mesh = ax.pcolormesh(t[0] + times * 1e3, frequency[shown], decibel, cmap="magma", shading="gouraud", vmin=low, vmax=high,
                         rasterized=True)
    bar = ax.figure.colorbar(mesh, ax=ax, pad=0.02)
    bar.set_label("power (dB of µV²/Hz)")
    bar.outline.set_visible(False)
    ax.set_ylim(0, frequency[shown][-1])
    ax.set_xlabel("time (ms)")
    ax.set_ylabel("frequency (Hz)")
    return ax


def voltages(run: Run, *, label: str | None = None, gids: Sequence[int] | None = None, spacing: float | None = None,
             ax: Axes | None = None) -> Axes:
    """Traces of a recording; `spacing` (in its unit) sets them apart, 0 lays them over each other; by default as far as they reach."""
    with _opened(Results, run) as results:
        recording = results.recording(label)
    columns = [column for column, gid in enumerate(recording.gid) if gids is None or gid in gids]
    if not columns:
        raise error("NOT_IN_FILE", f"the recording {recording.label} has no such cells", expected=", ".join(map(str, recording.gid[:20])),
                    found=repr(gids), remedy="Ask for gids that it holds.")
    values = recording.value[:, columns]
    if spacing is None:
        spacing = 1.1 * float(np.ptp(values, axis=0).max()) if len(columns) > 1 else 0.0
    ax = _axes(ax, (8, min(1.5 + 0.7 * len(columns), 9) if spacing else 3))
    for number, column in enumerate(columns):
        ax.plot(recording.t, values[:, number] - number * spacing, color=_color(number) if not spacing else _INK, linewidth=0.8,
                label=f"{recording.gid[column]}")
    ax.set_xlim(recording.t[0], recording.t[-1])
    ax.set_xlabel("time (ms)")
    if spacing:
        ax.set_yticks([float(values[0, number]) - number * spacing for number in range(len(columns))],
                      [f"gid {recording.gid[column]}" for column in columns])
        ax.tick_params(axis="y", length=0)
        _scale_bar(ax, spacing, recording.unit)
    else:
        ax.set_ylabel(f"{recording.variable} ({recording.unit})")
        if len(columns) > 1:
            _legend(ax, title="gid")
    return ax


def somata(cells: CellFile, *, plane: str = "xz", populations: Sequence[str] | None = None, ax: Axes | None = None) -> Axes:
    """Where the cells are, seen along the axis that `plane` leaves out; um."""
    across, up = _plane(plane)
    ax = _axes(ax, (5.5, 4.5))
    with _opened(Cells, cells) as file:
        for number, population in _chosen(file.populations(), populations):
            xyz = file.soma_positions(population.name)
            ax.scatter(xyz[:, across], xyz[:, up], s=10, color=_color(number), alpha=0.75, linewidths=0, label=population.name)
    _spatial(ax, plane)
    _legend(ax)
    return ax


def connection_distances(connections: ConnectionFile, *, destination: str | None = None, bins: int = 40, ax: Axes | None = None) -> Axes:
    """Distribution of the arc distance between the somata of connected cells, one line per projection."""
    ax = _axes(ax, (6, 3.5))
    with _opened(Connections, connections) as file:
        known = list(file.populations())
        distances = {names: file.projection(*names).distance for names in _projections(file, destination)}
    top = max((float(one.max()) for one in distances.values() if len(one)), default=1.0)
    edges = np.linspace(0, top, bins + 1)
    _projection_lines(ax, distances, edges, known)
    ax.set_xlim(0, top)
    ax.set_ylim(bottom=0)
    ax.set_xlabel("arc distance (µm)")
    ax.set_ylabel("synapses")
    _legend(ax)
    return ax


def in_degrees(connections: ConnectionFile, *, destination: str | None = None, bins: int = 30, ax: Axes | None = None) -> Axes:
    """Distribution over the cells of the number of synapses that they get, one line per projection."""
    ax = _axes(ax, (6, 3.5))
    with _opened(Connections, connections) as file:
        known = list(file.populations())
        degrees = {names: file.in_degrees(*names) for names in _projections(file, destination)}
    low = min((int(one.min()) for one in degrees.values() if len(one)), default=0)
    high = max((int(one.max()) for one in degrees.values() if len(one)), default=1)
    width = max(1, round((high - low) / bins))
    edges = np.arange(low, high + 2 * width, width) - 0.5
    _projection_lines(ax, degrees, edges, known)
    ax.set_xlim(edges[0], edges[-1])
    ax.set_ylim(bottom=0)
    ax.yaxis.set_major_locator(MaxNLocator(integer=True))
    ax.set_xlabel("synapses on a cell")
    ax.set_ylabel("cells")
    _legend(ax)
    return ax


def morphology(cells: CellFile, gid: int, *, synapses: bool = False, plane: str = "xz", ax: Axes | None = None) -> Axes:
    """The tree of one cell, as wide as its branches, coloured by kind of branch; on request its synapses by type."""
    across, up = _plane(plane)
    with _opened(Cells, cells) as file:
        tree = file.tree(gid)
        on_cell = file.synapses(gid) if synapses else None
    ax = _axes(ax, (4.5, 6))
    child = np.flatnonzero(tree.parent >= 0)
    flat = tree.xyz[:, [across, up]]
    segments = np.stack([flat[tree.parent[child]], flat[child]], axis=1)
    colors = [_SWC_COLORS.get(int(kind), _INK) for kind in tree.swc_type[child]]
    ax.add_collection(LineCollection(list(segments), colors=colors, linewidths=np.clip(tree.radius[child], 0.4, 4.0), capstyle="round"))
    soma = np.flatnonzero(tree.swc_type == 1)
    if len(soma):
        ax.scatter(*flat[soma].mean(axis=0), s=60, color=_INK, zorder=3)
    for kind, name in ((3, "basal"), (4, "apical"), (2, "axon"), (5, "trunk"), (6, "tuft")):
        if (tree.swc_type == kind).any():
            ax.plot([], [], color=_SWC_COLORS[kind], label=name)
    if on_cell is not None:
        places = _synapse_places(tree, on_cell)[:, [across, up]]
        for number, (name, kind) in enumerate(SYNAPSE_TYPES.items()):
            chosen = on_cell.syn_type == kind
            if chosen.any():
                ax.scatter(*places[chosen].T, s=5, color=("#d55e00", "#cc79a7", "#e69f00")[number], linewidths=0, alpha=0.8, zorder=4,
                           label=f"{name} ({chosen.sum()})")
    ax.autoscale_view()
    _spatial(ax, plane)
    _title(ax, f"cell {gid}")
    _legend(ax)
    return ax


# -- data --


@contextlib.contextmanager
def _opened(kind: type[_F], source: Any) -> Iterator[_F]:
    """The file as this class; closed again if it was opened here."""
    if isinstance(source, kind):
        yield source
        return
    if isinstance(source, Simulation):
        source = source.file("results.h5")
    with kind(source) as file:
        yield file


def _chosen(known: Mapping[str, Population], names: Sequence[str] | None) -> list[tuple[int, Population]]:
    """With their places in the file, which give them their colours."""
    for name in names or ():
        if name not in known:
            raise error("UNKNOWN_POPULATION", f"there is no population {name}", expected=", ".join(known), found=name,
                        remedy="Ask for one of these.")
    places = {name: number for number, name in enumerate(known)}
    return [(places[name], known[name]) for name in names or known if known[name].count > 0]


def _projections(file: Connections, destination: str | None) -> list[tuple[str, str]]:
    known = file.projections()
    chosen = [names for names in known if destination in (None, names[0])]
    if not chosen:
        raise error("UNKNOWN_POPULATION", f"nothing projects to {destination}", expected=", ".join(dict.fromkeys(d for d, _ in known)),
                    found=str(destination), remedy="Ask for one of these.")
    return chosen


def _lfp_samples(run: Run, label: str | None, skip_ms: float) -> tuple[Array, Array]:
    """ms, uV."""
    with _opened(Results, run) as results:
        trace = results.lfp(label)
    kept = trace.t >= skip_ms
    return trace.t[kept], trace.v[kept] * 1e3


def _sampling_hz(t: Array) -> float:
    if len(t) < 8:
        raise error("OUT_OF_RANGE", "the trace is too short for a spectrum", expected="at least 8 samples", found=str(len(t)),
                    remedy="Simulate longer, or skip less.")
    return 1e3 * (len(t) - 1) / float(t[-1] - t[0])


def _segment(segment_ms: float, sampling: float, samples: int) -> int:
    """Samples of one window: even, and no more than there are."""
    return max(8, min(round(segment_ms * 1e-3 * sampling), samples) // 2 * 2)


def _synapse_places(tree: h5.Tree, synapses: h5.Synapses) -> Array:
    """[n, 3] um: along the points of the section of each."""
    places = np.full((len(synapses), 3), np.nan)
    for section in np.unique(synapses.section):
        points = np.flatnonzero(tree.section == section)
        if len(points) == 0:
            continue
        before = tree.parent[points[0]]
        path = tree.xyz[[before, *points] if before >= 0 else points]
        along = np.concatenate([[0], np.cumsum(np.linalg.norm(np.diff(path, axis=0), axis=1))])
        here = synapses.section == section
        at = synapses.loc[here] * along[-1]
        places[here] = np.column_stack([np.interp(at, along, path[:, axis]) for axis in range(3)])
    return places


# -- looks --


def _axes(ax: Axes | None, size: tuple[float, float]) -> Axes:
    if ax is None:
        ax = plt.subplots(figsize=size, layout="constrained")[1]
    for side in ("top", "right"):
        ax.spines[side].set_visible(False)
    for side in ("left", "bottom"):
        ax.spines[side].set_color(_INK)
        ax.spines[side].set_linewidth(0.8)
    ax.tick_params(colors=_INK, width=0.8)
    return ax


def _spatial(ax: Axes, plane: str) -> None:
    ax.set_aspect("equal")
    ax.set_xlabel(f"{plane[0]} (µm)")
    ax.set_ylabel(f"{plane[1]} (µm)")


def _plane(plane: str) -> tuple[int, int]:
    if len(plane) == 2 and set(plane) <= set("xyz") and plane[0] != plane[1]:
        return "xyz".index(plane[0]), "xyz".index(plane[1])
    raise error("OUT_OF_RANGE", "this is no plane", field="plane", expected="two of x, y and z", found=repr(plane),
                remedy='Give "xz", say.')


def _color(number: int) -> str:
    return COLORS[number % len(COLORS)]


def _projection_lines(ax: Axes, values: Mapping[tuple[str, str], Array], edges: Array, known: Sequence[str]) -> None:
    """A colour for the source, a dash for the destination."""
    dashes = {name: ("-", "--", ":", "-.")[number % 4] for number, name in enumerate(dict.fromkeys(one for one, _ in values))}
    for (destination, source), found in values.items():
        ax.stairs(np.histogram(found, edges)[0], edges, color=_color(known.index(source)), linewidth=1.2, linestyle=dashes[destination],
                  label=f"{source} → {destination}")


def _legend(ax: Axes, title: str | None = None) -> None:
    """Beside the data, so that it never lies on them."""
    if ax.get_legend_handles_labels()[1]:
        ax.legend(loc="upper left", bbox_to_anchor=(1.0, 1.0), frameon=False, title=title, borderaxespad=0.2, handlelength=1.4)


def _title(ax: Axes, text: str) -> None:
    ax.set_title(text, loc="left", fontsize="medium", color=_INK)


def _scale_bar(ax: Axes, spacing: float, unit: str) -> None:
    """A bar of a round number, at most as high as the spacing."""
    power = 10.0 ** np.floor(np.log10(spacing))
    length = max(step * power for step in (1, 2, 5) if step * power <= spacing)
    bottom = ax.get_ylim()[0]
    ax.plot([1.01, 1.01], [bottom, bottom + length], transform=ax.get_yaxis_transform(), color=_INK, linewidth=2, clip_on=False)
    ax.text(1.02, bottom + length / 2, f"{length:g} {unit}", transform=ax.get_yaxis_transform(), va="center", color=_INK)
    ax.spines["left"].set_visible(False)
