// The capsule by which other extension modules find the table of functions.
#include "bindings/register.h"
#include "capi/table.h"

namespace scorerbm {

void register_c_api(pybind11::module_& module) {
    // Capsules hold pointers to what may be changed; this table may not, and nobody does.
    void* table = const_cast<scorerbm_api*>(&c_api);
    PyObject* capsule = PyCapsule_New(table, SCORERBM_CAPSULE_NAME, nullptr);
    if (capsule == nullptr) throw pybind11::error_already_set();
    module.attr("_C_API") = pybind11::reinterpret_steal<pybind11::capsule>(capsule);
}

}  // namespace scorerbm
