"""The mechanisms of examples/microcircuit in NEURON.

Expected numbers are hand calculations from the published forms of the equations.
"""

import math

import numpy as np
import pytest


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
