TITLE Delayed rectifier potassium current of interneurons

COMMENT
Wang & Buzsaki, J Neurosci 16:6402-6413, 1996, with their rate factor phi = 5.

    i = gbar n^4 (v - ek)
    n: a = 0.01 lin(v + 34, 10), b = 0.125 exp(-(v + 44)/80)
ENDCOMMENT

NEURON {
    THREADSAFE
    SUFFIX Kdr_f
    USEION k READ ek WRITE ik
    RANGE gbar, g, phi
}

UNITS {
    (mA) = (milliamp)
    (mV) = (millivolt)
    (S) = (siemens)
}

PARAMETER {
    gbar = 0.08 (S/cm2)
    phi = 5 (1)
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
    g = gbar * n * n * n * n
    ik = g * (v - ek)
}

DERIVATIVE gates {
    rates(v)
    n' = (n_inf - n) / tau_n
}

PROCEDURE rates(v (mV)) {
    LOCAL a, b
    a = 0.01 (/ms/mV) * lin(v + 34 (mV), 10 (mV))
    b = 0.125 (/ms) * exp(-(v + 44 (mV)) / 80 (mV))
    n_inf = a / (a + b)
    tau_n = 1 / (phi * (a + b))
}

: x / (1 - exp(-x/q)), continued through x = 0
FUNCTION lin(x (mV), q (mV)) (mV) {
    if (fabs(x / q) < 1e-6) {
        lin = q + x / 2
    } else {
        lin = x / (1 - exp(-x / q))
    }
}
