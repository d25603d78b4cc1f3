"""The morphologies of examples/microcircuit.

Expected numbers are hand calculations from the section tables, never values
read from the files under test.
"""

import subprocess
import sys

import numpy as np
import pytest
from example_model import CLASSES, LAYERS, POPULATIONS, ROOT, area, lengths, swc


def test_committed_morphologies_are_what_the_generator_writes():
    command = [sys.executable, str(ROOT / "morphology" / "generate.py"), "--check"]
    assert subprocess.run(command, timeout=60).returncode == 0


@pytest.mark.parametrize(
    "population, sections, total_area", [("PYR", 41, 7337), ("PVBC", 9, 4920), ("OLM", 7, 3022)]
)
def test_contracts_to_the_tabled_sections(population, sections, total_area):
    tree = swc.read(ROOT / "morphology" / f"{population}.swc")
    assert len(tree.nodes) == sections
    assert len(tree.src) == sections - 1
    assert area(population) == pytest.approx(total_area, abs=0.5)


@pytest.mark.parametrize(
    "population, expected",
    [
        (
            "PYR",
            {
                ("soma", "SP"): 16,
                ("basal", "SP"): 2 * 20 + 2 * 80,
                ("basal", "SO"): 4 * 90,
                ("apical", "SP"): 14.5,
                ("apical", "SR"): 5 * 10 + 10 * 70,
                ("apical", "SLM"): 14 * 35,
                ("ais", "SP"): 30,
                ("axon", "SO"): 100,
            },
        ),
        (
            "PVBC",
            {
                ("soma", "SP"): 16,
                ("basal", "SP"): 40,
                ("basal", "SO"): 2 * 170,
                ("apical", "SP"): 40,
                ("apical", "SR"): 2 * 170,
                ("ais", "SP"): 20,
                ("axon", "SP"): 100,
            },
        ),
        (
            "OLM",
            {
                ("soma", "SO"): 20,
                ("basal", "SO"): 4 * 120,
                ("ais", "SO"): 20,
                ("axon", "SO"): 100,
            },
        ),
    ],
)
def test_length_of_each_class_and_layer(population, expected):
    found = lengths(population)
    named = {(CLASSES[c], LAYERS[layer]): um for (c, layer), um in expected.items()}
    assert found.keys() == named.keys()
    for key, um in named.items():
        assert found[key] == pytest.approx(um, abs=1e-3)


def test_every_section_starts_on_its_parent():
    for population in POPULATIONS:
        tree = swc.read(ROOT / "morphology" / f"{population}.swc")
        for src, dst, loc in zip(tree.src, tree.dst, tree.loc):
            parent = tree.xyz[tree.nodes[src][loc]]
            assert np.array_equal(parent, tree.xyz[tree.nodes[dst][0]])


def test_contraction_of_a_branching_root_keeps_one_soma():
    # Root with three children, the first of its own type: soma of two points.
    types = np.array([1, 1, 3, 3, 7, 7], dtype=np.int8)
    nodes, src, dst, loc = swc.contract([-1, 0, 0, 2, 0, 4], types)
    assert [list(nodes[s]) for s in range(3)] == [[0, 1], [2, 3], [4, 5]]
    assert (list(src), list(dst), list(loc)) == ([0, 0], [1, 2], [0, 0])


def test_contraction_prepends_the_parent_to_a_leaf_of_one_point():
    types = np.array([1, 1, 4], dtype=np.int8)
    nodes, src, dst, loc = swc.contract([-1, 0, 1], types)
    assert [list(nodes[s]) for s in range(2)] == [[0, 1], [1, 2]]
    assert (list(src), list(dst), list(loc)) == ([0], [1], [1])
