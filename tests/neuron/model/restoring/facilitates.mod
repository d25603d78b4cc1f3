TITLE A synapse that facilitates, saturates for a while, and counts its events

COMMENT
Each connection keeps the release r and the time of its last event; after an
event the synapse is closed to further ones until an event of its own.
ENDCOMMENT

NEURON {
    POINT_PROCESS Facilitates
    RANGE tau, e, i, g, closed_for, closed, events
    NONSPECIFIC_CURRENT i
}

PARAMETER {
    tau = 4 (ms)
    e = 0 (mV)
    closed_for = 3.3 (ms)
}

ASSIGNED {
    v (mV)
    i (nA)
    closed
    events
}

STATE {
    g (uS)
}

INITIAL {
    g = 0
    closed = 0
    events = 0
}

BREAKPOINT {
    SOLVE decay METHOD cnexp
    i = g * (v - e)
}

DERIVATIVE decay {
    g' = -g / tau
}

NET_RECEIVE (weight, g_unit (uS), r, last (ms)) {
    INITIAL {
        r = 1
        last = -1000
    }
    if (flag == 1) {
        closed = 0
    } else {
        events = events + 1
        r = 1 + (r - 1) * exp(-(t - last) / 50) + 0.3
        last = t
        if (closed == 0) {
            g = g + weight * g_unit * r
            closed = 1
            net_send(closed_for, 1)
        }
    }
}
