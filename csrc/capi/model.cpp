#include "capi/model.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <string>

#include "capi/functions.h"
#include "kernels/elementary.h"

namespace scorerbm {
namespace {

double logit(double p) {
    return log(p) - log(1.0 - p);
}

std::vector<float> copied(const float* from, std::size_t size, const char* name) {
    require_pointer(from, name);
    if (!std::all_of(from, from + size, [](float x) { return std::isfinite(x); })) {
        throw std::invalid_argument(std::string(name) + ": expected finite numbers");
    }
    return {from, from + size};
}

std::vector<double> widened(const std::vector<float>& numbers) {
    return {numbers.begin(), numbers.end()};
}

double largest(const std::vector<double>& numbers) {
    double most = 0.0;
    for (const double x : numbers) most = std::max(most, std::abs(x));
    return most;
}

// The precision, or that of the environment.
int precision_asked(int precision) {
    require(precision == SCORERBM_PRECISION_AUTO || precision == SCORERBM_PRECISION_INT16 ||
                precision == SCORERBM_PRECISION_INT32,
            "precision: expected SCORERBM_PRECISION_AUTO, _INT16 or _INT32");
    const char* value = std::getenv("SCORERBM_PRECISION");
    const std::string asked = value == nullptr ? "" : value;
    if (asked.empty()) return precision;
    if (asked == "auto") return SCORERBM_PRECISION_AUTO;
    if (asked == "int16") return SCORERBM_PRECISION_INT16;
    if (asked == "int32") return SCORERBM_PRECISION_INT32;
    throw std::invalid_argument("SCORERBM_PRECISION: got '" + asked +
                                "', expected auto, int16 or int32");
}

bool narrow_enough(const scorerbm_model& model) {
    try {
        const WeightGrid grid = finest_grid(model.as_weights(), saturation, 16);
        return grid_error(model.as_weights(), model.visible_bias, model.hidden_bias, grid) <=
               narrow_error;
    } catch (const std::overflow_error&) {
        return false;
    }
}

}  // namespace

IntegerModel::IntegerModel(const Weights& weights, const std::vector<double>& visible,
                           const std::vector<double>& hidden, const WeightGrid& grid)
    : rbm(std::make_unique<PreparedRBM>(weights.n_visible, weights.n_hidden, grid.bits)),
      visible_bias(visible.size()),
      hidden_bias(hidden.size()),
      scale(grid.scale),
      channel_limit(static_cast<float>(2.0 * grid.visible_limit)) {
    rbm->refresh(weights.data, scale, 1);
    round_biases(visible.data(), visible.size(), scale, grid.visible_limit, visible_bias.data());
    round_biases(hidden.data(), hidden.size(), scale, grid.hidden_limit, hidden_bias.data());
    if (largest(visible) <= grid.visible_limit) return;
    for (const double b : visible) {
        const double within = std::min(std::max(b, -grid.visible_limit), grid.visible_limit);
        channel_shift.push_back(static_cast<float>(b - within));
    }
}

}  // namespace scorerbm

using namespace scorerbm;

scorerbm_model::scorerbm_model(const scorerbm_parameters& of)
    : n_visible(of.n_visible),
      n_hidden(of.n_hidden),
      single_weights(copied(of.weights, n_visible * n_hidden, "weights")),
      single_visible_bias(copied(of.visible_bias, n_visible, "visible_bias")),
      single_hidden_bias(copied(of.hidden_bias, n_hidden, "hidden_bias")),
      weights(widened(single_weights)),
      visible_bias(widened(single_visible_bias)),
      hidden_bias(widened(single_hidden_bias)),
      prior(visible_bias),
      options(PlanOptions::from_environment()),
      precision_(precision_asked(of.precision)) {
    require(n_visible > 0 && n_hidden > 0, "n_visible, n_hidden: expected at least one unit each");
    if (of.data_mean != nullptr) {
        for (std::size_t i = 0; i < n_visible; ++i) {
            const double p = of.data_mean[i];
            require(p > 0.0 && p < 1.0, "data_mean: expected numbers strictly between 0 and 1");
            prior[i] = logit(p);
        }
    }
    for (const double x : prior) start.push_back(static_cast<float>(x));
    if (precision_ == SCORERBM_PRECISION_AUTO) {
        precision_ = narrow_enough(*this) ? SCORERBM_PRECISION_INT16 : SCORERBM_PRECISION_INT32;
    }
    plain_ =
        std::make_unique<IntegerModel>(as_weights(), visible_bias, hidden_bias, grid(saturation));
    const double most = std::max(largest(visible_bias), largest(hidden_bias));
    if (most <= saturation) return;
    try {
        tempered_ =
            std::make_unique<IntegerModel>(as_weights(), visible_bias, hidden_bias, grid(most));
    } catch (const std::overflow_error&) {
        temperable_ = false;  // only those who ask need to know
    }
}

WeightGrid scorerbm_model::grid(double beyond) const {
    return finest_grid(as_weights(), beyond, precision_);
}

const IntegerModel& scorerbm_model::integers(bool tempered) const {
    if (!tempered) return *plain_;
    if (!temperable_) {
        throw std::overflow_error("beta: weights and biases reach beyond a grid for beta below 1");
    }
    return tempered_ ? *tempered_ : *plain_;
}

namespace scorerbm {
namespace capi {

int model_new(const scorerbm_parameters* parameters, scorerbm_model** model,
              scorerbm_error* error) {
    return guarded(error, [&] {
        require_pointer(model, "model");
        *model = nullptr;
        require_pointer(parameters, "parameters");
        *model = new scorerbm_model(*parameters);
    });
}

void model_free(scorerbm_model* model) {
    delete model;
}

int model_info(const scorerbm_model* model, scorerbm_model_info* info, scorerbm_error* error) {
    return guarded(error, [&] {
        require_pointer(model, "model");
        require_pointer(info, "info");
        const IntegerModel& integers = model->integers(false);
        *info = {model->n_visible, model->n_hidden, integers.rbm->hidden.bits,
                 1.0 / integers.scale};
    });
}

}  // namespace capi
}  // namespace scorerbm
