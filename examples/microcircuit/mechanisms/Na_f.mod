TITLE Fast sodium current of interneurons

COMMENT
Wang & Buzsaki, J Neurosci 16:6402-6413, 1996, with their rate factor phi = 5.
Activation is instantaneous.  It is evaluated where the gates are advanced, once
per time step, and not within the current: the slope conductance of an
instantaneous gate is negative and large, and an implicit step that contains it
is unstable.

    i = gbar m_inf^3 h (v - ena)
    m: a = 0.1 lin(v + 35, 10), b = 4 exp(-(v + 60)/18)
    h: a = 0.07 exp(-(v + 58)/20), b = 1 / (1 + exp(-(v + 28)/10))
ENDCOMMENT

NEURON {
    THREADSAFE
    SUFFIX Na_f
    USEION na READ ena WRITE ina
    RANGE gbar, g, phi
}

UNITS {
    (mA) = (milliamp)
    (mV) = (millivolt)
    (S) = (siemens)
}

PARAMETER {
    gbar = 0.15 (S/cm2)
    phi = 5 (1)
}

ASSIGNED {
    v (mV)
    ena (mV)
    ina (mA/cm2)
    g (S/cm2)
    m_inf (1)
    h_inf (1)
    tau_h (ms)
}

STATE { h }

INITIAL {
    rates(v)
    h = h_inf
}

BREAKPOINT {
    SOLVE gates METHOD cnexp
    g = gbar * m_inf * m_inf * m_inf * h
    ina = g * (v - ena)
}

DERIVATIVE gates {
    rates(v)
    h' = (h_inf - h) / tau_h
}

PROCEDURE rates(v (mV)) {
    LOCAL a, b
    a = 0.1 (/ms/mV) * lin(v + 35 (mV), 10 (mV))
    b = 4 (/ms) * exp(-(v + 60 (mV)) / 18 (mV))
    m_inf = a / (a + b)

    a = 0.07 (/ms) * exp(-(v + 58 (mV)) / 20 (mV))
    b = 1 (/ms) / (1 + exp(-(v + 28 (mV)) / 10 (mV)))
    h_inf = a / (a + b)
    tau_h = 1 / (phi * (a + b))
}

: x / (1 - exp(-x/q)), continued through x = 0
FUNCTION lin(x (mV), q (mV)) (mV) {
    if (fabs(x / q) < 1e-6) {
        lin = q + x / 2
    } else {
        lin = x / (1 - exp(-x / q))
    }
}
