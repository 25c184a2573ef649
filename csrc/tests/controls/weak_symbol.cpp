// What the check of kernel objects must refuse: an inline function with a shared copy.
inline double shared(double x) {
    return x + 1.0;
}

extern "C" void* control_weak_symbol() {
    return reinterpret_cast<void*>(&shared);
}
