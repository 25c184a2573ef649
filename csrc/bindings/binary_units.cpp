#include "runtime/binary_units.h"

#include <algorithm>

#include "bindings/arguments.h"
#include "bindings/arrays.h"
#include "bindings/gil.h"
#include "bindings/register.h"

namespace scorerbm {
namespace {

py::array_t<double> conditional_probability(const py::object& states, const py::object& weights,
                                            const py::object& bias, double scale,
                                            std::size_t n_threads) {
    const Input<std::uint8_t> x(states, "states", {any, any});
    const Input<std::int32_t> W(weights, "weights", {x.extent(1), any});
    const Bias<std::int32_t> b(bias, "bias", x.extent(0), W.extent(1));
    check_scale(scale);
    auto out = new_array<double>({x.extent(0), W.extent(1)});
    const ConditionalTask task{{W.data(), W.size(0), W.size(1), b.data(), b.stride()},
                               scale,
                               x.data(),
                               out.mutable_data()};
    const std::size_t C = x.size(0);
    {
        const ReleasedGil released;
        conditional(task, C, n_threads);
    }
    return out;
}

py::array_t<std::uint8_t> draw_bernoulli(const py::object& probability, const py::object& chains,
                                         KeyWords key, std::uint32_t step, std::uint32_t domain) {
    const Input<double> p(probability, "probability", {any, any});
    const Input<std::uint32_t> chain_ids(chains, "chains", {p.extent(0)});
    auto out = new_array<std::uint8_t>({p.extent(0), p.extent(1)});
    const BernoulliTask task{
        p.data(), p.size(1), {chain_ids.data(), to_key(key), step, domain}, out.mutable_data()};
    const std::size_t C = p.size(0);
    {
        const ReleasedGil released;
        bernoulli(task, C);
    }
    return out;
}

}  // namespace

void register_binary_units(py::module_& module) {
    using py::arg;
    module.def("conditional", &conditional_probability, arg("states"), arg("weights"), arg("bias"),
               arg("scale"), arg("n_threads"));
    module.def("bernoulli", &draw_bernoulli, arg("probability"), arg("chains"), arg("key"),
               arg("step"), arg("domain"));
}

}  // namespace scorerbm
