#include "runtime/real_numbers.h"

#include "bindings/arrays.h"
#include "bindings/gil.h"
#include "bindings/register.h"
#include "runtime/dispatch.h"

namespace scorerbm {
namespace {

using Kernel = void (*KernelTable::*)(const double*, double*, std::size_t);

template <Kernel kernel>
py::array_t<double> elementwise(const py::array& x) {
    const Shape shape(x.shape(), x.shape() + x.ndim());
    const Input<double> input(x, "x", shape);
    auto out = new_array<double>(shape);
    double* const result = out.mutable_data();
    const std::size_t size = static_cast<std::size_t>(x.size());
    {
        const ReleasedGil released;
        (kernels().*kernel)(input.data(), result, size);
    }
    return out;
}

py::array_t<double> affine(const py::object& x, const py::object& weights, const py::object& bias,
                           std::size_t n_threads) {
    const Input<double> from(x, "x", {any, any});
    const Input<double> W(weights, "weights", {from.extent(1), any});
    const Bias<double> b(bias, "bias", from.extent(0), W.extent(1));
    auto out = new_array<double>({from.extent(0), W.extent(1)});
    const LinearTask task{from.data(), W.data(),   W.size(0),         W.size(1),
                          b.data(),    b.stride(), out.mutable_data()};
    const std::size_t C = from.size(0);
    {
        const ReleasedGil released;
        linear(task, C, n_threads);
    }
    return out;
}

py::array_t<double> enumerate_all(const py::object& weights, const py::object& enumerated_bias,
                                  const py::object& summed_bias, std::size_t n_threads) {
    const Input<double> W(weights, "weights", {any, any});
    const Input<double> a(enumerated_bias, "enumerated_bias", {W.extent(0)});
    const Input<double> b(summed_bias, "summed_bias", {W.extent(1)});
    constexpr py::ssize_t most_units = 40;  // 8 TiB of results
    if (W.extent(0) > most_units) {
        throw py::value_error("weights: more than 40 units cannot be enumerated");
    }
    auto out = new_array<double>({py::ssize_t{1} << W.extent(0)});
    const EnumerateTask task{W.data(),  a.data(),  b.data(),
                             W.size(0), W.size(1), out.mutable_data()};
    {
        const ReleasedGil released;
        enumerate_states(task, n_threads);
    }
    return out;
}

}  // namespace

void register_real_numbers(py::module_& module) {
    using py::arg;
    module.def("sigmoid", &elementwise<&KernelTable::sigmoid>, arg("x"));
    module.def("softplus", &elementwise<&KernelTable::softplus>, arg("x"));
    module.def("linear", &affine, arg("x"), arg("weights"), arg("bias"), arg("n_threads"));
    module.def("enumerate_states", &enumerate_all, arg("weights"), arg("enumerated_bias"),
               arg("summed_bias"), arg("n_threads"));
}

}  // namespace scorerbm
