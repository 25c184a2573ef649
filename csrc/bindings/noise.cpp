#include <array>

#include "bindings/arguments.h"
#include "bindings/arrays.h"
#include "bindings/gil.h"
#include "bindings/register.h"
#include "runtime/dispatch.h"
#include "runtime/real_numbers.h"

namespace scorerbm {
namespace {

using Kernel = void (*KernelTable::*)(const NoiseTask&, std::size_t, std::size_t);

template <Kernel kernel>
py::array_t<double> draw(const py::object& chains, py::ssize_t width, KeyWords key,
                         std::uint32_t step, std::uint32_t domain) {
    const Input<std::uint32_t> chain_ids(chains, "chains", {any});
    if (width < 0) throw py::value_error("width: got a negative number");
    const std::size_t C = chain_ids.size(0);
    auto out = new_array<double>({chain_ids.extent(0), width});
    const NoiseTask task{static_cast<std::size_t>(width),
                         {chain_ids.data(), to_key(key), step, domain},
                         out.mutable_data()};
    {
        const ReleasedGil released;
        (kernels().*kernel)(task, 0, C);
    }
    return out;
}

py::array_t<double> euler_maruyama_step(const py::object& v, const py::object& mean,
                                        const std::array<double, 3>& coefficients,
                                        const py::object& chains, KeyWords key, std::uint32_t step,
                                        std::uint32_t domain, std::size_t n_threads) {
    const Input<double> from(v, "v", {any, any});
    const py::ssize_t C = from.extent(0), N = from.extent(1);
    const Input<double> towards(mean, "mean", {C, N});
    const Input<std::uint32_t> chain_ids(chains, "chains", {C});
    auto out = new_array<double>({C, N});
    const NoiseTask noise{
        from.size(1), {chain_ids.data(), to_key(key), step, domain}, out.mutable_data()};
    const EulerMaruyamaTask task{noise,           from.data(),     towards.data(),
                                 coefficients[0], coefficients[1], coefficients[2]};
    const std::size_t n_chains = from.size(0);
    {
        const ReleasedGil released;
        euler_maruyama(task, n_chains, n_threads);
    }
    return out;
}

}  // namespace

void register_noise(py::module_& module) {
    using py::arg;
    const auto add = [&](const char* name, auto function) {
        module.def(name, function, arg("chains"), arg("width"), arg("key"), arg("step"),
                   arg("domain"));
    };
    add("uniform", &draw<&KernelTable::uniform>);
    add("normal", &draw<&KernelTable::normal>);
    add("logistic", &draw<&KernelTable::logistic>);
    module.def("euler_maruyama", &euler_maruyama_step, arg("v"), arg("mean"), arg("coefficients"),
               arg("chains"), arg("key"), arg("step"), arg("domain"), arg("n_threads"));
}

}  // namespace scorerbm
