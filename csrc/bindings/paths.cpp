#include <algorithm>
#include <optional>

#include "bindings/chain_arguments.h"
#include "bindings/interruptible.h"
#include "bindings/register.h"
#include "bindings/stage_arguments.h"
#include "runtime/path.h"

namespace scorerbm {
namespace {

py::tuple integrate(PreparedRBM& rbm, const py::object& visible_bias, const py::object& hidden_bias,
                    double scale, float channel_limit, const py::object& channel_shift,
                    const py::object& state, const py::object& visible, const py::object& chains,
                    KeyWords key, KeyWords noise_key, const py::sequence& stages,
                    std::uint32_t first_sweep, std::size_t n_sweeps, std::uint32_t first_stage,
                    std::size_t n_threads) {
    const ChainArguments arguments(rbm, visible_bias, hidden_bias, scale, visible);
    const py::ssize_t C = arguments.rows(), N = arguments.N;
    const Input<float> x(state, "state", {C, N});
    std::optional<Input<float>> shift;
    if (!channel_shift.is_none()) shift.emplace(channel_shift, "channel_shift", Shape{N});
    const Input<std::uint32_t> chain_ids(chains, "chains", {C});
    const StageArguments of_stages(stages);
    if (n_sweeps == 0) throw py::value_error("n_sweeps: got 0, expected 1 or more");
    auto new_state = new_array<float>({C, N});
    auto new_visible = new_array<std::uint8_t>({C, N});
    auto new_hidden = new_array<std::uint8_t>({C, arguments.M});
    PathTask task = {};
    task.chains = arguments.task(new_visible.mutable_data(), new_hidden.mutable_data());
    task.chains.chains = chain_ids.data();
    task.chains.key = to_key(key);
    task.state = new_state.mutable_data();
    task.limit = channel_limit;
    task.shift = shift ? shift->data() : nullptr;
    task.stages = of_stages.stages();
    task.noise_key = to_key(noise_key);
    task.first_sweep = first_sweep;
    task.first_stage = first_stage;
    task.n_sweeps = n_sweeps;
    const std::size_t size = arguments.size() * rbm.visible.outputs;
    std::copy_n(arguments.states(), size, task.chains.v);
    std::copy_n(x.data(), size, task.state);
    without_gil([&](Interrupt& interrupt) {
        posterior_path(task, arguments.size(), n_threads, interrupt);
    });
    return py::make_tuple(new_state, new_visible, new_hidden);
}

}  // namespace

void register_paths(py::module_& module) {
    using py::arg;
    module.def("posterior_path", &integrate, arg("rbm"), arg("visible_bias"), arg("hidden_bias"),
               arg("scale"), arg("channel_limit"), arg("channel_shift"), arg("state"),
               arg("visible"), arg("chains"), arg("key"), arg("noise_key"), arg("stages"),
               arg("first_sweep"), arg("n_sweeps"), arg("first_stage"), arg("n_threads"));
}

}  // namespace scorerbm
