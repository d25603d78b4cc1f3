TITLE A current that remembers the potential in a variable that is no state

NEURON {
    SUFFIX remembers
    NONSPECIFIC_CURRENT i
    RANGE g, past, steps
}

PARAMETER {
    g = 1e-5 (S/cm2)
}

ASSIGNED {
    v (mV)
    i (mA/cm2)
    past (mV)
    steps
}

STATE {
    unused
}

INITIAL {
    past = v
    steps = 0
    unused = 0
}

BREAKPOINT {
    SOLVE remember METHOD after_cvode
    i = g * (past + 65)
}

PROCEDURE remember() {
    past = 0.9 * past + 0.1 * v
    steps = steps + 1
}
