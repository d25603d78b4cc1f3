TITLE Hyperpolarization-activated current of the OLM interneuron

COMMENT
Saraga, Wu, Zhang & Skinner, J Physiol 552:673-689, 2003, in the form also used
by Tort et al., PNAS 104:13490-13495, 2007.

    i = gbar r (v - eh),  r_inf = 1 / (1 + exp((v + 84)/10.2))
    tau_r = 1 / (exp(-14.59 - 0.086 v) + exp(-1.87 + 0.0701 v))
ENDCOMMENT

NEURON {
    THREADSAFE
    SUFFIX h_o
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
    eh = -32.9 (mV)
}

ASSIGNED {
    v (mV)
    i (mA/cm2)
    g (S/cm2)
    r_inf (1)
    tau_r (ms)
}

STATE { r }

INITIAL {
    rates(v)
    r = r_inf
}

BREAKPOINT {
    SOLVE gates METHOD cnexp
    g = gbar * r
    i = g * (v - eh)
}

DERIVATIVE gates {
    rates(v)
    r' = (r_inf - r) / tau_r
}

PROCEDURE rates(v (mV)) {
    LOCAL opening, closing
    r_inf = 1 / (1 + exp((v + 84 (mV)) / 10.2 (mV)))
    opening = 1 (/ms) * exp(-14.59 - 0.086 (/mV) * v)
    closing = 1 (/ms) * exp(-1.87 + 0.0701 (/mV) * v)
    tau_r = 1 / (opening + closing)
}
