// The arguments of operations on chains.
#pragma once

#include "bindings/arguments.h"
#include "bindings/arrays.h"
#include "runtime/chain_tile.h"

namespace scorerbm {

// The arguments common to everything that moves chains, checked, and the arrays for its results.
class ChainArguments {
  public:
    ChainArguments(PreparedRBM& rbm, const py::object& visible_bias, const py::object& hidden_bias,
                   double scale, const py::object& visible)
        : rbm_(rbm),
          N(static_cast<py::ssize_t>(rbm.visible.outputs)),
          M(static_cast<py::ssize_t>(rbm.hidden.outputs)),
          v_(visible, "visible", {any, N}),
          b_(visible_bias, "visible_bias", v_.extent(0), N),
          c_(hidden_bias, "hidden_bias", {M}),
          scale_(scale) {
        check_scale(scale);
    }

    py::ssize_t rows() const { return v_.extent(0); }
    std::size_t size() const { return v_.size(0); }
    const std::uint8_t* states() const { return v_.data(); }

    ChainsTask task(std::uint8_t* v, std::uint8_t* h) const {
        ChainsTask task = {};
        task.rbm = &rbm_;
        task.options = PlanOptions::from_environment();
        task.hidden_bias = c_.data();
        task.visible_bias = b_.data();
        task.visible_bias_stride = b_.stride();
        task.scale = scale_;
        task.v = v;
        task.h = h;
        return task;
    }

  private:
    PreparedRBM& rbm_;

  public:
    const py::ssize_t N, M;

  private:
    Input<std::uint8_t> v_;
    Bias<std::int32_t> b_;
    Input<std::int32_t> c_;
    double scale_;
};

}  // namespace scorerbm
