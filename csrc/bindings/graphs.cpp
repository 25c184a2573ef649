#include <algorithm>

#include "bindings/arguments.h"
#include "bindings/arrays.h"
#include "bindings/gil.h"
#include "bindings/interruptible.h"
#include "bindings/register.h"
#include "runtime/graph.h"

namespace scorerbm {
namespace {

// Throws ValueError unless all numbers are from 0 to `units` - 1.
void check_units(const Input<std::int32_t>& numbers, const char* name, std::size_t units) {
    for (std::size_t i = 0; i < numbers.size(0); ++i) {
        const std::int32_t unit = numbers.data()[i];
        if (unit < 0 || static_cast<std::size_t>(unit) >= units) {
            throw py::value_error(std::string(name) + ": got " + std::to_string(unit) +
                                  ", expected the number of one of " + std::to_string(units) +
                                  " units");
        }
    }
}

// A graph whose arrays may be read without leaving them.
class GraphArguments {
  public:
    GraphArguments(const py::object& starts, const py::object& neighbours,
                   const py::object& weights, const py::object& bias, const py::object& order)
        : bias_(bias, "bias", {any}),
          starts_(starts, "starts", {bias_.extent(0) + 1}),
          neighbours_(neighbours, "neighbours", {any}),
          weights_(weights, "weights", {neighbours_.extent(0)}),
          order_(order, "order", {bias_.extent(0)}) {
        const std::int32_t *first = starts_.data(), *last = first + units();
        if (*first != 0 || *last != neighbours_.extent(0) || !std::is_sorted(first, last + 1)) {
            throw py::value_error(
                "starts: expected ascending numbers from 0 to the number of neighbours");
        }
        check_units(neighbours_, "neighbours", units());
        check_units(order_, "order", units());
    }

    std::size_t units() const { return bias_.size(0); }
    Graph graph() const {
        return {units(),         starts_.data(), neighbours_.data(),
                weights_.data(), bias_.data(),   order_.data()};
    }

  private:
    Input<std::int32_t> bias_, starts_, neighbours_, weights_, order_;
};

py::array_t<std::uint8_t> sweep_states(const py::object& starts, const py::object& neighbours,
                                       const py::object& weights, const py::object& bias,
                                       const py::object& order, double scale,
                                       const py::object& states, const py::object& chains,
                                       KeyWords key, std::uint32_t first_sweep,
                                       const py::object& beta, std::size_t n_threads) {
    const GraphArguments arguments(starts, neighbours, weights, bias, order);
    const auto n = static_cast<py::ssize_t>(arguments.units());
    check_scale(scale);
    const Input<std::uint8_t> old(states, "states", {any, n});
    const py::ssize_t C = old.extent(0);
    const Input<std::uint32_t> chain_ids(chains, "chains", {C});
    const Input<double> betas(beta, "beta", {any, any});
    if (betas.extent(0) == 0 || (betas.extent(1) != 1 && betas.extent(1) != C)) {
        throw py::value_error("beta: expected a row for each sweep, of one number or one a chain");
    }
    auto out = new_array<std::uint8_t>({C, n});
    GraphChainsTask task = {};
    task.graph = arguments.graph();
    task.scale = scale;
    task.states = out.mutable_data();
    task.chains = chain_ids.data();
    task.key = to_key(key);
    task.first_sweep = first_sweep;
    task.n_sweeps = betas.size(0);
    task.beta = betas.data();
    task.beta_of_each_chain = betas.extent(1) != 1;
    std::copy_n(old.data(), old.size(0) * arguments.units(), task.states);
    without_gil(
        [&](Interrupt& interrupt) { sweep_graph(task, old.size(0), n_threads, interrupt); });
    return out;
}

py::array_t<std::int64_t> energies_of_states(const py::object& starts, const py::object& neighbours,
                                             const py::object& weights, const py::object& bias,
                                             const py::object& order, const py::object& states,
                                             std::size_t n_threads) {
    const GraphArguments arguments(starts, neighbours, weights, bias, order);
    const Input<std::uint8_t> x(states, "states",
                                {any, static_cast<py::ssize_t>(arguments.units())});
    auto out = new_array<std::int64_t>({x.extent(0)});
    std::int64_t* pointer = out.mutable_data();
    {
        const ReleasedGil released;
        graph_energies(arguments.graph(), x.data(), x.size(0), n_threads, pointer);
    }
    return out;
}

}  // namespace

void register_graphs(py::module_& module) {
    using py::arg;
    module.def("sweep_graph", &sweep_states, arg("starts"), arg("neighbours"), arg("weights"),
               arg("bias"), arg("order"), arg("scale"), arg("states"), arg("chains"), arg("key"),
               arg("first_sweep"), arg("beta"), arg("n_threads"));
    module.def("graph_energy", &energies_of_states, arg("starts"), arg("neighbours"),
               arg("weights"), arg("bias"), arg("order"), arg("states"), arg("n_threads"));
}

}  // namespace scorerbm
