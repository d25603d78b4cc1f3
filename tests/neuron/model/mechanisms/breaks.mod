TITLE A current that stops being a number after t_break

NEURON {
    SUFFIX breaks
    NONSPECIFIC_CURRENT i
    RANGE t_break
}

UNITS {
    (mA) = (milliamp)
    (mV) = (millivolt)
}

PARAMETER {
    t_break = 1e9 (ms)
}

ASSIGNED {
    v (mV)
    i (mA/cm2)
}

BREAKPOINT {
    i = 0
    if (t > t_break) {
        i = log(-1)
    }
}
