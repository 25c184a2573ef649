// One function per concept adds its operations to the module.
#pragma once

#include <pybind11/pybind11.h>

namespace scorerbm {

void register_levels(pybind11::module_& module);
void register_chains(pybind11::module_& module);
void register_binary_units(pybind11::module_& module);
void register_graphs(pybind11::module_& module);
void register_paths(pybind11::module_& module);
void register_noise(pybind11::module_& module);
void register_real_numbers(pybind11::module_& module);
void register_real_units(pybind11::module_& module);
void register_training(pybind11::module_& module);
void register_dense(pybind11::module_& module);
void register_c_api(pybind11::module_& module);

}  // namespace scorerbm
