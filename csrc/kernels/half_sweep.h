// One half of a block-Gibbs sweep: sums by table lookup, 64 outputs at a time, and a bit for each.
#pragma once

#include "accumulate.h"
#include "decide.h"
#include "decide_shorts.h"
#include "registers.h"

namespace scorerbm {
namespace {

template <class Sum>
inline void accumulate_block(const HalfSweepTask& task, std::size_t block) {
    const Sum* weights =
        static_cast<const Sum*>(task.weights) + block * task.inputs * columns_per_block;
    Sum *tables = static_cast<Sum*>(task.tables), *sums = static_cast<Sum*>(task.sums);
    const std::uint64_t* words = static_cast<const std::uint64_t*>(task.indices);
    const std::size_t inputs = task.inputs, n_chains = task.n_chains;
    switch (task.lookup) {
        case Lookup::registers: {
            constexpr std::size_t bits = Registers<Sum>::bits;
            const std::size_t groups = (inputs + bits - 1) / bits;
            const Sum* of_block = static_cast<const Sum*>(task.register_tables) +
                                  block * columns_per_block * groups * Registers<Sum>::lanes;
            return accumulate_by_registers(
                of_block, static_cast<const typename Registers<Sum>::Index*>(task.indices), inputs,
                n_chains, sums);
        }
        case Lookup::rows:
            return accumulate_rows(weights, inputs, task.in, n_chains, sums);
        case Lookup::bits4:
            return accumulate<Sum, 4>(weights, inputs, words, n_chains, tables, sums);
        case Lookup::bits5:
            return accumulate<Sum, 5>(weights, inputs, words, n_chains, tables, sums);
        case Lookup::bits6:
            return accumulate<Sum, 6>(weights, inputs, words, n_chains, tables, sums);
    }
}

// What lookups need of the inputs, once for all blocks.
template <class Sum>
inline void prepare_inputs(const HalfSweepTask& task) {
    const auto gather = [&](std::size_t bits) {
        gather_words(task.in, Passes(task.inputs, bits, most_groups<Sum>(bits)), task.n_chains,
                     static_cast<std::uint64_t*>(task.indices));
    };
    switch (task.lookup) {
        case Lookup::rows:
            return;
        case Lookup::bits4:
            return gather(4);
        case Lookup::bits5:
            return gather(5);
        case Lookup::bits6:
            return gather(6);
        case Lookup::registers:
            return gather_indices<Sum>(task.in, task.inputs, task.n_chains,
                                       static_cast<typename Registers<Sum>::Index*>(task.indices));
    }
}

// The block's outputs: the sums of one chain and what is added to them.
template <class Sum>
struct BlockFields {
    const Sum* sum;
    const std::int32_t* bias;

    Ints at(std::size_t j) const { return to_ints(sum + j) + load<Ints>(bias + j); }
    std::int32_t one(std::size_t j) const {
        return static_cast<std::int32_t>(static_cast<std::uint32_t>(std::int32_t{sum[j]}) +
                                         static_cast<std::uint32_t>(bias[j]));
    }
};

// The sum of the fields whose bits are set. Halves of 16 bits are added apart, since the sum of 64
// fields may need more than 32.
template <class Sum>
inline std::int64_t masked_sum(const BlockFields<Sum>& fields, std::uint64_t bits) {
    Ints high = {}, low = {}, lane_bit = {};
    for (std::size_t i = 0; i < float_lanes; ++i) lane_bit[i] = 1 << i;
    for (std::size_t j = 0; j < columns_per_block; j += float_lanes) {
        const Ints word = Ints{} + static_cast<std::int32_t>((bits >> j) & 0xFFFF);
        const Ints field = fields.at(j) & ((word & lane_bit) == lane_bit);
        high += field >> 16;
        low += field & 0xFFFF;
    }
    std::int64_t total = 0;
    for (std::size_t i = 0; i < float_lanes; ++i) {
        total += std::int64_t{high[i]} * 65536 + low[i];
    }
    return total;
}

// A block of 64 outputs, of which the last may have fewer.
template <class Sum>
struct Block {
    const HalfSweepTask& task;
    std::size_t index, first, width;
    std::uint64_t valid;

    Block(const HalfSweepTask& t, std::size_t b)
        : task(t),
          index(b),
          first(b * columns_per_block),
          width(t.outputs - first < columns_per_block ? t.outputs - first : columns_per_block),
          valid(~std::uint64_t{0} >> (columns_per_block - width)) {}

    // A row of biases of its own chain ends with the last output: its last part is copied.
    BlockFields<Sum> fields(std::size_t chain, std::int32_t* copy) const {
        const std::int32_t* bias = task.bias + chain * task.bias_stride + first;
        if (task.bias_stride != 0 && width < columns_per_block) {
            std::memcpy(copy, bias, width * sizeof(std::int32_t));
            bias = copy;
        }
        return {static_cast<const Sum*>(task.sums) + chain * columns_per_block, bias};
    }

    double log_odds(std::int32_t field, std::size_t chain, std::size_t j) const {
        const double x = field * task.factor[chain];
        return task.offset == nullptr ? x : x + task.offset[first + j];
    }

    // Decides what is open by log_odds_of(j), in double precision.
    template <class LogOdds>
    std::uint64_t close(Decision decision, std::size_t chain, const std::uint16_t* draws,
                        LogOdds log_odds_of) const {
        return close_decision(decision, valid, draws, first, task.stream.chains[chain], task.stream,
                              log_odds_of);
    }

    std::uint64_t frozen(std::size_t chain) const {
        return task.frozen == nullptr ? 0 : task.frozen[chain * task.frozen_stride + index];
    }

    std::int64_t product(const BlockFields<Sum>& fields, std::uint64_t word) const {
#if SCORERBM_SHORTS
        if constexpr (sizeof(Sum) == 2) {
            if (task.narrow_bias != nullptr) {
                return masked_sum(fields.sum, task.narrow_bias + first, word);
            }
        }
#endif
        return masked_sum(fields, word);
    }

    void write(const BlockFields<Sum>& fields, std::uint64_t bits, std::size_t chain) const {
        std::uint64_t& word = row_of(task.out, chain)[index];
        const std::uint64_t kept = frozen(chain);
        word = (word & kept) | (bits & ~kept);
        if (task.product != nullptr) task.product[chain] += product(fields, word);
    }
};

// The log-odds of 64 units in double precision.
template <class Sum>
inline void double_log_odds(const Block<Sum>& block, const BlockFields<Sum>& fields,
                            std::size_t chain, double* x) {
    alignas(64) std::int32_t field[columns_per_block];
    for (std::size_t j = 0; j < columns_per_block; j += float_lanes) {
        store(field + j, fields.at(j));
    }
    const double factor = block.task.factor[chain];
    for (std::size_t j = 0; j < columns_per_block; ++j) x[j] = field[j] * factor;
    if (block.task.offset == nullptr) return;
    const double* offset = block.task.offset + block.first;
    for (std::size_t j = 0; j < columns_per_block; ++j) x[j] += offset[j];
}

// One bit for each of 64 bytes that are 0 or 1.
inline std::uint64_t pack_bytes(const std::uint8_t* bytes) {
    std::uint64_t word = 0;
    for (std::size_t i = 0; i < 64; i += 8) {
        std::uint64_t x;
        std::memcpy(&x, bytes + i, sizeof x);
        word |= ((x * 0x0102040810204080u) >> 56) << i;
    }
    return word;
}

// Adds the probabilities of a block to the chain's row of sums; frozen units have their state.
template <class Sum>
inline void add_mean(const Block<Sum>& block, std::size_t chain, const double* p) {
    const HalfSweepTask& task = block.task;
    double* sum = task.mean_sum + chain * task.outputs + block.first;
    const std::uint64_t kept = block.frozen(chain);
    if (kept == 0) {
        for (std::size_t j = 0; j < block.width; ++j) sum[j] += p[j];
        return;
    }
    const std::uint64_t state = row_of(task.out, chain)[block.index];
    for (std::size_t j = 0; j < block.width; ++j) {
        const double known = static_cast<double>((state >> j) & 1);
        sum[j] += ((kept >> j) & 1) != 0 ? known : p[j];
    }
}

// With the probabilities wanted, each is computed in double precision.
template <class Sum>
inline std::uint64_t decide_with_mean(const Block<Sum>& block, const BlockFields<Sum>& fields,
                                      std::size_t chain, const std::uint16_t* draws) {
    alignas(64) double p[columns_per_block];
    alignas(64) std::uint8_t bits[columns_per_block];
    double_log_odds(block, fields, chain, p);
    for (std::size_t j = 0; j < columns_per_block; ++j) p[j] = sigmoid(p[j]);
    const bool ties = compare_lanes(p, draws, columns_per_block, bits);
    for (std::size_t j = 0; ties && j < block.width; ++j) {
        if (draws[j] == static_cast<std::int32_t>(threshold_of(p[j]))) {
            bits[j] = refined_bit(p[j], block.first + j, block.task.stream.chains[chain],
                                  block.task.stream);
        }
    }
    add_mean(block, chain, p);
    return pack_bytes(bits) & block.valid;
}

// Calls visit(block) with the sums of each block of outputs.
template <class Sum, class Visit>
inline void for_each_block(const HalfSweepTask& task, Visit visit) {
    for (std::size_t b = 0; b * columns_per_block < task.outputs; ++b) {
        accumulate_block<Sum>(task, b);
        visit(Block<Sum>(task, b));
    }
}

// Calls decide(chain, fields, draws) for the bits of each chain of a block.
template <class Sum, class Decide>
inline void for_each_chain(const Block<Sum>& block, Decide decide) {
    const HalfSweepTask& task = block.task;
    const UnitDraws unit_draws(task.stream, block.first);
    alignas(64) std::uint16_t draws[columns_per_block];
    std::int32_t copy[columns_per_block] = {};
    for (std::size_t c = 0; c < task.n_chains; ++c) {
        unit_draws.draw(task.stream.chains[c], draws);
        const BlockFields<Sum> fields = block.fields(c, copy);
        block.write(fields, decide(c, fields, draws), c);
    }
}

template <class Sum>
inline void average_block(const Block<Sum>& block) {
    for_each_chain(block,
                   [&](std::size_t c, const BlockFields<Sum>& fields, const std::uint16_t* draws) {
                       return decide_with_mean(block, fields, c, draws);
                   });
}

template <class Sum, bool WithOffset>
inline void decide_block(const Block<Sum>& block) {
    const HalfSweepTask& task = block.task;
    const Bracket* brackets = static_cast<const Bracket*>(task.brackets);
    const float* offset = WithOffset ? task.scaled_offset + block.first : nullptr;
    for_each_chain(
        block, [&](std::size_t c, const BlockFields<Sum>& fields, const std::uint16_t* draws) {
            const Decision decision = decide<WithOffset>(brackets[c], offset, fields, draws);
            return block.close(decision, c, draws,
                               [&](std::size_t j) { return block.log_odds(fields.one(j), c, j); });
        });
}

#if SCORERBM_SHORTS
inline void decide_narrow_block(const Block<std::int16_t>& block) {
    const HalfSweepTask& task = block.task;
    const NarrowBracket* brackets = static_cast<const NarrowBracket*>(task.brackets);
    const std::int16_t* bias = task.narrow_bias + block.first;
    for_each_chain(block, [&](std::size_t c, const BlockFields<std::int16_t>& fields,
                              const std::uint16_t* draws) {
        return block.close(decide_narrow(brackets[c], fields.sum, bias, draws), c, draws,
                           [&](std::size_t j) { return block.log_odds(fields.one(j), c, j); });
    });
}

// Whether 16-bit integers decide: the fields must fit them, and the bracket the factors.
inline bool decides_narrow(const HalfSweepTask& task) {
    if (task.narrow_bias == nullptr || task.offset != nullptr) return false;
    for (std::size_t c = 0; c < task.n_chains; ++c) {
        if (!has_narrow_bracket(task.factor[c])) return false;
    }
    return true;
}
#endif

template <class Sum, bool WithOffset>
inline void decide_all(const HalfSweepTask& task) {
    static_assert(sizeof(Bracket) <= bracket_bytes, "brackets have to fit");
    Bracket* brackets = static_cast<Bracket*>(task.brackets);
    const float margin = bracket_margin(task.largest_offset);
    for (std::size_t c = 0; c < task.n_chains; ++c) {
        brackets[c] = make_bracket(task.factor[c], margin);
    }
    for_each_block<Sum>(task,
                        [](const Block<Sum>& block) { decide_block<Sum, WithOffset>(block); });
}

template <class Sum>
void half_sweep(const HalfSweepTask& task) {
    prepare_inputs<Sum>(task);
    if (task.mean_sum != nullptr) {
        return for_each_block<Sum>(task, [](const Block<Sum>& block) { average_block(block); });
    }
#if SCORERBM_SHORTS
    if constexpr (sizeof(Sum) == 2) {
        if (decides_narrow(task)) {
            static_assert(sizeof(NarrowBracket) <= bracket_bytes, "brackets have to fit");
            NarrowBracket* brackets = static_cast<NarrowBracket*>(task.brackets);
            for (std::size_t c = 0; c < task.n_chains; ++c) {
                brackets[c] = make_narrow_bracket(task.factor[c]);
            }
            return for_each_block<Sum>(task, decide_narrow_block);
        }
    }
#endif
    task.offset == nullptr ? decide_all<Sum, false>(task) : decide_all<Sum, true>(task);
}

// Adds the fields of the active outputs, without drawing any: `product` of states as they are.
template <class Sum>
void field_product(const HalfSweepTask& task) {
    prepare_inputs<Sum>(task);
    for_each_block<Sum>(task, [&](const Block<Sum>& block) {
        std::int32_t copy[columns_per_block] = {};
        for (std::size_t c = 0; c < task.n_chains; ++c) {
            const std::uint64_t states = row_of(task.out, c)[block.index];
            task.product[c] += block.product(block.fields(c, copy), states);
        }
    });
}

}  // namespace
}  // namespace scorerbm
