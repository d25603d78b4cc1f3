TITLE A current that stops being a number after t_break, or raises an error after t_error

NEURON {
    SUFFIX breaks
    NONSPECIFIC_CURRENT i
    RANGE t_break, t_error
}

UNITS {
    (mA) = (milliamp)
    (mV) = (millivolt)
}

PARAMETER {
    t_break = 1e9 (ms)
    t_error = 1e9 (ms)
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
    if (t > t_error) {
VERBATIM
        hoc_execerror("the pump", "burst");
ENDVERBATIM
    }
}
