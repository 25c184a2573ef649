// Checked access to NumPy arrays, under the GIL.
#pragma once

#include <pybind11/numpy.h>
#include <pybind11/pybind11.h>

#include <vector>

namespace scorerbm {

namespace py = pybind11;

constexpr py::ssize_t any = -1;
using Shape = std::vector<py::ssize_t>;

// Throws TypeError or ValueError, naming the argument, unless `object` is an aligned C-contiguous
// array of that type and shape; `any` leaves an extent open.
void check_array(const py::object& object, const char* name, const py::dtype& dtype,
                 const Shape& shape);

template <class Number>
class Input {
  public:
    Input(const py::object& object, const char* name, const Shape& shape) {
        check_array(object, name, py::dtype::of<Number>(), shape);
        array_ = py::reinterpret_borrow<py::array>(object);
    }

    const Number* data() const { return static_cast<const Number*>(array_.data()); }
    py::ssize_t extent(py::ssize_t axis) const { return array_.shape(axis); }
    std::size_t size(py::ssize_t axis) const { return static_cast<std::size_t>(extent(axis)); }

  private:
    py::array array_;
};

// A bias vector shared by all rows, (width,), or one per row, (rows, width).
template <class Number>
class Bias {
  public:
    Bias(const py::object& object, const char* name, py::ssize_t rows, py::ssize_t width)
        : per_row_(py::isinstance<py::array>(object) &&
                   py::reinterpret_borrow<py::array>(object).ndim() == 2),
          input_(object, name, per_row_ ? Shape{rows, width} : Shape{width}),
          width_(static_cast<std::size_t>(width)) {}

    const Number* data() const { return input_.data(); }
    std::size_t stride() const { return per_row_ ? width_ : 0; }

  private:
    bool per_row_;
    Input<Number> input_;
    std::size_t width_;
};

// Its pointer must be taken before the GIL is released.
template <class Number>
py::array_t<Number> new_array(const Shape& shape) {
    return py::array_t<Number>(shape);
}

}  // namespace scorerbm
