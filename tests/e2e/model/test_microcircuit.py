"""Checks of examples/microcircuit that need no network run.

    /usr/bin/python3 -m pytest tests/e2e/model

Expected numbers are hand calculations from the section tables, geometry and
published forms of the equations, never values read from the files under test.
"""

import itertools
import math
import pathlib
import subprocess
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


# --- morphology ---------------------------------------------------------------


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


# --- configuration ------------------------------------------------------------


def test_proportions_sum_to_one_exactly_where_synapses_are_placed():
    cell_types, synapses = load("cell_types"), load("synapses")
    for post in POPULATIONS:
        density = cell_types[post]["synapses"]["density"]
        placed = {
            (kind, section, layer)
            for section, kinds in density.items()
            for kind, layers in kinds.items()
            for layer in layers
        }
        total = {}
        for projection in synapses[post].values():
            columns = [projection[key] for key in ("sections", "layers", "proportions")]
            assert len({len(column) for column in columns}) == 1
            for section, layer, proportion in zip(*columns):
                key = projection["type"], section, layer
                total[key] = total.get(key, 0.0) + proportion
        assert total.keys() == placed
        assert all(value == pytest.approx(1.0, abs=1e-12) for value in total.values())


def test_densities_lie_where_the_morphology_has_cable():
    cell_types = load("cell_types")
    for post in POPULATIONS:
        cable = lengths(post)
        for section, kinds in cell_types[post]["synapses"]["density"].items():
            for layer in itertools.chain.from_iterable(kinds.values()):
                assert cable.get((CLASSES[section], LAYERS[layer]), 0) > 0, (post, section, layer)


def test_numbers_of_the_configuration_are_numbers():
    # YAML 1.1 reads 1e-4 without a dot as a string.
    for post, projections in load("synapses").items():
        for pre, projection in projections.items():
            for name, parameters in projection["mechanisms"].items():
                for key, value in parameters.items():
                    assert isinstance(value, float), (post, pre, name, key)


def test_pipeline_states_every_projection_and_existing_files():
    pipeline = yaml.safe_load((ROOT / "pipeline.yaml").read_text())
    steps = pipeline["steps"]
    synapses = load("synapses")
    expected = {post: list(pre) for post, pre in synapses.items()}
    assert steps["h5_types"]["config"]["projections"] == expected
    for folder in pipeline["files"].values():
        assert (ROOT / folder).is_dir()
    for step in steps.values():
        assert set(step.get("uses", [])) <= steps.keys()
        for value in step.get("config", {}).values():
            if isinstance(value, str) and value.startswith("from_file('"):
                assert (ROOT / value[len("from_file('") : -2]).is_file()
        if step["kind"] == "generate_synapse_forest":
            assert (ROOT / step["config"]["morphology"]).is_file()


def test_distributions_hold_401_cells():
    counts = {p: sum(layers.values()) for p, layers in load("cell_distributions").items()}
    assert counts == {"STIM": 64, "PYR": 223, "PVBC": 93, "OLM": 21}


# --- mechanisms and templates in NEURON ---------------------------------------


@pytest.fixture(scope="module")
def factory():
    pytest.importorskip("neuron")
    import cells

    return cells.Factory()


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


def voltage_clamped(section, v, ms):
    """Runs `ms` with the section held at v; the gates then are at steady state."""
    from neuron import h

    clamp = h.SEClamp(section(0.5))
    clamp.dur1, clamp.amp1, clamp.rs = 1e9, v, 1e-6
    h.dt = 0.025
    h.finitialize(v)
    h.continuerun(ms)
    return clamp


def lin(x, q):
    return q if x == 0 else x / (1 - math.exp(-x / q))


@pytest.mark.parametrize("v", [-90.0, -65.0, -45.0, -30.0, -35.0, 0.0])
def test_steady_state_conductances_follow_the_equations(factory, v):
    from neuron import h

    e = math.exp
    section = h.Section()
    expected = {}
    a, b = 0.4 * lin(v + 30, 7.2), 0.124 * lin(-(v + 30), 7.2)
    expected["Na_p"] = (a / (a + b)) ** 3 / (1 + e((v + 50) / 4))
    expected["Kdr_p"] = 1 / (1 + e(-0.1133 * (v - 13)))
    slope = -0.0378 * (1.5 + 1 / (1 + e((v + 40) / 5)))
    expected["KA_p"] = 1 / (1 + e(slope * (v - 11))) / (1 + e(0.1133 * (v + 56)))
    expected["KM"] = 1 / (1 + e(-(v + 35) / 10))
    expected["h_p"] = 1 / (1 + e((v + 81) / 8))
    a, b = 0.1 * lin(v + 35, 10), 4 * e(-(v + 60) / 18)
    ah, bh = 0.07 * e(-(v + 58) / 20), 1 / (1 + e(-(v + 28) / 10))
    expected["Na_f"] = (a / (a + b)) ** 3 * ah / (ah + bh)
    a, b = 0.01 * lin(v + 34, 10), 0.125 * e(-(v + 44) / 80)
    expected["Kdr_f"] = (a / (a + b)) ** 4
    expected["KA_o"] = 1 / (1 + e(-(v + 14) / 16.6)) / (1 + e((v + 71) / 7.3))
    expected["h_o"] = 1 / (1 + e((v + 84) / 10.2))
    for name in expected:
        section.insert(name)
        setattr(section, f"gbar_{name}", 1e-9)  # too small to move the clamp
    clamp = voltage_clamped(section, v, 0.1)
    assert section(0.5).v == pytest.approx(v, abs=1e-6)
    for name, open_fraction in expected.items():
        g = getattr(section(0.5), f"g_{name}")
        assert g == pytest.approx(1e-9 * open_fraction, rel=1e-6), name
    del clamp


def time_constants(v):
    """ms, of the gates that have a voltage-dependent one."""
    e = math.exp
    u, z = v + 75, 0.1133 * (v - 13)
    y = -0.0378 * (1.5 + 1 / (1 + e((v + 40) / 5))) * (v - 11)
    na_m = 0.4 * lin(v + 30, 7.2) + 0.124 * lin(-(v + 30), 7.2)
    na_h = 0.03 * lin(v + 45, 1.5) + 0.01 * lin(-(v + 45), 1.5)
    f_h = 0.07 * e(-(v + 58) / 20) + 1 / (1 + e(-(v + 28) / 10))
    f_n = 0.01 * lin(v + 34, 10) + 0.125 * e(-(v + 44) / 80)
    opening, closing = 9e-6 * e(-(v - 26) / 18.5), 0.014 / (0.2 + e(-(v + 70) / 11))
    return {
        ("Na_p", "m"): max(0.02, 0.5 / na_m),
        ("Na_p", "h"): max(0.5, 0.5 / na_h),
        ("Kdr_p", "n"): max(2, e(-0.7 * z) / (0.02 * (1 + e(-z)))),
        ("KA_p", "n"): max(0.1, e(0.55 * y) / (0.25 * (1 + e(y)))),
        ("KA_p", "l"): max(2, 0.26 * (v + 50)),
        ("KM", "p"): 600 / (3.3 * e((v + 35) / 20) + e(-(v + 35) / 20)),
        ("h_p", "l"): e(0.0333 * u) / (0.0128 * (1 + e(0.0831 * u))),
        ("Na_f", "h"): 1 / (5 * f_h),
        ("Kdr_f", "n"): 1 / (5 * f_n),
        ("KA_o", "a"): 5,
        ("KA_o", "b"): 1 / (opening + closing),
        ("h_o", "r"): 1 / (e(-14.59 - 0.086 * v) + e(-1.87 + 0.0701 * v)),
    }


@pytest.mark.parametrize("v", [-80.0, -55.0, -20.0])
def test_gates_relax_with_the_published_time_constants(factory, v):
    from neuron import h

    section = h.Section()
    for name in {name for name, _ in time_constants(v)}:
        section.insert(name)
        setattr(section, f"gbar_{name}", 1e-9)
    clamp = voltage_clamped(section, v, 0.1)
    segment = section(0.5)
    for (name, gate), tau in time_constants(v).items():
        steady = getattr(segment, f"{gate}_{name}")
        setattr(segment, f"{gate}_{name}", steady + 0.1)
        h.fadvance()
        left = (getattr(segment, f"{gate}_{name}") - steady) / 0.1
        # Advanced exponentially; the other gates do not matter under clamp.
        assert left == pytest.approx(math.exp(-h.dt / tau), rel=1e-5), (name, gate)
    del clamp


@pytest.mark.parametrize("mechanism", ["LinExp2Syn", "LinExp2SynNMDA"])
def test_event_peaks_at_weight_times_unit_conductance(factory, mechanism):
    from neuron import h

    section = h.Section()
    synapse = getattr(h, mechanism)(section(0.5))
    synapse.tau_rise, synapse.tau_decay = 2.0, 15.0
    source = h.VecStim()
    times = h.Vector([1.0, 1.0])  # two events add linearly
    source.play(times)
    connection = h.NetCon(source, synapse, 0, 0, 0.5)
    connection.weight[1] = 1e-6
    trace = h.Vector().record(synapse._ref_g)
    h.dt = 0.005
    h.steps_per_ms = 200
    h.finitialize(-65)
    h.continuerun(30)
    peak_ms = 2 * 15 / 13 * math.log(15 / 2)
    assert trace.max() == pytest.approx(2 * 0.5 * 1e-6, rel=1e-4)
    assert trace.max_ind() * 0.005 - 1.0 == pytest.approx(peak_ms, abs=0.011)
    h.dt, h.steps_per_ms = 0.025, 40


def test_magnesium_block_follows_jahr_and_stevens(factory):
    from neuron import h

    for v in (-70.0, -40.0, 10.0):
        section = h.Section()
        synapse = h.LinExp2SynNMDA(section(0.5))
        clamp = voltage_clamped(section, v, 0.1)
        synapse.B = 1e-7
        h.fadvance()
        factor = 1 / (1 + math.exp(-0.062 * v) / 3.57)
        assert synapse.i == pytest.approx(synapse.g * (v - 0) * factor, rel=1e-3)
        del clamp


def test_vecstim_spikes_at_its_times_and_forgets_them(factory):
    from neuron import h

    source = h.VecStim(3, "")  # MiV-Simulator passes a gid and a path
    assert source.is_art() == 1
    found = h.Vector()
    connection = h.NetCon(source, None)
    connection.record(found)
    source.play(h.Vector([0.0, 1.5, 1.5, 4.25]))
    h.finitialize(-65)
    h.continuerun(10)
    assert list(found) == [0.0, 1.5, 1.5, 4.25]
    source.play(h.Vector())
    h.finitialize(-65)
    h.continuerun(10)
    assert list(found) == []
    source.play(h.Vector([2.0]))
    source.play()
    h.finitialize(-65)
    h.continuerun(10)
    assert list(found) == []
    source.position(1, 2, 3)
    assert (source.xpos, source.ypos, source.zpos) == (1, 2, 3)


def test_vecstim_accepts_equal_times_that_are_no_binary_fractions(factory):
    from neuron import h

    times = np.repeat(np.sort(np.random.default_rng(0).uniform(0, 100, 2000)), 2)
    source = h.VecStim()
    source.play(h.Vector(times))
    found = h.Vector()
    connection = h.NetCon(source, None)
    connection.record(found)
    h.finitialize(-65)
    h.continuerun(101)
    assert len(found) == len(times)
    assert np.abs(np.array(found) - times).max() < 1e-12


def test_vecstim_refuses_descending_times(factory):
    from neuron import h

    source = h.VecStim()
    source.play(h.Vector([3.0, 1.0]))
    h.finitialize(-65)
    with pytest.raises(RuntimeError):
        h.continuerun(10)
