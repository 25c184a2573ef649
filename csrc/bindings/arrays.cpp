#include "bindings/arrays.h"

#include <string>

namespace scorerbm {
namespace {

std::string describe(const Shape& shape) {
    std::string text = "(";
    for (std::size_t i = 0; i < shape.size(); ++i) {
        text += (i == 0 ? "" : ", ") + (shape[i] == any ? "any" : std::to_string(shape[i]));
    }
    return text + (shape.size() == 1 ? ",)" : ")");
}

bool matches(const py::array& array, const Shape& shape) {
    if (static_cast<std::size_t>(array.ndim()) != shape.size()) return false;
    for (std::size_t i = 0; i < shape.size(); ++i) {
        if (shape[i] != any && array.shape(static_cast<py::ssize_t>(i)) != shape[i]) return false;
    }
    return true;
}

}  // namespace

void check_array(const py::object& object, const char* name, const py::dtype& dtype,
                 const Shape& shape) {
    const std::string prefix = std::string(name) + ": ";
    if (!py::isinstance<py::array>(object)) {
        throw py::type_error(prefix + "expected a NumPy array");
    }
    const auto array = py::reinterpret_borrow<py::array>(object);
    if (!array.dtype().equal(dtype)) {
        throw py::type_error(prefix + "got dtype " + std::string(py::str(array.dtype())) +
                             ", expected " + std::string(py::str(dtype)));
    }
    if (!matches(array, shape)) {
        const Shape got(array.shape(), array.shape() + array.ndim());
        throw py::value_error(prefix + "got shape " + describe(got) + ", expected " +
                              describe(shape));
    }
    constexpr int needed = py::array::c_style | py::detail::npy_api::NPY_ARRAY_ALIGNED_;
    if ((array.flags() & needed) != needed) {
        throw py::value_error(prefix + "expected an aligned C-contiguous array");
    }
}

}  // namespace scorerbm
