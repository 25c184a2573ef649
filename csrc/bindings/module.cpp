#include "bindings/register.h"

PYBIND11_MODULE(_core, module, pybind11::mod_gil_not_used()) {
    module.doc() = "Kernels of scorerbm, chosen once for the CPU at hand.";
    scorerbm::register_levels(module);
    scorerbm::register_chains(module);
    scorerbm::register_binary_units(module);
    scorerbm::register_graphs(module);
    scorerbm::register_paths(module);
    scorerbm::register_noise(module);
    scorerbm::register_real_numbers(module);
    scorerbm::register_real_units(module);
    scorerbm::register_training(module);
    scorerbm::register_dense(module);
    scorerbm::register_c_api(module);
}
