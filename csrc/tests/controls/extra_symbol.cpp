// What the check of kernel objects must refuse: a second exported symbol.
extern "C" double another(double x) {
    return x;
}

extern "C" double control_extra_symbol(double x) {
    return x;
}
