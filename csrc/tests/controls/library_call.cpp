// What the check of kernel objects must refuse: a function whose last digit varies.
extern "C" double exp(double);

extern "C" double control_library_call(double x) {
    return exp(x);
}
