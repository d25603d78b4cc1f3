"""The files of a built network as arrays, read by the independent decoder."""
import numpy as np

import neuroh5_decoder

POPULATIONS = ("PYR", "PVBC", "OLM")  # with synapses


class Synapses:
    """Of one population, in file order: columns, and the cell of each (0 = the population's first)."""

    def __init__(self, file, population):
        parts = file.namespace(population, "Synapse Attributes")
        self.gids, self.pointers = parts["syn_ids"].gids, parts["syn_ids"].pointers
        for part in parts.values():
            neuroh5_decoder.require(np.array_equal(part.pointers, self.pointers) and np.array_equal(part.gids, self.gids),
                                    "columns of synapses differ in length")
        self.columns = {name: part.values for name, part in parts.items()}
        self.counts = np.diff(self.pointers)
        self.cell = np.repeat(np.arange(len(self.counts)), self.counts)

    def __getattr__(self, name):
        try:
            return self.__dict__["columns"][name]
        except KeyError:
            raise AttributeError(name) from None

    def __len__(self):
        return len(self.cell)


class Edges:
    """Of one projection: source and destination as indices into their populations, syn_id and distance."""

    def __init__(self, file, post, pre):
        projection = file.projection(post, pre)
        self.source = projection.sources - file.populations[pre].start
        self.cell = projection.destination_of_edge() - file.populations[post].start
        self.syn_id = projection.columns["Synapses/syn_id"]
        self.distance = projection.columns["Connections/distance"]
        self.in_degree = np.bincount(self.cell, minlength=len(file.populations[post]))

    def __len__(self):
        return len(self.source)


class Network:
    """cells.h5 and connections.h5 of one directory."""

    def __init__(self, directory):
        self.directory = directory
        with neuroh5_decoder.File(directory / "cells.h5") as cells:
            self.populations, self.valid_projections = cells.populations, cells.valid_projections
            self.coordinates = {p: {axis: cells.per_cell(p, "Generated Coordinates", f"{axis} Coordinate") for axis in "UVLXYZ"}
                                for p in self.populations}
            self.distances = {p: np.stack([cells.per_cell(p, "Arc Distances", f"{axis} Distance") for axis in "UV"], axis=1)
                              for p in self.populations}
            self.references = {p: dict(cells.h5[f"Populations/{p}/Arc Distances"].attrs) for p in self.populations}
            self.synapses = {p: Synapses(cells, p) for p in POPULATIONS}
        self.edges = self.read_edges(directory / "connections.h5")

    @staticmethod
    def read_edges(path):
        """{(destination, source): Edges} of every projection."""
        with neuroh5_decoder.File(path) as file:
            return {(post, pre): Edges(file, post, pre) for post, pre in sorted(file.projections())}
