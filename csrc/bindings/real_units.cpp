// Markov chains of real visible and binary hidden units.
#include "runtime/real_units.h"

#include <memory>
#include <optional>

#include "bindings/arguments.h"
#include "bindings/interruptible.h"
#include "bindings/register.h"

namespace scorerbm {
namespace {

std::unique_ptr<PreparedReal> prepare(const py::object& coupling, const py::object& integers) {
    const Input<float> U(coupling, "coupling", {any, any});
    const Input<std::int32_t> grid(integers, "integers", {U.extent(1), U.extent(0)});
    const ReleasedGil released;
    return std::make_unique<PreparedReal>(U.data(), grid.data(), U.size(0), U.size(1));
}

// The fields of RealMove in Python, each (N,) or (C, N).
class MoveArguments {
  public:
    MoveArguments(const py::sequence& move, py::ssize_t rows, py::ssize_t width)
        : gain_(item(move, 0), "gain", rows, width),
          bias_(item(move, 1), "bias", rows, width),
          spread_(item(move, 2), "spread", rows, width) {
        if (!item(move, 3).is_none()) memory_.emplace(item(move, 3), "memory", rows, width);
    }

    void write(RealChainsTask& task) const {
        task.gain = {gain_.data(), gain_.stride()};
        task.bias = {bias_.data(), bias_.stride()};
        task.spread = {spread_.data(), spread_.stride()};
        if (memory_) task.memory = {memory_->data(), memory_->stride()};
    }

  private:
    static py::object item(const py::sequence& of, std::size_t i) {
        if (of.size() != 4) throw py::value_error("move: expected its four arrays");
        return of[i];
    }

    Bias<float> gain_, bias_, spread_;
    std::optional<Bias<float>> memory_;
};

py::tuple sweeps(const PreparedReal& weights, const py::object& hidden_bias,
                 const py::sequence& move, const py::object& visible, const py::object& chains,
                 KeyWords key, std::uint32_t first_sweep, std::size_t n_sweeps,
                 const py::object& beta, bool mean, const py::object& frozen,
                 std::size_t n_threads) {
    const auto N = static_cast<py::ssize_t>(weights.visible.outputs);
    const auto M = static_cast<py::ssize_t>(weights.visible.inputs);
    const Input<double> v(visible, "visible", {any, N});
    const py::ssize_t C = v.extent(0);
    const Input<float> c(hidden_bias, "hidden_bias", {M});
    const MoveArguments of_move(move, C, N);
    const Input<std::uint32_t> chain_ids(chains, "chains", {C});
    const Input<double> betas(beta, "beta", {C});
    std::optional<Bias<std::uint8_t>> mask;
    if (!frozen.is_none()) mask.emplace(frozen, "frozen", C, N);
    if (n_sweeps == 0) throw py::value_error("n_sweeps: got 0, expected 1 or more");

    auto new_visible = new_array<double>({C, N});
    auto new_hidden = new_array<std::uint8_t>({C, M});
    std::optional<py::array_t<double>> means;
    if (mean) means = new_array<double>({C, N});
    RealChainsTask task = {};
    task.weights = &weights;
    task.options = PlanOptions::from_environment();
    task.hidden_bias = c.data();
    of_move.write(task);
    task.beta = betas.data();
    task.frozen = mask ? mask->data() : nullptr;
    task.frozen_stride = mask ? mask->stride() : 0;
    task.chains = chain_ids.data();
    task.key = to_key(key);
    task.start = v.data();
    task.v = new_visible.mutable_data();
    task.h = new_hidden.mutable_data();
    task.mean = means ? means->mutable_data() : nullptr;
    task.first_sweep = first_sweep;
    task.n_sweeps = n_sweeps;
    without_gil([&](Interrupt& interrupt) { real_gibbs(task, v.size(0), n_threads, interrupt); });
    return py::make_tuple(new_visible, new_hidden, means ? py::object(*means) : py::none());
}

}  // namespace

void register_real_units(py::module_& module) {
    using py::arg;
    py::class_<PreparedReal>(module, "PreparedReal")
        .def(py::init(&prepare), arg("coupling"), arg("integers"));
    module.def("real_gibbs", &sweeps, arg("weights"), arg("hidden_bias"), arg("move"),
               arg("visible"), arg("chains"), arg("key"), arg("first_sweep"), arg("n_sweeps"),
               arg("beta"), arg("mean"), arg("frozen"), arg("n_threads"));
}

}  // namespace scorerbm
