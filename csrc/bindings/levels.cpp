#include <pybind11/stl.h>

#include "bindings/register.h"
#include "runtime/dispatch.h"
#include "runtime/parallel.h"

namespace scorerbm {
namespace {

std::vector<std::string> names(bool supported_only) {
    std::vector<std::string> result;
    for (const Level& level : compiled_levels()) {
        if (level.supported || !supported_only) result.push_back(level.name);
    }
    return result;
}

}  // namespace

void register_levels(pybind11::module_& module) {
    // Without a level to run, the module must not import: another backend can then take its place.
    if (names(true).empty()) {
        throw pybind11::import_error("scorerbm._core: this CPU supports none of its levels");
    }
    module.def("compiled_levels", [] { return names(false); });
    module.def("supported_levels", [] { return names(true); });
    module.def("cpu_level", [] { return level_in_use().name; });
    module.def("hardware_threads", &hardware_threads);
}

}  // namespace scorerbm
