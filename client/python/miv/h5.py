"""The service's HDF5 files as NumPy arrays, read when asked for.

    with miv.h5.Cells(graph.files()["cells"]) as cells:
        cells.soma_positions("PYR")            # [n, 3], um
    with miv.h5.Connections(graph.files()["connections"]) as connections:
        connections.projection("PYR", "STIM")  # a Projection

Every class takes a path or an opened remote file and is a context manager.
"""

from __future__ import annotations

import dataclasses
import json
import os
from collections.abc import Mapping
from typing import Any, Self

import h5py
import numpy as np

from miv.errors import error

Array = np.ndarray[Any, Any]

SWC_TYPES = {"soma": 1, "axon": 2, "basal": 3, "apical": 4, "trunk": 5, "tuft": 6, "ais": 7, "hillock": 8}
SYNAPSE_TYPES = {"excitatory": 0, "inhibitory": 1, "modulatory": 2}


class _Brief:
    """A repr that tells the shapes of arrays, not their values."""

    def __repr__(self) -> str:
        def show(value: Any) -> str:
            if isinstance(value, np.ndarray):
                return f"{value.dtype}{list(value.shape)}"
            return f"{{{', '.join(value)}}}" if isinstance(value, dict) else repr(value)

        names = (field.name for field in dataclasses.fields(self))  # type: ignore[arg-type]
        return f"{type(self).__name__}({', '.join(f'{name}={show(getattr(self, name))}' for name in names)})"


@dataclasses.dataclass(frozen=True)
class Population:
    """Its cells have the gids start, ..., start + count - 1."""

    name: str
    start: int
    count: int

    @property
    def gids(self) -> range:
        return range(self.start, self.start + self.count)


@dataclasses.dataclass(frozen=True, repr=False, eq=False)
class Tree(_Brief):
    """The morphology of one cell, as points of an SWC file."""

    gid: int
    xyz: Array  #: [n, 3] um
    radius: Array  #: [n] um
    parent: Array  #: [n] index of the point before it; -1 = none
    swc_type: Array  #: [n] 1 soma, 2 axon, 3 basal, 4 apical, ...
    layer: Array  #: [n]
    section: Array  #: [n] index of the section that a point is first in


@dataclasses.dataclass(frozen=True, repr=False, eq=False)
class Synapses(_Brief):
    """The synapses on one cell."""

    gid: int
    syn_id: Array  #: [n]
    section: Array  #: [n] index of the section
    loc: Array  #: [n] 0 to 1 along it
    swc_type: Array  #: [n]
    syn_type: Array  #: [n] 0 excitatory, 1 inhibitory, 2 modulatory
    layer: Array  #: [n]

    def __len__(self) -> int:
        return len(self.syn_id)


@dataclasses.dataclass(frozen=True, repr=False, eq=False)
class Projection(_Brief):
    """Every edge from one population to another, one per synapse."""

    source: str
    destination: str
    source_gid: Array  #: [n]
    destination_gid: Array  #: [n] ascending
    syn_id: Array  #: [n] of the destination cell
    distance: Array  #: [n] arc distance between the somata, um

    def __len__(self) -> int:
        return len(self.source_gid)


@dataclasses.dataclass(frozen=True, repr=False, eq=False)
class Spikes(_Brief):
    """Sorted by (t, gid)."""

    gid: Array  #: [n]
    t: Array  #: [n] ms

    def __len__(self) -> int:
        return len(self.t)

    def of(self, population: Population) -> Spikes:
        chosen = (self.gid >= population.start) & (self.gid < population.start + population.count)
        return Spikes(self.gid[chosen], self.t[chosen])


@dataclasses.dataclass(frozen=True, repr=False, eq=False)
class Recording(_Brief):
    """Traces of one variable at equal times."""

    label: str
    variable: str
    unit: str
    t: Array  #: [n] ms
    value: Array  #: [n, traces]
    gid: Array  #: [traces]
    section: Array  #: [traces]
    x: Array  #: [traces] 0 to 1 along the section


@dataclasses.dataclass(frozen=True, repr=False, eq=False)
class Lfp(_Brief):
    """What one electrode saw."""

    label: str
    t: Array  #: [n] ms
    v: Array  #: [n] mV
    position: Array  #: [3] um
    by_population: dict[str, Array]  #: [n] mV each; they sum to v


class _File:
    def __init__(self, path: str | os.PathLike[str]) -> None:
        self.path = os.fspath(path)
        self._file = h5py.File(self.path, "r")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        self._file.close()

    def __repr__(self) -> str:
        return f"<miv.h5.{type(self).__name__} {self.path}>"

    def _group(self, name: str) -> Any:
        if name in self._file:
            return self._file[name]
        parent = name.rsplit("/", 1)[0]
        while parent and parent not in self._file:
            parent = parent.rsplit("/", 1)[0]
        held = sorted(self._file[parent or "/"])
        raise error("NOT_IN_FILE", f"there is no {name}", file=self.path,
                    expected=f"one of {', '.join(held)} in {parent or '/'}" if held else "", remedy="Ask for what the file holds.")

    def populations(self) -> dict[str, Population]:
        """By name, in the order of their gids."""
        table = self._group("/H5Types/Populations")
        names = {value: name for name, value in h5py.check_enum_dtype(table.dtype["Population"]).items()}
        found = [Population(names[int(row["Population"])], int(row["Start"]), int(row["Count"])) for row in table[()]]
        return {population.name: population for population in sorted(found, key=lambda one: one.start)}


class Cells(_File):
    """cells.h5, or what a build step before it makes: coordinates, distances, trees, synapses."""

    def soma_positions(self, population: str, namespace: str | None = None) -> Array:
        """[n, 3] um, in the order of gids; by default of "Generated Coordinates", or else of "Coordinates"."""
        if namespace is None:
            names = ("Generated Coordinates", "Coordinates")
            namespace = next((name for name in names if f"/Populations/{population}/{name}" in self._file), names[0])
        return np.column_stack([self.attribute(population, namespace, f"{axis} Coordinate") for axis in "XYZ"])

    def arc_distances(self, population: str) -> Array:
        """[n, 2] um along u and v, in the order of gids."""
        return np.column_stack([self.attribute(population, "Arc Distances", f"{axis} Distance") for axis in "UV"])

    def attribute(self, population: str, namespace: str, name: str) -> Array:
        """The one value that every cell has of this attribute, in the order of gids."""
        start = self._start(population)
        group = self._group(f"/Populations/{population}/{namespace}/{name}")
        return np.asarray(group["Attribute Value"][()])[np.argsort(_gids(group, start), kind="stable")]

    def tree(self, gid: int) -> Tree:
        """Reads one cell's rows only."""
        group = self._group(f"/Populations/{self._population_of(gid).name}/Trees")
        read = self._reader(group, gid)
        xyz = np.column_stack([read(f"{axis} Coordinate") for axis in "XYZ"])
        return Tree(gid, xyz, read("Radius"), read("Parent Point"), read("SWC Type"), read("Point Layer"),
                    _first_sections(read("Section"), len(xyz)))

    def synapses(self, gid: int) -> Synapses:
        """Reads one cell's rows only."""
        group = self._group(f"/Populations/{self._population_of(gid).name}/Synapse Attributes")
        read = self._reader(group, gid)
        return Synapses(gid, read("syn_ids"), read("syn_secs"), read("syn_locs"), read("swc_types"), read("syn_types"),
                        read("syn_layers"))

    def synapse_counts(self, population: str) -> Array:
        """[n] synapses on each cell, in the order of gids."""
        group = self._group(f"/Populations/{population}/Synapse Attributes/syn_ids")
        counts = np.diff(group["Attribute Pointer"][()].astype(np.int64))
        return counts[np.argsort(_gids(group, self._start(population)), kind="stable")]

    def _start(self, population: str) -> int:
        known = self.populations()
        if population not in known:
            raise error("UNKNOWN_POPULATION", f"there is no population {population}", file=self.path, expected=", ".join(known),
                        found=population, remedy="Ask for one of these.")
        return known[population].start

    def _population_of(self, gid: int) -> Population:
        for population in self.populations().values():
            if gid in population.gids:
                return population
        raise error("OUT_OF_RANGE", f"no cell has gid {gid}", file=self.path, remedy="See populations() for the gids of each.")

    def _reader(self, namespace: Any, gid: int) -> Any:
        start = self._population_of(gid).start

        def read(name: str) -> Array:
            group = namespace[name]
            rows = np.flatnonzero(_gids(group, start) == gid)
            if len(rows) == 0:
                raise error("OUT_OF_RANGE", f"cell {gid} has no {name}", file=self.path, remedy="It is of another population.")
            begin, end = group["Attribute Pointer"][rows[0]:rows[0] + 2].astype(np.int64)
            return np.asarray(group["Attribute Value"][begin:end])

        return read


class Connections(_File):
    """connections.h5, or connectivity.h5 of one population."""

    def projections(self) -> list[tuple[str, str]]:
        """(destination, source) of each."""
        top = self._group("/Projections")
        return [(destination, source) for destination in top for source in top[destination]]

    def projection(self, destination: str, source: str) -> Projection:
        group = self._group(f"/Projections/{destination}/{source}")
        edges = group["Edges"]
        populations = self.populations()
        destinations = _destinations(edges) + populations[destination].start
        return Projection(source, destination, edges["Source Index"][()].astype(np.int64) + populations[source].start, destinations,
                          np.asarray(group["Synapses/syn_id"][()]), np.asarray(group["Connections/distance"][()]))

    def in_degrees(self, destination: str, source: str) -> Array:
        """[n] synapses that each cell of `destination` gets from `source`, in the order of gids."""
        population = self.populations()[destination]
        edges = self._group(f"/Projections/{destination}/{source}/Edges")
        return np.bincount(_destinations(edges), minlength=population.count)


class Results(_File):
    """results.h5 of a simulation."""

    @property
    def manifest(self) -> dict[str, Any]:
        """What made it: config, versions, numbers of cells, platform."""
        return dict(json.loads(_text(self._group("/Manifest")[()])))

    @property
    def t_end(self) -> float:
        """ms: how long the run was to be."""
        return float(self.manifest["config"]["t_end"])

    def spikes(self, population: str | None = None) -> Spikes:
        """Errors: NotInFile if no spikes were recorded."""
        group = self._group("/Spikes")
        spikes = Spikes(group["gid"][()], group["t"][()])
        if population is None:
            return spikes
        known = self.populations()
        if population not in known:
            raise error("UNKNOWN_POPULATION", f"there is no population {population}", file=self.path, expected=", ".join(known),
                        found=population, remedy="Ask for one of these.")
        return spikes.of(known[population])

    def recording(self, label: str | None = None) -> Recording:
        """By default the first of the membrane potential."""
        group = self._group("/Recordings" if label is None else f"/Recordings/{label}")
        if label is None:
            label = next((name for name in group if _text(group[name].attrs["variable"]) == "v"), next(iter(group)))
            group = group[label]
        return Recording(label, _text(group.attrs["variable"]), _text(group.attrs["unit"]), group["t"][()], group["value"][()],
                         group["gid"][()], group["section"][()], group["x"][()])

    def lfp(self, label: str | None = None) -> Lfp:
        """By default the first electrode's."""
        group = self._group("/LFP" if label is None else f"/LFP/{label}")
        if label is None:
            label = next(iter(group))
            group = group[label]
        split: Mapping[str, Any] = {name: group[name] for name in group if isinstance(group[name], h5py.Group)}
        return Lfp(label, group["t"][()], group["v"][()], np.asarray(group.attrs["position"]),
                   {name: one["v"][()] for name, one in split.items() if "v" in one})

    def labels(self, what: str) -> list[str]:
        """Of "LFP" or "Recordings"."""
        return list(self._file[what]) if what in self._file else []


def _gids(group: Any, start: int) -> Array:
    """The gids that the rows of an attribute are about."""
    return np.asarray(group["Cell Index"][()]).astype(np.int64) + start


def _destinations(edges: Any) -> Array:
    """Index within its population of the destination of every edge: blocks of consecutive destinations."""
    block_index = edges["Destination Block Index"][()].astype(np.int64)
    block_pointer = edges["Destination Block Pointer"][()].astype(np.int64)
    pointer = edges["Destination Pointer"][()].astype(np.int64)
    counts = np.diff(pointer)
    indices = np.empty(len(counts), dtype=np.int64)
    for first, begin, end in zip(block_index, block_pointer[:-1], block_pointer[1:], strict=False):
        end = min(end, len(counts))
        indices[begin:end] = first + np.arange(end - begin)
    return np.repeat(indices, counts)


def _first_sections(flat: Array, points: int) -> Array:
    """[points] index of the first section that lists each point; flat = [sections, n_0, points of 0, n_1, ...]."""
    sections = np.full(points, -1, dtype=np.int64)
    at = 1
    for section in range(int(flat[0])):
        ids = flat[at + 1:at + 1 + int(flat[at])].astype(np.int64)
        at += 1 + len(ids)
        fresh = ids[sections[ids] < 0]
        sections[fresh] = section
    return sections


def _text(value: Any) -> str:
    return value.decode() if isinstance(value, bytes) else str(value)
