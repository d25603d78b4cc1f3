TITLE Delayed rectifier potassium current of the pyramidal cell

COMMENT
Rates of Migliore, Hoffman, Magee & Johnston, J Comput Neurosci 7:5-15, 1999,
stated at 34 degrees C; there is no temperature dependence left.

    i = gbar n (v - ek),  z = 0.1133 (v - 13)
    n_inf = 1 / (1 + exp(-z)),  tau_n = exp(-0.7 z) / (0.02 (1 + exp(-z)))
ENDCOMMENT

NEURON {
    THREADSAFE
    SUFFIX Kdr_p
    USEION k READ ek WRITE ik
    RANGE gbar, g
}

UNITS {
    (mA) = (milliamp)
    (mV) = (millivolt)
    (S) = (siemens)
}

PARAMETER {
    gbar = 0.1 (S/cm2)
}

ASSIGNED {
    v (mV)
    ek (mV)
    ik (mA/cm2)
    g (S/cm2)
    n_inf (1)
    tau_n (ms)
}

STATE { n }

INITIAL {
    rates(v)
    n = n_inf
}

BREAKPOINT {
    SOLVE gates METHOD cnexp
    g = gbar * n
    ik = g * (v - ek)
}

DERIVATIVE gates {
    rates(v)
    n' = (n_inf - n) / tau_n
}

PROCEDURE rates(v (mV)) {
    LOCAL z
    z = 0.1133 (/mV) * (v - 13 (mV))
    n_inf = 1 / (1 + exp(-z))
    tau_n = exp(-0.7 * z) / (0.02 (/ms) * (1 + exp(-z)))
    if (tau_n < 2 (ms)) { tau_n = 2 (ms) }
}
