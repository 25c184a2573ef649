// Relaxed binary units, sigmoid((x + L)/tau) with logistic noise L, and their averages over it, as
// in backends/reference/relaxed.py.
#pragma once

#include "relaxed_noise.h"
#include "unroll.h"

// GCC's scheduler interleaves chains of operations that wait for each other.
#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC push_options
#pragma GCC optimize("schedule-insns", "sched-pressure")
#endif

namespace scorerbm {
namespace {

constexpr float largest_log2_of_odds = 62.0f;  // of log-odds: beyond, no noise matters

// 2^y for y in the range of exponents.
inline Floats exp2_in_range(Floats y) {
    const Floats shifted = y + 12582912.0f;  // as exp2 of single.h does
    const Floats f = y - (shifted - 12582912.0f), square = f * f;
    // Three short chains of operations in place of Horner's long one.
    const Floats low = f * exp2_terms[1] + exp2_terms[0];
    const Floats middle = f * exp2_terms[3] + exp2_terms[2];
    const Floats high = f * exp2_terms[5] + exp2_terms[4];
    const Floats power = (high * square + middle) * square + low;
    return as_floats(as_ints(power) + (as_ints(shifted) << 23));
}

// y cut off where a unit is 0 or 1 to 2^-30: products of four then stay in range.
inline Floats power_of_unit(Floats y) {
    return exp2_in_range(clamp(y, -30.0f, 30.0f));
}

// Calls visit(x) for whole vectors of an array, of which the last may lack lanes; what visit
// returns is stored.
template <class Visit>
inline void map_vectors(const float* x, float* out, std::size_t size, Visit visit) {
    std::size_t i = 0;
    for (; size - i >= float_lanes; i += float_lanes) store(out + i, visit(load<Floats>(x + i)));
    if (i == size) return;
    alignas(64) float last[float_lanes] = {};
    std::memcpy(last, x + i, (size - i) * sizeof(float));
    store(last, visit(load<Floats>(last)));
    std::memcpy(out + i, last, (size - i) * sizeof(float));
}

inline std::size_t columns_from(std::size_t first, std::size_t width) {
    const std::size_t rest = width - first;
    return rest < columns_per_block ? rest : columns_per_block;
}

// exp(-(x + L)/tau) = 2^y.
struct ByLogarithm {
    using Draws = LogOddsDraws;

    float of_log_odds, of_noise;

    explicit ByLogarithm(const Relaxation& of)
        : of_log_odds(of.of_log_odds), of_noise(of.of_noise) {}

    // What is the same for all noises.
    Floats prepare(Floats x) const { return x * of_log_odds; }

    template <std::size_t Count>
    void apply(Floats prepared, Floats (&numbers)[Count]) const {
        SCORERBM_UNROLL
        for (std::size_t i = 0; i < Count; ++i) {
            numbers[i] = power_of_unit(prepared + numbers[i] * of_noise);
        }
    }
};

// The same as (exp(-x) exp(-L))^n, with neither a logarithm nor an exponential for each noise.
struct ByPower {
    using Draws = OddsDraws;

    std::uint32_t power, top_bit;
    float most, least;

    explicit ByPower(const Relaxation& of) : power(of.power), top_bit(1) {
        while (top_bit <= power / 2) top_bit *= 2;
        // Of the bases: a power is 2^31 or less, where products of four are in range.
        most = static_cast<float>(std::uint32_t{1} << (31 / power));
        least = 1.0f / most;
    }

    Floats prepare(Floats x) const {
        return exp2_in_range(
            clamp(x * -single_log2_e, -largest_log2_of_odds, largest_log2_of_odds));
    }

    template <std::size_t Count>
    void apply(Floats prepared, Floats (&numbers)[Count]) const {
        Floats base[Count];
        SCORERBM_UNROLL
        for (std::size_t i = 0; i < Count; ++i) {
            base[i] = numbers[i] = clamp(prepared * numbers[i], least, most);
        }
        for (std::uint32_t bit = top_bit / 2; bit != 0; bit /= 2) {
            SCORERBM_UNROLL
            for (std::size_t i = 0; i < Count; ++i) numbers[i] *= numbers[i];
            if ((power & bit) == 0) continue;
            SCORERBM_UNROLL
            for (std::size_t i = 0; i < Count; ++i) numbers[i] *= base[i];
        }
    }
};

template <class Powers>
inline void relax_with_noise(const RelaxTask& task, std::size_t begin, std::size_t end) {
    const Powers powers(task.relaxation);
    for_each_group<typename Powers::Draws>(
        task.noise, task.width, begin, end,
        [&](std::size_t row, std::size_t first, const float* numbers) {
            const std::size_t at = row * task.width + first;
            map_vectors(task.x + at, task.out + at, columns_from(first, task.width), [&](Floats x) {
                Floats p[] = {load<Floats>(numbers)};
                numbers += float_lanes;
                if (task.mirrored) p[0] = Powers::Draws::mirrored(p[0]);
                powers.apply(powers.prepare(x), p);
                return 1.0f / (p[0] + 1.0f);
            });
        });
}

void relax(const RelaxTask& task, std::size_t begin, std::size_t end) {
    const std::size_t width = task.width;
    if (!task.noisy) {
        const float factor = task.relaxation.of_log_odds;
        map_vectors(task.x + begin * width, task.out + begin * width, (end - begin) * width,
                    [&](Floats x) { return 1.0f / (power_of_unit(x * factor) + 1.0f); });
    } else if (task.relaxation.power == 0) {
        relax_with_noise<ByLogarithm>(task, begin, end);
    } else {
        relax_with_noise<ByPower>(task, begin, end);
    }
}

// h = 1/(1+p) and 1/(1+q), added, and their slopes h (1-h), given 1/((1+p)(1+q)).
struct PairOfUnits {
    Floats p, q, p1, q1;

    PairOfUnits(Floats of_p, Floats of_q) : p(of_p), q(of_q), p1(p + 1.0f), q1(q + 1.0f) {}

    Floats product() const { return p1 * q1; }
    Floats sum(Floats inverse) const { return (p1 + q1) * inverse; }
    Floats slope(Floats inverse) const {
        const Floats h = q1 * inverse, g = p1 * inverse;
        return (p * h) * h + (q * g) * g;
    }
};

constexpr std::size_t noises_at_once = 4;

// Numbers of a few noises for 64 units of a chain.
using Noises = float[noises_at_once][columns_per_block];

// Sums over noises of 64 units of a few chains.
template <class Powers, bool WithSlope>
struct RelaxedSums {
    Powers powers;
    alignas(64) float prepared[chains_per_tile][columns_per_block];
    alignas(64) float total[chains_per_tile][columns_per_block];
    alignas(64) float slope[WithSlope ? chains_per_tile : 1][columns_per_block];

    static void add(float* to, Floats x) { store(to, load<Floats>(to) + x); }

    // Adds the units of the first `Count` noises: four or two share a division.
    template <std::size_t Count>
    void add_noises(std::size_t r, const Noises& noises) {
        for (std::size_t j = 0; j < columns_per_block; j += float_lanes) {
            Floats p[Count];
            SCORERBM_UNROLL
            for (std::size_t i = 0; i < Count; ++i) p[i] = load<Floats>(noises[i] + j);
            powers.apply(load<Floats>(prepared[r] + j), p);
            if constexpr (Count == 4) {
                const PairOfUnits one(p[0], p[1]), two(p[2], p[3]);
                const Floats t = one.product(), u = two.product();
                const Floats inverse = 1.0f / (t * u);
                const Floats of_one = inverse * u, of_two = inverse * t;
                add(total[r] + j, one.sum(of_one) + two.sum(of_two));
                if constexpr (WithSlope) add(slope[r] + j, one.slope(of_one) + two.slope(of_two));
            } else if constexpr (Count == 2) {
                const PairOfUnits pair(p[0], p[1]);
                const Floats inverse = 1.0f / pair.product();
                add(total[r] + j, pair.sum(inverse));
                if constexpr (WithSlope) add(slope[r] + j, pair.slope(inverse));
            } else {
                const Floats h = 1.0f / (p[0] + 1.0f);
                add(total[r] + j, h);
                if constexpr (WithSlope) add(slope[r] + j, (p[0] * h) * h);
            }
        }
    }
};

inline Stream repeated(Stream stream, std::size_t number) {
    stream.domain |= static_cast<std::uint32_t>(number) << 8;
    return stream;
}

template <class Draws>
inline void mirror(const float* numbers, float* out) {
    for (std::size_t j = 0; j < columns_per_block; j += float_lanes) {
        store(out + j, Draws::mirrored(load<Floats>(numbers + j)));
    }
}

// Noises [n, n + Count) of 64 units from `first` on. Antithetic ones are drawn in pairs, of which
// the last may lack its second half.
template <std::size_t Count, class Powers, bool WithSlope>
inline void add_noises(const AverageTask& task, RelaxedSums<Powers, WithSlope>& sums, std::size_t n,
                       std::size_t begin, std::size_t end, std::size_t first) {
    using Draws = typename Powers::Draws;
    const auto draws = [&](std::size_t i) {
        const std::size_t number = task.antithetic ? (n + i) / 2 : n + i;
        return Draws{{repeated(task.noise, number), first}};
    };
    const Draws each[noises_at_once] = {draws(0), draws(1), draws(2), draws(3)};
    alignas(64) Noises numbers;
    for (std::size_t row = begin; row < end; ++row) {
        for (std::size_t i = 0; i < Count; ++i) {
            if (task.antithetic && i % 2 == 1) {
                mirror<Draws>(numbers[i - 1], numbers[i]);
            } else {
                each[i].draw(task.noise.chains[row], numbers[i]);
            }
        }
        sums.template add_noises<Count>(row - begin, numbers);
    }
}

// At most chains_per_tile rows. Four noises at a time share a division, then two, then none.
template <class Powers, bool WithSlope>
inline void average_few(const AverageTask& task, std::size_t begin, std::size_t end) {
    const Powers powers(task.relaxation);
    RelaxedSums<Powers, WithSlope> sums{powers, {}, {}, {}};
    for (std::size_t first = 0; first < task.width; first += columns_per_block) {
        const std::size_t count = columns_from(first, task.width), rows = end - begin;
        std::memset(sums.total, 0, rows * sizeof sums.total[0]);
        if (WithSlope) std::memset(sums.slope, 0, rows * sizeof sums.slope[0]);
        for (std::size_t r = 0; r < rows; ++r) {
            map_vectors(task.x + (begin + r) * task.width + first, sums.prepared[r], count,
                        [&](Floats x) { return powers.prepare(x); });
        }
        std::size_t n = 0;
        for (; task.n_noises - n >= 4; n += 4) add_noises<4>(task, sums, n, begin, end, first);
        if (task.n_noises - n >= 2) {
            add_noises<2>(task, sums, n, begin, end, first);
            n += 2;
        }
        if (n < task.n_noises) add_noises<1>(task, sums, n, begin, end, first);
        const auto share = [&](Floats x) { return x * task.share; };
        for (std::size_t r = 0; r < rows; ++r) {
            const std::size_t at = (begin + r) * task.width + first;
            map_vectors(sums.total[r], task.mean + at, count, share);
            if constexpr (WithSlope) map_vectors(sums.slope[r], task.slope + at, count, share);
        }
    }
}

template <class Powers>
inline void average_with(const AverageTask& task, std::size_t begin, std::size_t end) {
    for (std::size_t row = begin; row < end; row += chains_per_tile) {
        const std::size_t rest = end - row;
        const std::size_t last = row + (rest < chains_per_tile ? rest : chains_per_tile);
        if (task.slope == nullptr) {
            average_few<Powers, false>(task, row, last);
        } else {
            average_few<Powers, true>(task, row, last);
        }
    }
}

void average_relaxed(const AverageTask& task, std::size_t begin, std::size_t end) {
    if (task.n_noises == 1 && task.slope == nullptr) {
        relax({task.x, task.mean, task.width, task.relaxation, true, false, task.noise}, begin,
              end);
    } else if (task.relaxation.power == 0) {
        average_with<ByLogarithm>(task, begin, end);
    } else {
        average_with<ByPower>(task, begin, end);
    }
}

}  // namespace
}  // namespace scorerbm

#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC pop_options
#endif
