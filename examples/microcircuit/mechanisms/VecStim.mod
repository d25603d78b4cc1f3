TITLE Artificial cell that spikes at the times of a Vector

COMMENT
    play(times)   spike at these times (ms, ascending, not before the start)
    play()        forget the times
    position(x, y, z), is_art()   the interface of every cell of a MiV model

The Vector is referenced, not copied: a change takes effect at the next
initialisation.  A descending time is an error when it is reached.
The times do not transfer to CoreNEURON, which this mechanism refuses.
ENDCOMMENT

NEURON {
    THREADSAFE
    ARTIFICIAL_CELL VecStim
    RANGE xpos, ypos, zpos, gid
    BBCOREPOINTER train
}

UNITS {
    (um) = (micron)
}

PARAMETER {
    xpos = 0 (um)
    ypos = 0 (um)
    zpos = 0 (um)
    gid = 0 (1)
}

ASSIGNED {
    next_index (1)
    next_time (ms)
    train
}

INITIAL {
    next_index = 0
    fetch()
    if (next_time >= 0) { net_send(next_time - t, 1) }
}

NET_RECEIVE(weight (1)) {
    if (flag == 1) {
        net_event(t)
        fetch()
        if (next_time >= 0) { net_send(next_time - t, 1) }
    }
}

: Sets next_time and steps next_index; next_time is -1 after the last spike.
PROCEDURE fetch() {
VERBATIM
    {
        IvocVect* list = (IvocVect*)(_p_train);
        int k = (int)next_index;
        next_time = -1.;
        if (list && k < vector_capacity(list)) {
            next_time = vector_vec(list)[k];
            next_index = (double)(k + 1);
            if (next_time < t - 1e-9) {
                hoc_execerror("VecStim:", "times must ascend and not precede the start");
            }
            if (next_time < t) {
                next_time = t; /* an equal time; t carries the rounding of an interval */
            }
        }
    }
ENDVERBATIM
}

PROCEDURE play() {
VERBATIM
    {
        IvocVect* old = (IvocVect*)(_p_train);
        IvocVect* fresh = (IvocVect*)0;
        if (ifarg(1)) {
            fresh = vector_arg(1);
            hoc_obj_ref(*vector_pobj(fresh));
        }
        if (old) {
            hoc_obj_unref(*vector_pobj(old));
        }
        *(void**)(&(_p_train)) = (void*)fresh;
    }
ENDVERBATIM
}

FUNCTION is_art() (1) {
    is_art = 1
}

PROCEDURE position(x (um), y (um), z (um)) {
    xpos = x
    ypos = y
    zpos = z
}

DESTRUCTOR {
VERBATIM
    if (_p_train) {
        hoc_obj_unref(*vector_pobj((IvocVect*)(_p_train)));
    }
ENDVERBATIM
}

VERBATIM
static void bbcore_write(double* x, int* d, int* xx, int* offset, _threadargsproto_) {
    (void)x; (void)d; (void)xx; (void)offset;
    hoc_execerror("VecStim:", "cannot run in CoreNEURON");
}
static void bbcore_read(double* x, int* d, int* xx, int* offset, _threadargsproto_) {
    (void)x; (void)d; (void)xx; (void)offset;
}
ENDVERBATIM
