// Sufficient statistics of batches of binary states that are held as bits.
#pragma once

#include <cstdint>
#include <vector>

#include "runtime/plan.h"
#include "runtime/prepared.h"

namespace scorerbm {

// Rows of bits without a spare word.
struct PackedRows {
    const std::uint64_t* words;
    std::size_t n_rows;
};

struct ContrastCall {
    PreparedRBM* rbm;
    PlanOptions options;
    const std::int32_t* visible_bias;
    const std::int32_t* hidden_bias;
    double scale;
    PackedRows samples, data;
    const float* multipliers;  // of samples, whose probabilities are rounded after; null: 2^20
    bool free_energy;
};

// Sums over samples times `sample_unit` less sums over data times `data_unit`, the probabilities
// multiplied by 2^20. Returns the free energy a row of the data above that of the samples, if
// wanted.
double contrast(const ContrastCall& call, double sample_unit, double data_unit,
                std::size_t n_threads, float* weights, float* visible, float* hidden);

// How many bits any two of the n_samples samples of each row and its datum, last, have in common:
// (rows, n_samples + 1, n_samples + 1).
void bit_products(const std::uint64_t* samples, const std::uint64_t* data, std::size_t n_rows,
                  std::size_t n_samples, std::size_t words, std::int32_t* out);

}  // namespace scorerbm
