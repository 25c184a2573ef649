#include <array>
#include <optional>

#include "bindings/arguments.h"
#include "bindings/arrays.h"
#include "bindings/gil.h"
#include "bindings/register.h"
#include "runtime/dispatch.h"
#include "runtime/real_numbers.h"

namespace scorerbm {
namespace {

template <class Number, class Task>
py::array_t<Number> draw(void (*KernelTable::*kernel)(const Task&, std::size_t, std::size_t),
                         const py::object& chains, py::ssize_t width, KeyWords key,
                         std::uint32_t step, std::uint32_t domain) {
    const Input<std::uint32_t> chain_ids(chains, "chains", {any});
    if (width < 0) throw py::value_error("width: got a negative number");
    const std::size_t C = chain_ids.size(0);
    auto out = new_array<Number>({chain_ids.extent(0), width});
    const Task task{static_cast<std::size_t>(width),
                    {chain_ids.data(), to_key(key), step, domain},
                    out.mutable_data()};
    {
        const ReleasedGil released;
        (kernels().*kernel)(task, 0, C);
    }
    return out;
}

py::array_t<float> one_stage(const py::object& v, const py::object& mean, const py::object& start,
                             const std::array<float, 4>& numbers, const py::object& chains,
                             KeyWords key, std::uint32_t step, std::size_t n_threads) {
    const Input<float> from(v, "v", {any, any});
    const py::ssize_t C = from.extent(0), N = from.extent(1);
    const Input<float> towards(mean, "mean", {C, N});
    std::optional<Input<float>> before;
    if (!start.is_none()) before.emplace(start, "start", Shape{C, N});
    const Input<std::uint32_t> chain_ids(chains, "chains", {C});
    auto out = new_array<float>({C, N});
    StageTask task = {};
    task.width = from.size(1);
    task.noise = {chain_ids.data(), to_key(key), step, normal_domain};
    task.v = from.data();
    task.mean = towards.data();
    task.start = before ? before->data() : nullptr;
    task.numbers = {numbers[0], numbers[1], numbers[2], numbers[3]};
    task.out = out.mutable_data();
    const std::size_t n_chains = from.size(0);
    {
        const ReleasedGil released;
        stage(task, n_chains, n_threads);
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
    add("uniform", [](const py::object& chains, py::ssize_t width, KeyWords key, std::uint32_t step,
                      std::uint32_t domain) {
        return draw<double>(&KernelTable::uniform, chains, width, key, step, domain);
    });
    add("normal", [](const py::object& chains, py::ssize_t width, KeyWords key, std::uint32_t step,
                     std::uint32_t domain) {
        return draw<float>(&KernelTable::normal, chains, width, key, step, domain);
    });
    add("logistic", [](const py::object& chains, py::ssize_t width, KeyWords key,
                       std::uint32_t step, std::uint32_t domain) {
        return draw<float>(&KernelTable::logistic, chains, width, key, step, domain);
    });
    module.def("stage", &one_stage, arg("v"), arg("mean"), arg("start"), arg("numbers"),
               arg("chains"), arg("key"), arg("step"), arg("n_threads"));
}

}  // namespace scorerbm
