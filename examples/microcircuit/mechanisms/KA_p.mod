TITLE A-type potassium current of the pyramidal cell, proximal form

COMMENT
Proximal A current of Migliore, Hoffman, Magee & Johnston, J Comput Neurosci
7:5-15, 1999, stated at 34 degrees C; there is no temperature dependence left.

    i = gbar n l (v - ek)
    y = -0.0378 (1.5 + 1 / (1 + exp((v + 40)/5))) (v - 11)
    n_inf = 1 / (1 + exp(y)),  tau_n = exp(0.55 y) / (0.25 (1 + exp(y)))
    l_inf = 1 / (1 + exp(0.1133 (v + 56))),  tau_l = 0.26 (v + 50)
ENDCOMMENT

NEURON {
    THREADSAFE
    SUFFIX KA_p
    USEION k READ ek WRITE ik
    RANGE gbar, g
}

UNITS {
    (mA) = (milliamp)
    (mV) = (millivolt)
    (S) = (siemens)
}

PARAMETER {
    gbar = 0.05 (S/cm2)
}

ASSIGNED {
    v (mV)
    ek (mV)
    ik (mA/cm2)
    g (S/cm2)
    n_inf (1)
    tau_n (ms)
    l_inf (1)
    tau_l (ms)
}

STATE { n l }

INITIAL {
    rates(v)
    n = n_inf
    l = l_inf
}

BREAKPOINT {
    SOLVE gates METHOD cnexp
    g = gbar * n * l
    ik = g * (v - ek)
}

DERIVATIVE gates {
    rates(v)
    n' = (n_inf - n) / tau_n
    l' = (l_inf - l) / tau_l
}

PROCEDURE rates(v (mV)) {
    LOCAL slope, y
    slope = -0.0378 (/mV) * (1.5 + 1 / (1 + exp((v + 40 (mV)) / 5 (mV))))
    y = slope * (v - 11 (mV))
    n_inf = 1 / (1 + exp(y))
    tau_n = exp(0.55 * y) / (0.25 (/ms) * (1 + exp(y)))
    if (tau_n < 0.1 (ms)) { tau_n = 0.1 (ms) }

    l_inf = 1 / (1 + exp(0.1133 (/mV) * (v + 56 (mV))))
    tau_l = 0.26 (ms/mV) * (v + 50 (mV))
    if (tau_l < 2 (ms)) { tau_l = 2 (ms) }
}
