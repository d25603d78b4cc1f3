TITLE Muscarine-sensitive potassium current

COMMENT
Slow non-inactivating potassium current of Yamada, Koch & Adams in Koch & Segev
(eds), Methods in Neuronal Modeling, MIT Press 1989, in the form of Pospischil
et al., Biol Cybern 99:427-441, 2008.  Used in pyramidal and OLM cells.

    i = gbar p (v - ek),  p_inf = 1 / (1 + exp(-(v + 35)/10))
    tau_p = tau_max / (3.3 exp((v + 35)/20) + exp(-(v + 35)/20))
ENDCOMMENT

NEURON {
    THREADSAFE
    SUFFIX KM
    USEION k READ ek WRITE ik
    RANGE gbar, g, tau_max
}

UNITS {
    (mA) = (milliamp)
    (mV) = (millivolt)
    (S) = (siemens)
}

PARAMETER {
    gbar = 0.001 (S/cm2)
    tau_max = 600 (ms)
}

ASSIGNED {
    v (mV)
    ek (mV)
    ik (mA/cm2)
    g (S/cm2)
    p_inf (1)
    tau_p (ms)
}

STATE { p }

INITIAL {
    rates(v)
    p = p_inf
}

BREAKPOINT {
    SOLVE gates METHOD cnexp
    g = gbar * p
    ik = g * (v - ek)
}

DERIVATIVE gates {
    rates(v)
    p' = (p_inf - p) / tau_p
}

PROCEDURE rates(v (mV)) {
    LOCAL u
    u = (v + 35 (mV)) / 20 (mV)
    p_inf = 1 / (1 + exp(-2 * u))
    tau_p = tau_max / (3.3 * exp(u) + exp(-u))
}
