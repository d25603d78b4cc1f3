"""The published case: its files, the counts and extents that it was published with, and the pipeline that builds it.

The configuration beside its files is that of a much larger network; densities, projections and proportions are the same."""
import os
import pathlib

import yaml

import harness
from network_arrays import POPULATIONS
from network_case import Case

DIRECTORY = pathlib.Path(os.environ.get("MIV_SHARED", harness.ROOT.parent / "shared")) / "cases" / "rc-separation"
WIDTH = 200.0  # of the volume and of the axons, um
COUNTS = {"STIM": {"SP": 64}, "PYR": {"SP": 223}, "PVBC": {"SO": 35, "SP": 50, "SR": 8}, "OLM": {"SO": 21}}
LAYER_EXTENTS = {layer: [[0.0, 0.0, low], [WIDTH, WIDTH, high]] for layer, (low, high) in {
    "SO": (0.0, 5.0), "SP": (5.0, 50.0), "SR": (50.0, 100.0), "SLM": (100.0, 150.0)}.items()}

TEMPLATES = harness.BIN.parent / "tests" / "rc_separation" / "templates"
EXTENTS = {population: {"default": {"width": [WIDTH, WIDTH], "offset": [0, 0]}} for population in COUNTS}


def segments(population, _, length_constants):
    """Of a section, as reconstructed_cell.hoc.in has them."""
    return 1 if population == "PYR" else 2 * int((length_constants / 0.1 + 0.9) / 2) + 1


def published_case():
    return Case(DIRECTORY / "config", DIRECTORY / "morphology", segments, COUNTS, LAYER_EXTENTS)


def write_pipeline(path, ranks=2, semantics="per_layer"):
    """The case at the published counts and extents; PYR a second time with autapses in step `autapses`."""
    config = DIRECTORY / "config"
    cells = {p: {layer: layers.get(layer, 0) for layer in LAYER_EXTENTS} for p, layers in COUNTS.items()}
    projections = published_case().projections
    steps = {
        "h5_types": {"kind": "h5_types", "config": {"cell_distributions": cells, "projections": projections}},
        "network": {"kind": "network_architecture", "uses": ["h5_types"],
                    "config": {"cell_distributions": cells, "layer_extents": LAYER_EXTENTS}},
        "distances": {"kind": "measure_distances", "uses": ["network"]},
    }
    for p in POPULATIONS:
        steps[f"forest_{p}"] = {"kind": "generate_synapse_forest", "uses": ["network", "distances"],
                                "config": {"population": p, "morphology": str(DIRECTORY / "morphology" / f"{p}.swc")}}
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
        "templates": str(TEMPLATES), "morphology": str(DIRECTORY / "morphology")}, "steps": steps},
        sort_keys=False))
    return path


def connections(population, **options):
    config = {"population": population, "axon_extents": EXTENTS, "synapses": f"from_file('{DIRECTORY}/config/synapses.yml')"}
    return {"kind": "generate_connections", "uses": ["network", "distances", f"synapses_{population}"],
            "config": config | options}
