"""The network that is measured, as a pipeline of build steps, at any size.

The case is the published network "rc-separation": PYR, PVBC, OLM and STIM in 200 x 200 x 150 um.  Its morphologies and densities are
looked for below ${MIV_SHARED:-../shared}; without them the same numbers of cells are built on those of examples/microcircuit.
"""
import math
import os
import pathlib

import yaml

ROOT = pathlib.Path(__file__).resolve().parents[1]
EXAMPLE = ROOT / "examples" / "microcircuit"
CASE = pathlib.Path(os.environ.get("MIV_SHARED", ROOT.parent / "shared")) / "cases" / "rc-separation"

# Cells of the case by population and layer; axons reach 100 um each way.
CELLS = {"STIM": {"SP": 64}, "PYR": {"SP": 223}, "PVBC": {"SO": 35, "SP": 50, "SR": 8}, "OLM": {"SO": 21}}
LAYERS = {"SO": (0, 5), "SP": (5, 50), "SR": (50, 100), "SLM": (100, 150)}
EXTENT_UM = 200
AXON = {"default": {"width": [200, 200], "offset": [0, 0]}}
TEMPLATES = {"PYR": "CA1PyramidalCell", "PVBC": "CA1BasketCell", "OLM": "CA1OLMCell", "STIM": "VecStim"}
BUILT = ("PYR", "PVBC", "OLM")


def source():
    """The directory with morphology/ and config/ that is used, and what to call it."""
    if (CASE / "morphology" / "PYR.swc").exists():
        return CASE, "rc-separation"
    return EXAMPLE, "examples/microcircuit (the case's files are not here)"


def load(path):
    with open(path, encoding="utf-8") as file:
        return yaml.safe_load(file)


def thinned(cell_types, share):
    """cell_types with every density multiplied by `share`, and templates that exist here."""
    for population, cell in cell_types.items():
        cell["template"] = TEMPLATES[population]
        for types in cell.get("synapses", {}).get("density", {}).values():
            for layers in types.values():
                for density in layers.values():
                    density["mean"] *= share
                    density["variance"] *= share
    return cell_types


def projections(synapses):
    return {post: list(pres) for post, pres in synapses.items() if post in BUILT}


def step(kind, uses=(), **config):
    return {"kind": kind, "uses": list(uses), "config": config}


def pipeline(cells, share=1.0, ranks=2):
    """The network with `cells` times the case's cells, on an area that grows alike (so every cell keeps its number of candidates), and
    `share` of its synapses per cell."""
    files, _ = source()
    synapses = load(files / "config" / "synapses.yml")
    counts = {p: {layer: n * cells for layer, n in layers.items()} for p, layers in CELLS.items()}
    side = EXTENT_UM * math.sqrt(cells)
    extents = {layer: [[0.0, 0.0, float(low)], [side, side, float(high)]] for layer, (low, high) in LAYERS.items()}
    types = thinned(load(files / "config" / "cell_types.yml"), share)
    steps = {
        "h5_types": step("h5_types", cell_distributions=counts, projections=projections(synapses)),
        "network": step("network_architecture", ["h5_types"], layer_extents=extents),
        "distances": step("measure_distances", ["network"]),
    }
    graph = ["network", "distances"]
    for name in BUILT:
        swc = str(files / "morphology" / f"{name}.swc")
        steps[f"forest_{name}"] = step("generate_synapse_forest", ["network", "distances"], population=name, morphology=swc)
        steps[f"synapses_{name}"] = step("distribute_synapses", ["network", f"forest_{name}"], population=name,
                                         distribution="poisson", cell_types=types)
        steps[f"connections_{name}"] = step("generate_connections", ["network", "distances", f"synapses_{name}"], population=name,
                                            synapses=synapses, axon_extents={p: AXON for p in CELLS})
        graph += [f"forest_{name}", f"synapses_{name}", f"connections_{name}"]
    steps["graph"] = step("neuroh5_graph", graph)
    for one in steps.values():
        one["ranks"] = ranks
    models = {"templates": str(EXAMPLE / "templates"), "mechanisms": str(EXAMPLE / "mechanisms"),
              "morphology": str(files / "morphology")}
    return {"api": "miv/v1", "name": "bench", "seed": 0, "files": models, "steps": steps}


def write(directory, cells, share=1.0, ranks=2):
    """Writes the pipeline's file; returns its path."""
    path = pathlib.Path(directory) / f"network-{cells}.yaml"
    path.write_text(yaml.safe_dump(pipeline(cells, share, ranks), sort_keys=False))
    return path
