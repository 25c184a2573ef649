#include "runtime/chains.h"

#include <algorithm>
#include <memory>
#include <optional>

#include "bindings/arguments.h"
#include "bindings/arrays.h"
#include "bindings/chain_arguments.h"
#include "bindings/gil.h"
#include "bindings/interruptible.h"
#include "bindings/register.h"
#include "runtime/cost.h"
#include "runtime/parallel.h"

namespace scorerbm {
namespace {

std::unique_ptr<PreparedRBM> prepare(const py::object& weights,
                                     const py::object& weights_transposed, int bits) {
    const Input<std::int32_t> W(weights, "weights", {any, any});
    const Input<std::int32_t> Wt(weights_transposed, "weights_transposed",
                                 {W.extent(1), W.extent(0)});
    const ReleasedGil released;
    return std::make_unique<PreparedRBM>(W.data(), Wt.data(), W.size(0), W.size(1), bits);
}

py::tuple gibbs_sweeps(PreparedRBM& rbm, const py::object& visible_bias,
                       const py::object& hidden_bias, double scale, const py::object& visible,
                       const py::object& chains, KeyWords key, std::uint32_t first_sweep,
                       std::size_t n_sweeps, const py::object& beta, bool mean,
                       const py::object& frozen, std::size_t n_threads) {
    const ChainArguments arguments(rbm, visible_bias, hidden_bias, scale, visible);
    const py::ssize_t C = arguments.rows(), N = arguments.N;
    const Input<std::uint32_t> chain_ids(chains, "chains", {C});
    const Input<double> betas(beta, "beta", {C});
    std::optional<Bias<std::uint8_t>> mask;
    if (!frozen.is_none()) mask.emplace(frozen, "frozen", C, N);
    if (n_sweeps == 0) throw py::value_error("n_sweeps: got 0, expected 1 or more");

    auto new_visible = new_array<std::uint8_t>({C, N});
    auto new_hidden = new_array<std::uint8_t>({C, arguments.M});
    std::optional<py::array_t<double>> means;
    if (mean) means = new_array<double>({C, N});
    GibbsTask task = {};
    task.chains = arguments.task(new_visible.mutable_data(), new_hidden.mutable_data());
    task.chains.chains = chain_ids.data();
    task.chains.key = to_key(key);
    task.chains.frozen = mask ? mask->data() : nullptr;
    task.chains.frozen_stride = mask ? mask->stride() : 0;
    task.beta = betas.data();
    task.mean = means ? means->mutable_data() : nullptr;
    task.first_sweep = first_sweep;
    task.n_sweeps = n_sweeps;
    std::copy_n(arguments.states(), arguments.size() * rbm.visible.outputs, task.chains.v);
    without_gil([&](Interrupt& interrupt) { gibbs(task, arguments.size(), n_threads, interrupt); });
    return py::make_tuple(new_visible, new_hidden, means ? py::object(*means) : py::none());
}

// Throws ValueError unless the replicas of each ladder have each slot once.
void check_slots(const std::uint16_t* slots, std::size_t n_ladders, std::size_t n_replicas) {
    for (std::size_t l = 0; l < n_ladders; ++l, slots += n_replicas) {
        std::vector<bool> taken(n_replicas);
        for (std::size_t r = 0; r < n_replicas; ++r) {
            if (slots[r] >= n_replicas || taken[slots[r]]) {
                throw py::value_error("slots: expected each number of a beta once a ladder");
            }
            taken[slots[r]] = true;
        }
    }
}

py::tuple temper_ladders(PreparedRBM& rbm, const py::object& visible_bias,
                         const py::object& hidden_bias, double scale, const py::object& visible,
                         const py::object& chains, const py::object& ladders, KeyWords key,
                         std::uint32_t first_sweep, std::size_t n_sweeps, std::size_t swap_every,
                         const py::object& betas, const py::object& slots, const py::object& offset,
                         std::size_t n_threads) {
    const ChainArguments arguments(rbm, visible_bias, hidden_bias, scale, visible);
    const py::ssize_t C = arguments.rows(), N = arguments.N;
    const Input<std::uint32_t> chain_ids(chains, "chains", {C});
    const Input<double> beta(betas, "betas", {any});
    const Input<std::uint32_t> ladder_ids(ladders, "ladders", {any});
    const py::ssize_t L = ladder_ids.extent(0), R = beta.extent(0);
    if (R < 1 || R > 65536) throw py::value_error("betas: expected from 1 to 65536 of them");
    if (L * R != C) throw py::value_error("visible: expected a row for each replica and ladder");
    const Input<std::uint16_t> old_slots(slots, "slots", {L, R});
    check_slots(old_slots.data(), ladder_ids.size(0), beta.size(0));
    std::optional<Input<double>> offsets;
    if (!offset.is_none()) offsets.emplace(offset, "offset", Shape{N});
    if (n_sweeps == 0) throw py::value_error("n_sweeps: got 0, expected 1 or more");
    if (swap_every == 0) throw py::value_error("swap_every: got 0, expected 1 or more");
    check_numbers(first_sweep, n_sweeps);

    const auto E = static_cast<py::ssize_t>(count_events(first_sweep, n_sweeps, swap_every));
    auto new_visible = new_array<std::uint8_t>({C, N});
    auto new_hidden = new_array<std::uint8_t>({C, arguments.M});
    auto new_slots = new_array<std::uint16_t>({L, R});
    auto trace = new_array<std::uint16_t>({E, L, R});
    auto energies = new_array<std::int64_t>({E, L, R});
    TemperTask task = {};
    task.chains = arguments.task(new_visible.mutable_data(), new_hidden.mutable_data());
    task.chains.chains = chain_ids.data();
    task.chains.key = to_key(key);
    task.chains.offset = offsets ? offsets->data() : nullptr;
    task.ladders = ladder_ids.data();
    task.n_ladders = ladder_ids.size(0);
    task.n_replicas = beta.size(0);
    task.betas = beta.data();
    task.slots = new_slots.mutable_data();
    task.first_sweep = first_sweep;
    task.n_sweeps = n_sweeps;
    task.swap_every = swap_every;
    task.trace = trace.mutable_data();
    task.energies = energies.mutable_data();
    std::copy_n(arguments.states(), arguments.size() * rbm.visible.outputs, task.chains.v);
    std::copy_n(old_slots.data(), task.n_ladders * task.n_replicas, task.slots);
    without_gil([&](Interrupt& interrupt) { temper(task, n_threads, interrupt); });
    return py::make_tuple(new_visible, new_hidden, new_slots, trace, energies);
}

py::array_t<std::int64_t> joint_energies(PreparedRBM& rbm, const py::object& visible_bias,
                                         const py::object& hidden_bias, const py::object& visible,
                                         const py::object& hidden, std::size_t n_threads) {
    const ChainArguments arguments(rbm, visible_bias, hidden_bias, 1.0, visible);
    const Input<std::uint8_t> h(hidden, "hidden", {arguments.rows(), arguments.M});
    auto out = new_array<std::int64_t>({arguments.rows()});
    // Neither is written to.
    const ChainsTask task = arguments.task(const_cast<std::uint8_t*>(arguments.states()),
                                           const_cast<std::uint8_t*>(h.data()));
    std::int64_t* pointer = out.mutable_data();
    {
        const ReleasedGil released;
        energies(task, arguments.size(), n_threads, pointer);
    }
    return out;
}

py::dict describe_plan(PreparedRBM& rbm, std::size_t n_chains, std::size_t n_sweeps,
                       std::size_t n_threads) {
    const double nanoseconds = static_cast<double>(n_sweeps) * sweep_nanoseconds(rbm);
    const std::size_t threads = worthwhile_threads(n_chains, n_threads, nanoseconds);
    const Plan plan = make_plan(rbm, share(n_chains, threads), 0, PlanOptions::from_environment());
    py::dict result;
    result["kernel"] = lookup_name(plan.lookup);
    result["chains_per_tile"] = plan.chains_per_tile;
    return result;
}

}  // namespace

void register_chains(py::module_& module) {
    using py::arg;
    py::class_<PreparedRBM>(module, "PreparedRBM")
        .def(py::init(&prepare), arg("weights"), arg("weights_transposed"), arg("bits"));
    module.def("gibbs", &gibbs_sweeps, arg("rbm"), arg("visible_bias"), arg("hidden_bias"),
               arg("scale"), arg("visible"), arg("chains"), arg("key"), arg("first_sweep"),
               arg("n_sweeps"), arg("beta"), arg("mean"), arg("frozen"), arg("n_threads"));
    module.def("temper", &temper_ladders, arg("rbm"), arg("visible_bias"), arg("hidden_bias"),
               arg("scale"), arg("visible"), arg("chains"), arg("ladders"), arg("key"),
               arg("first_sweep"), arg("n_sweeps"), arg("swap_every"), arg("betas"), arg("slots"),
               arg("offset"), arg("n_threads"));
    module.def("energy", &joint_energies, arg("rbm"), arg("visible_bias"), arg("hidden_bias"),
               arg("visible"), arg("hidden"), arg("n_threads"));
    module.def("plan", &describe_plan, arg("rbm"), arg("n_chains"), arg("n_sweeps"),
               arg("n_threads"));
}

}  // namespace scorerbm
