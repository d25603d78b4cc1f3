TITLE A mechanism that counts its steps in memory of its own

NEURON {
    SUFFIX hides
    RANGE calls
}

ASSIGNED {
    calls
}

BREAKPOINT {
VERBATIM
    static int count = 0;
    calls = ++count;
ENDVERBATIM
}
