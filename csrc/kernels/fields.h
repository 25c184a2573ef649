// Integer pre-activations of binary units, bias + states @ weights: the sum of the weight rows of
// the active inputs. Sums are of unsigned words, whose overflow is defined.
#pragma once

#include "table.h"
#include "unroll.h"

namespace scorerbm {
namespace {

// Writes the indices of the ones; returns how many there are.
inline std::size_t list_active(const std::uint8_t* states, std::size_t size,
                               std::uint32_t* active) {
    std::size_t count = 0;
    for (std::size_t i = 0; i < size; ++i) {
        active[count] = static_cast<std::uint32_t>(i);
        count += states[i] != 0;
    }
    return count;
}

// Active inputs of one run of chains, in scratch of chains_per_tile * inputs words.
struct ActiveInputs {
    std::uint32_t* indices;
    std::size_t inputs;
    std::size_t counts[chains_per_tile];

    const std::uint32_t* of(std::size_t chain) const { return indices + chain * inputs; }
};

inline ActiveInputs list_active_inputs(const std::uint8_t* states, std::size_t inputs,
                                       std::size_t n_chains, std::uint32_t* scratch) {
    ActiveInputs active{scratch, inputs, {}};
    for (std::size_t c = 0; c < n_chains; ++c) {
        active.counts[c] = list_active(states + c * inputs, inputs, scratch + c * inputs);
    }
    return active;
}

// A fixed number of columns, so that the sums stay in registers.
template <std::size_t Columns>
inline void add_rows(const std::int32_t* bias, const std::int32_t* weights, std::size_t stride,
                     const std::uint32_t* active, std::size_t count, std::int32_t* field) {
    std::uint32_t sum[Columns];
    SCORERBM_UNROLL
    for (std::size_t j = 0; j < Columns; ++j) sum[j] = static_cast<std::uint32_t>(bias[j]);
    for (std::size_t a = 0; a < count; ++a) {
        const std::int32_t* row = weights + active[a] * stride;
        SCORERBM_UNROLL
        for (std::size_t j = 0; j < Columns; ++j) sum[j] += static_cast<std::uint32_t>(row[j]);
    }
    SCORERBM_UNROLL
    for (std::size_t j = 0; j < Columns; ++j) field[j] = static_cast<std::int32_t>(sum[j]);
}

// field[j] for `width` columns; bias and weights point to the first of them.
inline void add_active_rows(const std::int32_t* bias, const std::int32_t* weights,
                            std::size_t stride, std::size_t width, const std::uint32_t* active,
                            std::size_t count, std::int32_t* field) {
    std::size_t j = 0;
    for (; width - j >= 64; j += 64)
        add_rows<64>(bias + j, weights + j, stride, active, count, field + j);
    for (; width - j >= 16; j += 16)
        add_rows<16>(bias + j, weights + j, stride, active, count, field + j);
    for (; width - j >= 4; j += 4)
        add_rows<4>(bias + j, weights + j, stride, active, count, field + j);
    for (; j < width; ++j) add_rows<1>(bias + j, weights + j, stride, active, count, field + j);
}

}  // namespace
}  // namespace scorerbm
