: One side of a gap junction: the current that the other cell drives into this
: one.  The simulator sets vgap to the potential of the other side at every step.

NEURON {
    POINT_PROCESS ggap
    RANGE g, vgap
    ELECTRODE_CURRENT i
}

UNITS {
    (nA) = (nanoamp)
    (mV) = (millivolt)
    (uS) = (microsiemens)
}

PARAMETER {
    g = 0 (uS)
}

ASSIGNED {
    v (mV)
    vgap (mV)
    i (nA)
}

BREAKPOINT {
    i = g * (vgap - v)
}
