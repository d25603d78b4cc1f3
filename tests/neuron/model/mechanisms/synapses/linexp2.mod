TITLE Difference of two exponentials, peak normalised to one

COMMENT
An event raises both states by weight * g_unit * factor; g = slow - fast.
ENDCOMMENT

NEURON {
    POINT_PROCESS LinExp2Syn
    RANGE tau_rise, tau_decay, e, g, i
    NONSPECIFIC_CURRENT i
}

UNITS {
    (nA) = (nanoamp)
    (mV) = (millivolt)
    (uS) = (microsiemens)
}

PARAMETER {
    tau_rise = 1 (ms)
    tau_decay = 5 (ms)
    e = 0 (mV)
}

ASSIGNED {
    v (mV)
    i (nA)
    g (uS)
    factor
}

STATE {
    fast (uS)
    slow (uS)
}

INITIAL {
    LOCAL tp
    tp = tau_rise * tau_decay / (tau_decay - tau_rise) * log(tau_decay / tau_rise)
    factor = 1 / (exp(-tp / tau_decay) - exp(-tp / tau_rise))
    fast = 0
    slow = 0
}

BREAKPOINT {
    SOLVE decay METHOD cnexp
    g = slow - fast
    i = g * (v - e)
}

DERIVATIVE decay {
    fast' = -fast / tau_rise
    slow' = -slow / tau_decay
}

NET_RECEIVE (weight, g_unit (uS)) {
    INITIAL {}
    fast = fast + weight * g_unit * factor
    slow = slow + weight * g_unit * factor
}
