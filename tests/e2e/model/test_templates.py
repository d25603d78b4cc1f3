"""The templates of examples/microcircuit in NEURON."""

import numpy as np
import pytest
from example_model import CLASSES, area, lengths


@pytest.mark.parametrize(
    "population, sections, segments", [("PYR", 41, 43), ("PVBC", 9, 19), ("OLM", 7, 17)]
)
def test_template_builds_the_tree(factory, population, sections, segments):
    cell = factory.make(population, 7)
    assert cell.gid == 7 and cell.is_art() == 0
    built = list(cell.all)
    assert len(built) == sections
    assert sum(section.nseg for section in built) == segments
    total = sum(segment.area() for section in built for segment in section)
    assert total == pytest.approx(area(population), rel=1e-6)
    found = lengths(population)
    for name, code in CLASSES.items():
        um = sum(section.L for section in getattr(cell, f"{name}_list"))
        expected = sum(length for (c, _), length in found.items() if c == code)
        assert um == pytest.approx(expected, abs=1e-3)


def test_template_index_vectors_name_the_listed_sections(factory):
    cell = factory.make("PYR", 0)
    pairs = {
        "soma_list": "somaidx",
        "axon_list": "axonidx",
        "basal_list": "basalidx",
        "apical_list": "apicalidx",
        "dendrite_list": "dendidx",
        "ais_list": "aisidx",
    }
    for sections, indices in pairs.items():
        named = [cell.sections[int(i)] for i in getattr(cell, indices)]
        assert list(getattr(cell, sections)) == named
    assert len(list(cell.hillock_list)) == 0 == len(cell.hilidx)


def test_template_refuses_a_section_type_it_does_not_know(factory):
    import cells
    from neuron import h

    tree = cells.trees()["OLM"]
    types = tree.swc_type.copy()
    types[-2:] = 6
    with pytest.raises(RuntimeError):
        h.CA1OLMCell(0, *tree._replace(swc_type=types).arguments())


def test_position_moves_all_points(factory):
    cell = factory.make("OLM", 0)
    before = [section.x3d(0) for section in cell.all]
    cell.position(10, 20, 30)
    cell.position(11, 20, 30)
    after = [section.x3d(0) for section in cell.all]
    assert np.allclose(np.subtract(after, before), 11, atol=1e-4)


def test_spike_detector_of_the_template_is_on_the_axon(factory):
    from neuron import h

    cell = factory.make("PVBC", 0)
    connection = cell.connect2target(h.nil)
    assert connection.threshold == -30
    assert connection.preseg().x == pytest.approx(1 / 6)
    assert connection.preseg().sec.L == pytest.approx(100, abs=1e-3)
