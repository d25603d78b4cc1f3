"""Builds the published case through a real server on 2 ranks, and reads the files into arrays with the independent decoder."""
import numpy as np
import yaml

import harness
import neuroh5_decoder
from published_case import CASE, COUNTS, DEPTHS, NUMBER, PROJECTIONS, START, WIDTH

TEMPLATES = harness.BIN.parent / "tests" / "rc_separation" / "templates"
EXTENTS = {population: {"default": {"width": [WIDTH, WIDTH], "offset": [0, 0]}} for population in COUNTS}
POPULATIONS = ("PYR", "PVBC", "OLM")


def write_pipeline(path, ranks=2, semantics="per_layer"):
    """The case at the published counts and extents; PYR a second time with autapses in step `autapses`."""
    config = CASE / "config"
    cells = {p: {layer: layers.get(layer, 0) for layer in DEPTHS} for p, layers in COUNTS.items()}
    extents = {layer: [[0.0, 0.0, float(lo)], [WIDTH, WIDTH, float(hi)]] for layer, (lo, hi) in DEPTHS.items()}
    steps = {
        "h5_types": {"kind": "h5_types", "config": {"cell_distributions": cells, "projections": PROJECTIONS}},
        "network": {"kind": "network_architecture", "uses": ["h5_types"],
                    "config": {"cell_distributions": cells, "layer_extents": extents}},
        "distances": {"kind": "measure_distances", "uses": ["network"]},
    }
    for p in POPULATIONS:
        steps[f"forest_{p}"] = {"kind": "generate_synapse_forest", "uses": ["network", "distances"],
                                "config": {"population": p, "morphology": str(CASE / "morphology" / f"{p}.swc")}}
        steps[f"synapses_{p}"] = {"kind": "distribute_synapses", "uses": ["network", f"forest_{p}"],
                                  "config": {"population": p, "distribution": "poisson", "density_semantics": semantics,
                                             "cell_types": f"from_file('{config}/cell_types.yml')"}}
        steps[f"connections_{p}"] = connections(p)
    steps["graph"] = {"kind": "neuroh5_graph", "uses": [
        "network", "distances", *(f"{kind}_{p}" for kind in ("forest", "synapses", "connections") for p in POPULATIONS)]}
    if semantics == "per_layer":
        steps["autapses"] = connections("PYR", autapses=True)
    for step in steps.values():
        step["ranks"] = ranks
    path.write_text(yaml.safe_dump({"api": "miv/v1", "name": "rc-separation", "files": {
        "templates": str(TEMPLATES), "morphology": str(CASE / "morphology")}, "steps": steps},
        sort_keys=False))
    return path


def connections(population, **options):
    config = {"population": population, "axon_extents": EXTENTS, "synapses": f"from_file('{CASE}/config/synapses.yml')"}
    return {"kind": "generate_connections", "uses": ["network", "distances", f"synapses_{population}"],
            "config": config | options}


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
        return self.columns[name]

    def __len__(self):
        return len(self.cell)


class Edges:
    """Of one projection: source and destination as indices into their populations, syn_id and distance."""

    def __init__(self, file, post, pre):
        projection = file.projection(post, pre)
        self.source = projection.sources - START[pre]
        self.cell = projection.destination_of_edge() - START[post]
        self.syn_id = projection.columns["Synapses/syn_id"]
        self.distance = projection.columns["Connections/distance"]
        self.in_degree = np.bincount(self.cell, minlength=NUMBER[post])

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
        self.edges = self.read_edges(directory / "connections.h5", POPULATIONS)

    @staticmethod
    def read_edges(path, populations):
        with neuroh5_decoder.File(path) as file:
            return {(post, pre): Edges(file, post, pre) for post in populations for pre in PROJECTIONS[post]}


def build(server, directory, **options):
    """Submits, waits and fetches; returns (job, Network)."""
    directory.mkdir()
    job = server.submit(write_pipeline(directory / "pipeline.yaml", **options))
    return job, Network(server.fetch(job["id"], "graph", directory))
