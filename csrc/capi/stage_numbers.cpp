#include "capi/stage_numbers.h"

#include <cstddef>

#include "capi/chains_task.h"

namespace scorerbm {
namespace {

std::vector<float> single(const double* numbers, std::size_t count) {
    std::vector<float> result(count);
    if (numbers == nullptr) return result;
    for (std::size_t k = 0; k < count; ++k) result[k] = static_cast<float>(numbers[k]);
    return result;
}

}  // namespace

StageNumbersOf::StageNumbersOf(const scorerbm_stages& of)
    : base_(single(of.base, of.count)), spread_(single(of.spread, of.count)), kind_(of.count) {
    require(of.count > 0, "stages.count: got 0, expected 1 or more");
    require_pointer(of.alpha, "stages.alpha");
    require_pointer(of.sigma, "stages.sigma");
    require_pointer(of.keep, "stages.keep");
    require_pointer(of.pull, "stages.pull");
    keep_ = single(of.keep, of.count);
    pull_ = single(of.pull, of.count);
    if (of.kind != nullptr) kind_.assign(of.kind, of.kind + of.count);
    for (std::size_t k = 0; k < of.count; ++k) {
        check_amplitudes(of.alpha[k], of.sigma[k]);
        const double of_state = of.alpha[k] / (of.sigma[k] * of.sigma[k]);
        rate_.push_back(static_cast<float>(of_state));
        half_signal_.push_back(static_cast<float>(0.5 * of.alpha[k] * of_state));
    }
}

}  // namespace scorerbm
