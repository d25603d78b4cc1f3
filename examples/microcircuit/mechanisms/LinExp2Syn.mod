TITLE Linearly summing synapse with a double-exponential conductance

COMMENT
The difference of two exponentials is the usual phenomenological conductance of
a synapse (Roth & van Rossum in De Schutter (ed), Computational Modeling Methods
for Neuroscientists, MIT Press 2009).  Here the states are additive, so that one
instance serves any number of connections, and each connection brings its own
weight (no unit) and unit conductance g_unit (uS):

    one event: g(t) = weight g_unit norm (exp(-t/tau_decay) - exp(-t/tau_rise))
    norm makes the peak of g equal to weight g_unit;  i = g (v - e)

tau_rise is limited to 0.9999 tau_decay, where the difference becomes the alpha
function to within rounding of the norm.
ENDCOMMENT

NEURON {
    THREADSAFE
    POINT_PROCESS LinExp2Syn
    NONSPECIFIC_CURRENT i
    RANGE tau_rise, tau_decay, e, g, i
}

UNITS {
    (nA) = (nanoamp)
    (mV) = (millivolt)
    (uS) = (microsiemens)
}

PARAMETER {
    tau_rise = 1 (ms) <1e-9, 1e9>
    tau_decay = 5 (ms) <1e-9, 1e9>
    e = 0 (mV)
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
    i = g * (v - e)
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
