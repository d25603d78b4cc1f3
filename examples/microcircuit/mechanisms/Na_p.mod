TITLE Sodium current of the pyramidal cell

COMMENT
Rates of Migliore, Hoffman, Magee & Johnston, J Comput Neurosci 7:5-15, 1999,
for CA1 pyramidal neurons, without the slow inactivation gate.  They are stated
at 34 degrees C; there is no temperature dependence left.

    i = gbar m^3 h (v - ena)
    m: a = 0.4 lin(v + 30, 7.2), b = 0.124 lin(-(v + 30), 7.2)
    h: a = 0.03 lin(v + 45, 1.5), b = 0.01 lin(-(v + 45), 1.5) give tau_h only
ENDCOMMENT

NEURON {
    THREADSAFE
    SUFFIX Na_p
    USEION na READ ena WRITE ina
    RANGE gbar, g
}

UNITS {
    (mA) = (milliamp)
    (mV) = (millivolt)
    (S) = (siemens)
}

PARAMETER {
    gbar = 0.08 (S/cm2)
}

ASSIGNED {
    v (mV)
    ena (mV)
    ina (mA/cm2)
    g (S/cm2)
    m_inf (1)
    tau_m (ms)
    h_inf (1)
    tau_h (ms)
}

STATE { m h }

INITIAL {
    rates(v)
    m = m_inf
    h = h_inf
}

BREAKPOINT {
    SOLVE gates METHOD cnexp
    g = gbar * m * m * m * h
    ina = g * (v - ena)
}

DERIVATIVE gates {
    rates(v)
    m' = (m_inf - m) / tau_m
    h' = (h_inf - h) / tau_h
}

PROCEDURE rates(v (mV)) {
    LOCAL a, b
    a = 0.4 (/ms/mV) * lin(v + 30 (mV), 7.2 (mV))
    b = 0.124 (/ms/mV) * lin(-v - 30 (mV), 7.2 (mV))
    m_inf = a / (a + b)
    tau_m = 0.5 / (a + b)
    if (tau_m < 0.02 (ms)) { tau_m = 0.02 (ms) }

    a = 0.03 (/ms/mV) * lin(v + 45 (mV), 1.5 (mV))
    b = 0.01 (/ms/mV) * lin(-v - 45 (mV), 1.5 (mV))
    tau_h = 0.5 / (a + b)
    if (tau_h < 0.5 (ms)) { tau_h = 0.5 (ms) }
    h_inf = 1 / (1 + exp((v + 50 (mV)) / 4 (mV)))
}

: x / (1 - exp(-x/q)), continued through x = 0
FUNCTION lin(x (mV), q (mV)) (mV) {
    if (fabs(x / q) < 1e-6) {
        lin = q + x / 2
    } else {
        lin = x / (1 - exp(-x / q))
    }
}
