TITLE Spikes at the times of a Vector

NEURON {
    ARTIFICIAL_CELL VecStim
    POINTER list
    RANGE xpos, ypos, zpos
}

PARAMETER {
    xpos = 0
    ypos = 0
    zpos = 0
}

ASSIGNED {
    list
    next
    event (ms)
}

INITIAL {
    next = 0
    advance()
    if (next > 0) {
        net_send(event - t, 1)
    }
}

NET_RECEIVE (w) {
    if (flag == 1) {
        net_event(t)
        advance()
        if (next > 0) {
            net_send(event - t, 1)
        }
    }
}

FUNCTION is_art() {
    is_art = 1
}

PROCEDURE position(x, y, z) {
    xpos = x
    ypos = y
    zpos = z
}

PROCEDURE advance() {
VERBATIM
    void* times = (void*)_p_list;
    int k = (int)next;
    next = -1;
    if (times && k >= 0 && k < vector_capacity(times)) {
        event = vector_vec(times)[k];
        next = k + 1;
    }
ENDVERBATIM
}

PROCEDURE play() {
VERBATIM
    void** slot = (void**)&_p_list;
    if (*slot) {
        hoc_obj_unref(*vector_pobj(*slot));
    }
    *slot = 0;
    if (ifarg(1)) {
        *slot = vector_arg(1);
        hoc_obj_ref(*vector_pobj(*slot));
    }
ENDVERBATIM
}
