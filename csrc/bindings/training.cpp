#include <algorithm>
#include <array>
#include <cmath>
#include <memory>
#include <optional>

#include "bindings/arguments.h"
#include "bindings/arrays.h"
#include "bindings/gil.h"
#include "bindings/interruptible.h"
#include "bindings/register.h"
#include "runtime/bit_sweeps.h"
#include "runtime/contrast.h"
#include "runtime/descend.h"
#include "runtime/prepared.h"
#include "runtime/weight_grid.h"

namespace scorerbm {
namespace {

using RuleNumbers = std::array<double, 9>;

DescentRule to_rule(const RuleNumbers& x) {
    const auto single = [&](std::size_t k) { return static_cast<float>(x[k]); };
    return {x[0],      x[1],      single(2), single(3), single(4),
            single(5), single(6), single(7), single(8)};
}

// An array that is changed in place, of one row or several.
template <class Number>
class Changed {
  public:
    Changed(const py::object& object, const char* name)
        : flat_(py::isinstance<py::array>(object) &&
                py::reinterpret_borrow<py::array>(object).ndim() == 1),
          input_(object, name, flat_ ? Shape{any} : Shape{any, any}) {
        if (!py::reinterpret_borrow<py::array>(object).writeable()) {
            throw py::value_error(std::string(name) + ": got a read-only array");
        }
    }

    Changed(const py::object& object, const char* name, const Shape& shape)
        : Changed(object, name) {
        check_array(object, name, py::dtype::of<Number>(), shape);
    }

    Shape shape() const {
        return flat_ ? Shape{input_.extent(0)} : Shape{input_.extent(0), input_.extent(1)};
    }
    std::size_t rows() const { return flat_ ? 1 : input_.size(0); }
    std::size_t columns() const { return input_.size(flat_ ? 0 : 1); }
    Number* data() const { return const_cast<Number*>(input_.data()); }

  private:
    bool flat_;
    Input<Number> input_;
};

// The fields of `Centre`.
struct Outer {
    Input<float> row_offset, column_gradient, row_gradient, column_offset;

    Outer(const py::tuple& arrays, py::ssize_t rows, py::ssize_t columns)
        : row_offset(arrays[0], "visible_offset", {rows}),
          column_gradient(arrays[1], "hidden_gradient", {columns}),
          row_gradient(arrays[2], "visible_gradient", {rows}),
          column_offset(arrays[3], "hidden_offset", {columns}) {}
};

void descend_in_place(const py::object& value, const py::object& gradient, const py::object& first,
                      const py::object& second, const RuleNumbers& rule, const py::object& centre,
                      std::size_t n_threads) {
    const Changed<double> x(value, "value");
    const Changed<float> m(first, "first", x.shape());
    const Input<float> g(gradient, "gradient", x.shape());
    std::optional<Changed<float>> s;
    if (!second.is_none()) s.emplace(second, "second", x.shape());
    DescentTask task = {};
    std::optional<Outer> outer;
    if (!centre.is_none()) {
        outer.emplace(py::tuple(centre), static_cast<py::ssize_t>(x.rows()),
                      static_cast<py::ssize_t>(x.columns()));
        task.row_offset = outer->row_offset.data();
        task.column_gradient = outer->column_gradient.data();
        task.row_gradient = outer->row_gradient.data();
        task.column_offset = outer->column_offset.data();
    }
    task.rule = to_rule(rule);
    task.columns = x.columns();
    task.value = x.data();
    task.first = m.data();
    task.second = s ? s->data() : nullptr;
    task.gradient = g.data();
    const ReleasedGil released;
    descend(task, x.rows(), n_threads);
}

py::array_t<double> to_array(const std::vector<double>& numbers) {
    return py::array_t<double>(static_cast<py::ssize_t>(numbers.size()), numbers.data());
}

py::tuple sums_of_weights(const py::object& weights, const py::object& visible_offset,
                          const py::object& hidden_offset, std::size_t n_threads) {
    const Input<double> W(weights, "weights", {any, any});
    const Input<double> mu(visible_offset, "visible_offset", {W.extent(0)});
    const Input<double> lambda(hidden_offset, "hidden_offset", {W.extent(1)});
    WeightSums sums;
    {
        const ReleasedGil released;
        sums = weight_sums(W.data(), W.size(0), W.size(1), mu.data(), lambda.data(), n_threads);
    }
    return py::make_tuple(to_array(sums.of_rows), to_array(sums.of_columns), sums.row_reach,
                          sums.column_reach);
}

std::unique_ptr<PreparedRBM> empty(std::size_t n_visible, std::size_t n_hidden, int bits) {
    return std::make_unique<PreparedRBM>(n_visible, n_hidden, bits);
}

void refresh(PreparedRBM& rbm, const py::object& weights, double scale, std::size_t n_threads) {
    const Input<double> W(weights, "weights",
                          {static_cast<py::ssize_t>(rbm.visible.outputs),
                           static_cast<py::ssize_t>(rbm.hidden.outputs)});
    check_scale(scale);
    const ReleasedGil released;
    rbm.refresh(W.data(), scale, n_threads);
}

// Biases within the limit, times the scale, to integers; ties go to even ones.
py::array_t<std::int32_t> round_bias(const py::object& bias, double scale, double limit) {
    const Input<double> b(bias, "bias", {any});
    auto out = new_array<std::int32_t>({b.extent(0)});
    round_biases(b.data(), b.size(0), scale, limit, out.mutable_data());
    return out;
}

// Rows of bits, 64 units a word.
Input<std::uint64_t> bit_words(const py::object& object, const char* name, py::ssize_t units) {
    return {object, name, {any, (units + 63) / 64}};
}

// The fields of `Tilt`.
struct Observed {
    Input<std::uint64_t> states;
    Input<std::uint32_t> ids;
    Input<float> snr;
    Observations observations;

    Observed(const py::tuple& fields, py::ssize_t units, py::ssize_t n_chains)
        : states(bit_words(fields[0], "states", units)),
          ids(fields[1], "ids", {states.extent(0)}),
          snr(fields[2], "snr", {states.extent(0)}),
          observations{states.size(0),
                       states.data(),
                       ids.data(),
                       snr.data(),
                       to_key(fields[3].cast<KeyWords>()),
                       fields[4].cast<std::uint32_t>()} {
        const py::ssize_t rows = states.extent(0);
        if (rows == 0 ? n_chains != 0 : n_chains % rows != 0) {
            throw py::value_error("start: expected as many chains of each row of the tilt");
        }
    }
};

py::tuple contrast_rows(PreparedRBM& rbm, const py::object& visible_bias,
                        const py::object& hidden_bias, double scale, const py::object& samples,
                        const py::object& data, const py::object& multipliers, double sample_unit,
                        double data_unit, bool free_energy, std::size_t n_threads) {
    const auto N = static_cast<py::ssize_t>(rbm.visible.outputs);
    const auto M = static_cast<py::ssize_t>(rbm.hidden.outputs);
    const Input<std::int32_t> b(visible_bias, "visible_bias", {N});
    const Input<std::int32_t> c(hidden_bias, "hidden_bias", {M});
    const auto x = bit_words(samples, "samples", N), y = bit_words(data, "data", N);
    check_scale(scale);
    std::optional<Input<float>> numbers;
    if (!multipliers.is_none()) numbers.emplace(multipliers, "multipliers", Shape{x.extent(0)});
    auto of_weights = new_array<float>({N, M});
    auto of_visible = new_array<float>({N});
    auto of_hidden = new_array<float>({M});
    ContrastCall call = {};
    call.rbm = &rbm;
    call.options = PlanOptions::from_environment();
    call.visible_bias = b.data();
    call.hidden_bias = c.data();
    call.scale = scale;
    call.samples = {x.data(), x.size(0)};
    call.data = {y.data(), y.size(0)};
    call.multipliers = numbers ? numbers->data() : nullptr;
    call.free_energy = free_energy;
    float* const out[] = {of_weights.mutable_data(), of_visible.mutable_data(),
                          of_hidden.mutable_data()};
    double gap = 0.0;
    {
        const ReleasedGil released;
        gap = contrast(call, sample_unit, data_unit, n_threads, out[0], out[1], out[2]);
    }
    return py::make_tuple(of_weights, of_visible, of_hidden, gap);
}

py::tuple sweep_bits(PreparedRBM& rbm, const py::object& visible_bias,
                     const py::object& hidden_bias, double scale, const py::object& start,
                     const py::object& ids, KeyWords key, std::uint32_t first_sweep,
                     std::size_t n_sweeps, const py::object& tilt, std::size_t n_threads) {
    const auto N = static_cast<py::ssize_t>(rbm.visible.outputs);
    const auto M = static_cast<py::ssize_t>(rbm.hidden.outputs);
    const Input<std::int32_t> b(visible_bias, "visible_bias", {N});
    const Input<std::int32_t> c(hidden_bias, "hidden_bias", {M});
    const auto v = bit_words(start, "start", N);
    const Input<std::uint32_t> chains(ids, "ids", {v.extent(0)});
    check_scale(scale);
    if (n_sweeps == 0) throw py::value_error("n_sweeps: got 0, expected 1 or more");
    std::optional<Observed> observed;
    if (!tilt.is_none()) observed.emplace(py::tuple(tilt), N, v.extent(0));
    auto states = new_array<std::uint64_t>({v.extent(0), v.extent(1)});
    auto halfway = new_array<std::uint64_t>({v.extent(0), v.extent(1)});
    BitSweepsTask task = {};
    task.chains.rbm = &rbm;
    task.chains.options = PlanOptions::from_environment();
    task.chains.hidden_bias = c.data();
    task.chains.visible_bias = b.data();
    task.chains.scale = scale;
    task.chains.chains = chains.data();
    task.chains.key = to_key(key);
    task.chains.words = v.data();
    task.observations = observed ? &observed->observations : nullptr;
    task.first_sweep = first_sweep;
    task.n_sweeps = n_sweeps;
    task.states = states.mutable_data();
    task.halfway = halfway.mutable_data();
    without_gil([&](Interrupt& interrupt) { bit_sweeps(task, v.size(0), n_threads, interrupt); });
    return py::make_tuple(states, halfway);
}

// Products of the bits of the samples of each row, and of its datum, with each other.
py::array_t<std::int32_t> overlaps(const py::object& samples, const py::object& data) {
    const Input<std::uint64_t> x(samples, "samples", {any, any});
    const Input<std::uint64_t> y(data, "data", {any, x.extent(1)});
    const py::ssize_t R = y.extent(0), S = R == 0 ? 0 : x.extent(0) / R;
    if (R * S != x.extent(0)) throw py::value_error("samples: expected as many of each row");
    auto out = new_array<std::int32_t>({R, S + 1, S + 1});
    std::int32_t* to = out.mutable_data();
    const ReleasedGil released;
    bit_products(x.data(), y.data(), y.size(0), static_cast<std::size_t>(S), x.size(1), to);
    return out;
}

}  // namespace

void register_training(py::module_& module) {
    using py::arg;
    module.def("empty_rbm", &empty, arg("n_visible"), arg("n_hidden"), arg("bits"));
    module.def("refresh", &refresh, arg("rbm"), arg("weights"), arg("scale"), arg("n_threads"));
    module.def("descend", &descend_in_place, arg("value"), arg("gradient"), arg("first"),
               arg("second"), arg("rule"), arg("centre"), arg("n_threads"));
    module.def("weight_sums", &sums_of_weights, arg("weights"), arg("visible_offset"),
               arg("hidden_offset"), arg("n_threads"));
    module.def("contrast", &contrast_rows, arg("rbm"), arg("visible_bias"), arg("hidden_bias"),
               arg("scale"), arg("samples"), arg("data"), arg("multipliers"), arg("sample_unit"),
               arg("data_unit"), arg("free_energy"), arg("n_threads"));
    module.def("sweep_bits", &sweep_bits, arg("rbm"), arg("visible_bias"), arg("hidden_bias"),
               arg("scale"), arg("start"), arg("ids"), arg("key"), arg("first_sweep"),
               arg("n_sweeps"), arg("tilt"), arg("n_threads"));
    module.def("overlaps", &overlaps, arg("samples"), arg("data"));
    module.def("round_bias", &round_bias, arg("bias"), arg("scale"), arg("limit"));
}

}  // namespace scorerbm
