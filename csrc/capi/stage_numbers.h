// Stages of an integration from a caller's numbers.
#pragma once

#include <vector>

#include "capi/guard.h"
#include "runtime/path.h"

namespace scorerbm {

// Coefficients of Tweedie's formula: the score is state * v_t + mean * E[v_0 | v_t].
struct Tweedie {
    Tweedie(double alpha, double sigma)
        : state(-1.0 / (sigma * sigma)), mean(alpha / (sigma * sigma)) {}

    double state, mean;
};

// The twin of `StagePath.stages` in Python: in single precision, and an observation as log-odds.
class StageNumbersOf {
  public:
    explicit StageNumbersOf(const scorerbm_stages& of);

    Stages stages() const {
        return {kind_.size(), rate_.data(), half_signal_.data(), keep_.data(),
                pull_.data(), base_.data(), spread_.data(),      kind_.data()};
    }

  private:
    std::vector<float> rate_, half_signal_, keep_, pull_, base_, spread_;
    std::vector<std::uint8_t> kind_;
};

}  // namespace scorerbm
