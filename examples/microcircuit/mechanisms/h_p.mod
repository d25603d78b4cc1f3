TITLE Hyperpolarization-activated current of the pyramidal cell

COMMENT
After Magee, J Neurosci 18:7613-7624, 1998 (dendrites of CA1 pyramidal neurons),
stated at 34 degrees C; there is no temperature dependence left.

    i = gbar l (v - eh),  l_inf = 1 / (1 + exp((v + 81)/8))
    tau_l = exp(0.0333 (v + 75)) / (0.0128 (1 + exp(0.0831 (v + 75))))
ENDCOMMENT

NEURON {
    THREADSAFE
    SUFFIX h_p
    NONSPECIFIC_CURRENT i
    RANGE gbar, eh, g, i
}

UNITS {
    (mA) = (milliamp)
    (mV) = (millivolt)
    (S) = (siemens)
}

PARAMETER {
    gbar = 5e-5 (S/cm2)
    eh = -30 (mV)
}

ASSIGNED {
    v (mV)
    i (mA/cm2)
    g (S/cm2)
    l_inf (1)
    tau_l (ms)
}

STATE { l }

INITIAL {
    rates(v)
    l = l_inf
}

BREAKPOINT {
    SOLVE gates METHOD cnexp
    g = gbar * l
    i = g * (v - eh)
}

DERIVATIVE gates {
    rates(v)
    l' = (l_inf - l) / tau_l
}

PROCEDURE rates(v (mV)) {
    LOCAL u
    u = v + 75 (mV)
    l_inf = 1 / (1 + exp((v + 81 (mV)) / 8 (mV)))
    tau_l = exp(0.0333 (/mV) * u) / (0.0128 (/ms) * (1 + exp(0.0831 (/mV) * u)))
}
