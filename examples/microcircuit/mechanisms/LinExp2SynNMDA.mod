TITLE Linearly summing NMDA synapse

COMMENT
Time course: difference of two exponentials as in LinExp2Syn, additive states,
weight (no unit) and unit conductance g_unit (uS) per connection.
Voltage dependence: magnesium block of Jahr & Stevens, J Neurosci 10:3178-3182,
1990, instantaneous:

    i = g (v - e) / (1 + exp(-gamma (v + vshift)) mg / Kd)

The peak of g, without the block, equals weight g_unit.
ENDCOMMENT

NEURON {
    THREADSAFE
    POINT_PROCESS LinExp2SynNMDA
    NONSPECIFIC_CURRENT i
    RANGE tau_rise, tau_decay, e, mg, Kd, gamma, vshift, g, i
}

UNITS {
    (nA) = (nanoamp)
    (mV) = (millivolt)
    (uS) = (microsiemens)
    (mM) = (milli/liter)
}

PARAMETER {
    tau_rise = 10 (ms) <1e-9, 1e9>
    tau_decay = 35 (ms) <1e-9, 1e9>
    e = 0 (mV)
    mg = 1 (mM)
    Kd = 3.57 (mM)
    gamma = 0.062 (/mV)
    vshift = 0 (mV)
}

ASSIGNED {
    v (mV)
    i (nA)
    g (uS)
    norm (1)
}

STATE {
    A (uS)
    B (uS)
}

INITIAL {
    LOCAL t_peak
    if (tau_rise > 0.9999 * tau_decay) { tau_rise = 0.9999 * tau_decay }
    t_peak = tau_rise * tau_decay / (tau_decay - tau_rise) * log(tau_decay / tau_rise)
    norm = 1 / (exp(-t_peak / tau_decay) - exp(-t_peak / tau_rise))
    A = 0
    B = 0
}

BREAKPOINT {
    SOLVE conductance METHOD cnexp
    g = B - A
    i = g * (v - e) / (1 + exp(-gamma * (v + vshift)) * mg / Kd)
}

DERIVATIVE conductance {
    A' = -A / tau_rise
    B' = -B / tau_decay
}

NET_RECEIVE(weight (1), g_unit (uS)) {
    : This empty block keeps g_unit: without an INITIAL block of its own, NEURON
    : sets all weights but the first to 0 at initialisation.
    INITIAL {}
    A = A + weight * g_unit * norm
    B = B + weight * g_unit * norm
}
