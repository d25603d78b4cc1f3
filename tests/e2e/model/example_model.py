"""The committed files of examples/microcircuit, and what the tests read from them."""

import math
import pathlib
import sys

import numpy as np
import pytest
import yaml

ROOT = pathlib.Path(__file__).resolve().parents[3] / "examples" / "microcircuit"
sys.path.insert(0, str(ROOT / "validation"))

swc = pytest.importorskip("swc")
LAYERS = {"SO": 5, "SP": 6, "SR": 8, "SLM": 9}
CLASSES = {"soma": 1, "axon": 2, "basal": 3, "apical": 4, "ais": 7}
POPULATIONS = ("PYR", "PVBC", "OLM")


def load(name):
    return yaml.safe_load((ROOT / "config" / f"{name}.yml").read_text())


def lengths(population):
    """{(class code, layer index): um}, one entry per section summed."""
    tree = swc.read(ROOT / "morphology" / f"{population}.swc")
    found = {}
    for points in tree.nodes.values():
        steps = np.diff(tree.xyz[points].astype(float), axis=0)
        key = int(tree.swc_type[points[-1]]), int(tree.layer[points[-1]])
        found[key] = found.get(key, 0.0) + np.linalg.norm(steps, axis=1).sum()
    return found


def area(population):
    """Sum of pi L d over the sections, um2."""
    tree = swc.read(ROOT / "morphology" / f"{population}.swc")
    return sum(
        math.pi
        * np.linalg.norm(np.diff(tree.xyz[points].astype(float), axis=0), axis=1).sum()
        * 2
        * float(tree.radius[points[-1]])
        for points in tree.nodes.values()
    )
