// Models as handles: parameters in both precisions, and rounded to grids for chains.
#pragma once

#include <memory>
#include <vector>

#include "capi/guard.h"
#include "runtime/chain_tile.h"
#include "runtime/dense.h"
#include "runtime/weight_grid.h"

namespace scorerbm {

// The twin of `IntegerRBM` in Python.
struct IntegerModel {
    // Biases are clipped to the limits of the grid.
    IntegerModel(const Weights& weights, const std::vector<double>& visible,
                 const std::vector<double>& hidden, const WeightGrid& grid);

    std::unique_ptr<PreparedRBM> rbm;
    std::vector<std::int32_t> visible_bias, hidden_bias;
    double scale;
    float channel_limit;
    std::vector<float> channel_shift;  // empty if nothing was cut off
};

}  // namespace scorerbm

struct scorerbm_model {
    explicit scorerbm_model(const scorerbm_parameters& parameters);

    scorerbm::Weights as_weights() const { return {weights.data(), n_visible, n_hidden}; }
    scorerbm::DenseParameters dense() const {
        return {single_weights.data(),     n_visible,   n_hidden, single_visible_bias.data(),
                single_hidden_bias.data(), start.data()};
    }

    // The grid for chains of beta 1 and above, or for any; throws std::overflow_error if there is
    // none.
    const scorerbm::IntegerModel& integers(bool tempered) const;

    std::size_t n_visible, n_hidden;
    std::vector<float> single_weights, single_visible_bias, single_hidden_bias;
    std::vector<double> weights, visible_bias, hidden_bias;
    std::vector<double> prior;  // log-odds that posterior means start from
    std::vector<float> start;   // the same in single precision
    scorerbm::PlanOptions options;

  private:
    scorerbm::WeightGrid grid(double beyond) const;

    int precision_;
    std::unique_ptr<scorerbm::IntegerModel> plain_;
    std::unique_ptr<scorerbm::IntegerModel> tempered_;  // if it differs
    bool temperable_ = true;
};
