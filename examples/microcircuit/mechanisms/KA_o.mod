TITLE A-type potassium current of the OLM interneuron

COMMENT
Saraga, Wu, Zhang & Skinner, J Physiol 552:673-689, 2003, in the form also used
by Tort et al., PNAS 104:13490-13495, 2007.

    i = gbar a b (v - ek)
    a_inf = 1 / (1 + exp(-(v + 14)/16.6)),  tau_a = 5
    b_inf = 1 / (1 + exp((v + 71)/7.3))
    tau_b = 1 / (9e-6 exp(-(v - 26)/18.5) + 0.014 / (0.2 + exp(-(v + 70)/11)))
ENDCOMMENT

NEURON {
    THREADSAFE
    SUFFIX KA_o
    USEION k READ ek WRITE ik
    RANGE gbar, g, tau_a
}

UNITS {
    (mA) = (milliamp)
    (mV) = (millivolt)
    (S) = (siemens)
}

PARAMETER {
    gbar = 0.006 (S/cm2)
    tau_a = 5 (ms)
}

ASSIGNED {
    v (mV)
    ek (mV)
    ik (mA/cm2)
    g (S/cm2)
    a_inf (1)
    b_inf (1)
    tau_b (ms)
}

STATE { a b }

INITIAL {
    rates(v)
    a = a_inf
    b = b_inf
}

BREAKPOINT {
    SOLVE gates METHOD cnexp
    g = gbar * a * b
    ik = g * (v - ek)
}

DERIVATIVE gates {
    rates(v)
    a' = (a_inf - a) / tau_a
    b' = (b_inf - b) / tau_b
}

PROCEDURE rates(v (mV)) {
    LOCAL opening, closing
    a_inf = 1 / (1 + exp(-(v + 14 (mV)) / 16.6 (mV)))
    b_inf = 1 / (1 + exp((v + 71 (mV)) / 7.3 (mV)))
    opening = 9e-6 (/ms) * exp(-(v - 26 (mV)) / 18.5 (mV))
    closing = 0.014 (/ms) / (0.2 + exp(-(v + 70 (mV)) / 11 (mV)))
    tau_b = 1 / (opening + closing)
}
