TITLE A mechanism that hands out what it keeps in memory of its own

COMMENT
The memory is behind a pointer; bbsavestate puts its one number into a
checkpoint and takes it back.
ENDCOMMENT

NEURON {
    SUFFIX keeps
    POINTER memory
    RANGE calls
}

ASSIGNED {
    memory
    calls
}

INITIAL {
VERBATIM
    if (!_p_memory) {
        _p_memory = (double*)calloc(1, sizeof(double));
    }
    *_p_memory = 0;
ENDVERBATIM
    calls = 0
}

BREAKPOINT {
    count()
}

PROCEDURE count() {
VERBATIM
    *_p_memory += 1;
    calls = *_p_memory;
ENDVERBATIM
}

FUNCTION bbsavestate() {
    bbsavestate = 0
VERBATIM
    double* direction = hoc_pgetarg(1);
    if (*direction == -1) {
        *direction = 1;
    } else {
        double* value = hoc_pgetarg(2);
        if (*direction == 0) {
            value[0] = *_p_memory;
        } else {
            *_p_memory = value[0];
        }
    }
ENDVERBATIM
}
