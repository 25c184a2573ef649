// Operations made of matrix products in single precision.
#include <algorithm>
#include <optional>
#include <type_traits>

#include "bindings/arguments.h"
#include "bindings/interruptible.h"
#include "bindings/register.h"
#include "bindings/stage_arguments.h"
#include "runtime/dense_gradient.h"
#include "runtime/dense_path.h"
#include "runtime/dispatch.h"

namespace scorerbm {
namespace {

// A matrix of float32 in any layout of positive strides.
MatrixView matrix(const py::object& object, const char* name) {
    const auto fail = [&](const char* expected) {
        throw py::type_error(std::string(name) + ": expected " + expected);
    };
    if (!py::isinstance<py::array_t<float>>(object)) fail("an array of float32");
    const auto array = py::reinterpret_borrow<py::array>(object);
    if (array.ndim() != 2) fail("two dimensions");
    const auto stride = [&](py::ssize_t axis) {
        constexpr py::ssize_t size = sizeof(float);
        const py::ssize_t bytes = array.strides(axis);
        if (array.shape(axis) > 1 && (bytes < 0 || bytes % size != 0)) fail("whole strides");
        return static_cast<std::size_t>(bytes < 0 ? 0 : bytes / size);
    };
    return {static_cast<const float*>(array.data()), static_cast<std::size_t>(array.shape(0)),
            static_cast<std::size_t>(array.shape(1)), stride(0), stride(1)};
}

py::array_t<float> fused_product(const py::object& a, const py::object& b,
                                 const py::object& initial, std::size_t n_threads) {
    const MatrixView x = matrix(a, "a"), y = matrix(b, "b");
    if (x.columns != y.rows) throw py::value_error("b: expected a row for each column of a");
    const auto rows = static_cast<py::ssize_t>(x.rows), width = static_cast<py::ssize_t>(y.columns);
    const Bias<float> start(initial, "initial", rows, width);
    auto out = new_array<float>({rows, width});
    float* const sums = out.mutable_data();
    {
        const ReleasedGil released;
        for (std::size_t r = 0; r < x.rows; ++r) {
            std::copy_n(start.data() + r * start.stride(), y.columns, sums + r * y.columns);
        }
        add_product(x, y, sums, n_threads);
    }
    return out;
}

// The fields of DenseModel in Python.
class ModelArguments {
  public:
    explicit ModelArguments(const py::sequence& model)
        : weights_(item(model, 0, 4), "weights", {any, any}),
          visible_bias_(model[1], "visible_bias", {weights_.extent(0)}),
          hidden_bias_(model[2], "hidden_bias", {weights_.extent(1)}),
          start_(model[3], "start", {weights_.extent(0)}) {}

    py::ssize_t n_visible() const { return weights_.extent(0); }
    py::ssize_t n_hidden() const { return weights_.extent(1); }

    DenseParameters parameters() const {
        return {weights_.data(),      weights_.size(0),    weights_.size(1),
                visible_bias_.data(), hidden_bias_.data(), start_.data()};
    }

    static py::object item(const py::sequence& of, std::size_t i, std::size_t size) {
        if (of.size() != size) throw py::value_error("model: expected its four arrays");
        return of[i];
    }

  private:
    Input<float> weights_, visible_bias_, hidden_bias_, start_;
};

// The fields of ExpectationTable.
class TableArguments {
  public:
    explicit TableArguments(const py::sequence& table)
        : scale_(table[0].cast<float>()),
          coefficients_(table[1], "coefficients",
                        {py::ssize_t{table_terms}, py::ssize_t{table_segments}}) {}

    float scale() const { return scale_; }
    const float* coefficients() const { return coefficients_.data(); }

  private:
    float scale_;
    Input<float> coefficients_;
};

// RelaxedSweeps, or with n_sweeps 0 ForceEstimator: numbers and, for the latter, a table or None.
class EstimatorArguments {
  public:
    EstimatorArguments(std::size_t n_sweeps, std::size_t n_noises, double tau, bool antithetic,
                       const py::object& table)
        : estimator_{n_sweeps == 0, n_sweeps, n_noises, tau, antithetic, nullptr, 0.0f} {
        if (!(tau > 0.0)) throw py::value_error("tau: expected a positive number");
        if (!table.is_none()) {
            table_.emplace(table.cast<py::sequence>());
            estimator_.table = table_->coefficients();
            estimator_.table_scale = table_->scale();
        } else if (n_sweeps == 0 && n_noises == 0) {
            throw py::value_error("n_noises: got 0, expected 1 or more");
        }
    }

    const DenseEstimator& estimator() const { return estimator_; }

  private:
    DenseEstimator estimator_;
    std::optional<TableArguments> table_;
};

py::array_t<float> expectation(const py::object& x, const py::sequence& table) {
    const auto array = x.cast<py::array>();
    const Shape shape(array.shape(), array.shape() + array.ndim());
    const Input<float> from(x, "x", shape);
    const TableArguments of_table(table);
    auto out = new_array<float>(shape);
    const ExpectationTask task{of_table.coefficients(), of_table.scale(), from.data(),
                               out.mutable_data()};
    kernels().expectation(task, static_cast<std::size_t>(out.size()));
    return out;
}

template <class Number>
py::array_t<Number> integrate_in(const py::sequence& model, const EstimatorArguments& by,
                                 const py::object& state, const py::object& chains,
                                 const py::sequence& stages, DensePathTask task,
                                 std::size_t n_threads) {
    const ModelArguments of_model(model);
    const Input<Number> x(state, "state", {any, of_model.n_visible()});
    const Input<std::uint32_t> chain_ids(chains, "chains", {x.extent(0)});
    const StageArguments of_stages(stages);
    auto out = new_array<Number>({x.extent(0), x.extent(1)});
    task.model = of_model.parameters();
    task.estimator = by.estimator();
    task.stages = of_stages.stages();
    task.chains = chain_ids.data();
    if constexpr (std::is_same_v<Number, double>) {
        task.wide_start = x.data();
        task.wide_end = out.mutable_data();
    } else {
        task.start = x.data();
        task.end = out.mutable_data();
    }
    without_gil([&](Interrupt& interrupt) { dense_path(task, x.size(0), n_threads, interrupt); });
    return out;
}

py::array integrate(const py::sequence& model, std::size_t n_sweeps, std::size_t n_noises,
                    double tau, bool antithetic, const py::object& table, const py::object& state,
                    const py::object& chains, KeyWords key, KeyWords noise_key,
                    const py::sequence& stages, std::uint32_t first_call, std::uint32_t first_stage,
                    std::size_t n_threads) {
    const EstimatorArguments by(n_sweeps, n_noises, tau, antithetic, table);
    DensePathTask task = {};
    task.key = to_key(key);
    task.noise_key = to_key(noise_key);
    task.first_call = first_call;
    task.first_stage = first_stage;
    if (py::isinstance<py::array_t<double>>(state)) {
        return integrate_in<double>(model, by, state, chains, stages, task, n_threads);
    }
    return integrate_in<float>(model, by, state, chains, stages, task, n_threads);
}

using Gradient = void (*)(const DenseGradientTask&, std::size_t, Interrupt&);

template <Gradient gradient>
py::tuple differentiate(const py::sequence& model, std::size_t n_sweeps, std::size_t n_noises,
                        double tau, bool antithetic, const py::object& target,
                        const py::object& channel, const py::object& weight,
                        const py::object& chains, KeyWords key, std::uint32_t call,
                        std::size_t n_threads) {
    const ModelArguments of_model(model);
    const EstimatorArguments by(n_sweeps, n_noises, tau, antithetic, py::none());
    const py::ssize_t N = of_model.n_visible(), M = of_model.n_hidden();
    const Input<float> y(target, "target", {any, N});
    const py::ssize_t B = y.extent(0);
    const Input<float> x(channel, "channel", {B, N});
    const Input<float> w(weight, "weight", {B});
    const Input<std::uint32_t> chain_ids(chains, "chains", {B});
    auto of_weights = new_array<float>({N, M});
    auto of_visible = new_array<float>({N});
    auto of_hidden = new_array<float>({M});
    auto squares = new_array<double>({B});
    const DenseGradientTask task{of_model.parameters(),
                                 by.estimator(),
                                 y.size(0),
                                 y.data(),
                                 x.data(),
                                 w.data(),
                                 chain_ids.data(),
                                 to_key(key),
                                 call,
                                 of_weights.mutable_data(),
                                 of_visible.mutable_data(),
                                 of_hidden.mutable_data(),
                                 squares.mutable_data()};
    without_gil([&](Interrupt& interrupt) { gradient(task, n_threads, interrupt); });
    return py::make_tuple(of_weights, of_visible, of_hidden, squares);
}

}  // namespace

void register_dense(py::module_& module) {
    using py::arg;
    module.def("fused_product", &fused_product, arg("a"), arg("b"), arg("initial"),
               arg("n_threads"));
    module.def("expectation", &expectation, arg("x"), arg("table"));
    module.def("dense_path", &integrate, arg("model"), arg("n_sweeps"), arg("n_noises"), arg("tau"),
               arg("antithetic"), arg("table"), arg("state"), arg("chains"), arg("key"),
               arg("noise_key"), arg("stages"), arg("first_call"), arg("first_stage"),
               arg("n_threads"));
    const auto add = [&](const char* name, auto function) {
        module.def(name, function, arg("model"), arg("n_sweeps"), arg("n_noises"), arg("tau"),
                   arg("antithetic"), arg("target"), arg("channel"), arg("weight"), arg("chains"),
                   arg("key"), arg("call"), arg("n_threads"));
    };
    add("pathwise_gradient", &differentiate<pathwise_gradient>);
    add("literal_gradient", &differentiate<literal_gradient>);
}

}  // namespace scorerbm
