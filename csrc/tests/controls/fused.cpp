// What the check of kernel objects must refuse: a product and a sum rounded once.
extern "C" double control_fused(double x, double y, double z) {
    return x * y + z;
}
