// Relaxed binary units, sigmoid((x + L)/tau) with logistic noise L, and their averages over it, as
// in backends/reference/relaxed.py.
#pragma once

#include "single_noise.h"
#include "unroll.h"

// GCC's scheduler interleaves chains of operations that wait for each other.
#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC push_options
#pragma GCC optimize("schedule-insns", "sched-pressure")
#endif

namespace scorerbm {
namespace {

// Minimax on the ratios below: 2 artanh(s)/(s ln 2) for s^2 <= 0.0402 within 4e-7.
constexpr float odds_terms[] = {2.885391f, 0.9614028f, 0.6028789f};

// log2(u/(1-u)) is s P(s^2) - e and has the sign of the word's top bit, with the u that `logistic`
// takes and s = numerator/denominator. With e the difference of the exponents, u 2^-e and 1-u are
// within a factor 1.51 of each other.
struct Odds {
    Floats numerator, denominator, exponent;
    Ints sign;

    explicit Odds(Ints word) : sign(~word & static_cast<std::int32_t>(0x80000000u)) {
        const Floats u = to_floats(word & 0x7FFFFFFF) * 0x1p-32f + 0x1p-33f;
        const Floats rest = 1.0f - u;
        const Ints e = (as_ints(u) - as_ints(rest) + 0x00400000) >> 23;
        const Floats m = as_floats(as_ints(u) - (e << 23));
        numerator = rest - m;
        denominator = rest + m;
        exponent = to_floats(e);
    }

    Floats log2(Floats ratio) const {
        const Floats magnitude = ratio * horner(ratio * ratio, odds_terms) - exponent;
        return as_floats(as_ints(magnitude) ^ sign);
    }
};

// 2^y, y cut off where a unit is 0 or 1 to 2^-30: products of four then stay in range.
inline Floats power_of_unit(Floats y) {
    y = clamp(y, -30.0f, 30.0f);
    const Floats shifted = y + 12582912.0f;  // as exp2 of single.h does
    const Floats f = y - (shifted - 12582912.0f), square = f * f;
    // Three short chains of operations in place of Horner's long one.
    const Floats low = f * exp2_terms[1] + exp2_terms[0];
    const Floats middle = f * exp2_terms[3] + exp2_terms[2];
    const Floats high = f * exp2_terms[5] + exp2_terms[4];
    const Floats power = (high * square + middle) * square + low;
    return as_floats(as_ints(power) + (as_ints(shifted) << 23));
}

struct OddsDraws {
    WordDraws words;

    // The four words of a block share a division, which is slow.
    void draw(std::uint32_t chain, float* out) const {
        words.draw(chain, [=](std::size_t b, Ints w0, Ints w1, Ints w2, Ints w3) {
            const Odds x0(w0), x1(w1), x2(w2), x3(w3);
            const Floats d01 = x0.denominator * x1.denominator;
            const Floats d23 = x2.denominator * x3.denominator;
            const Floats inverse = 1.0f / (d01 * d23);
            const Floats i01 = inverse * d23, i23 = inverse * d01;
            store(out + b, x0.log2((x0.numerator * x1.denominator) * i01));
            store(out + blocks_per_group + b, x1.log2((x1.numerator * x0.denominator) * i01));
            store(out + 2 * blocks_per_group + b, x2.log2((x2.numerator * x3.denominator) * i23));
            store(out + 3 * blocks_per_group + b, x3.log2((x3.numerator * x2.denominator) * i23));
        });
    }
};

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

void relax(const RelaxTask& task, std::size_t begin, std::size_t end) {
    const std::size_t width = task.width;
    if (!task.noisy) {
        map_vectors(task.x + begin * width, task.out + begin * width, (end - begin) * width,
                    [&](Floats x) { return 1.0f / (power_of_unit(x * task.of_log_odds) + 1.0f); });
        return;
    }
    const float of_noise = task.mirrored ? -task.of_noise : task.of_noise;
    for_each_group<OddsDraws>(
        task.noise, width, begin, end,
        [&](std::size_t row, std::size_t first, const float* numbers) {
            const std::size_t at = row * width + first;
            map_vectors(task.x + at, task.out + at, columns_from(first, width), [&](Floats x) {
                const Floats y = x * task.of_log_odds + load<Floats>(numbers) * of_noise;
                numbers += float_lanes;
                return 1.0f / (power_of_unit(y) + 1.0f);
            });
        });
}

// 1/(1+p) and 1/(1+q) for p, q = 2^y, added, and their slopes h (1-h), given 1/((1+p)(1+q)).
struct PairOfUnits {
    Floats p, q, p1, q1;

    PairOfUnits(Floats y, Floats z)
        : p(power_of_unit(y)), q(power_of_unit(z)), p1(p + 1.0f), q1(q + 1.0f) {}

    Floats product() const { return p1 * q1; }
    Floats sum(Floats inverse) const { return (p1 + q1) * inverse; }
    Floats slope(Floats inverse) const {
        const Floats h = q1 * inverse, g = p1 * inverse;
        return (p * h) * h + (q * g) * g;
    }
};

// Sums over noises of 64 units of a few chains.
template <bool WithSlope>
struct RelaxedSums {
    alignas(64) float scaled[chains_per_tile][columns_per_block];
    alignas(64) float total[chains_per_tile][columns_per_block];
    alignas(64) float slope[WithSlope ? chains_per_tile : 1][columns_per_block];

    static void add(float* to, Floats x) { store(to, load<Floats>(to) + x); }

    // Adds the units of four noises, each so many numbers times `by`.
    void add_four(std::size_t r, const float* const (&noise)[4], const float (&by)[4]) {
        for (std::size_t j = 0; j < columns_per_block; j += float_lanes) {
            const Floats y = load<Floats>(scaled[r] + j);
            const auto at = [&](std::size_t n) { return y + load<Floats>(noise[n] + j) * by[n]; };
            const PairOfUnits one(at(0), at(1)), two(at(2), at(3));
            const Floats t = one.product(), u = two.product();
            const Floats inverse = 1.0f / (t * u);
            const Floats of_one = inverse * u, of_two = inverse * t;
            add(total[r] + j, one.sum(of_one) + two.sum(of_two));
            if constexpr (WithSlope) add(slope[r] + j, one.slope(of_one) + two.slope(of_two));
        }
    }

    void add_two(std::size_t r, const float* const (&noise)[4], const float (&by)[4]) {
        for (std::size_t j = 0; j < columns_per_block; j += float_lanes) {
            const Floats y = load<Floats>(scaled[r] + j);
            const auto at = [&](std::size_t n) { return y + load<Floats>(noise[n] + j) * by[n]; };
            const PairOfUnits pair(at(0), at(1));
            const Floats inverse = 1.0f / pair.product();
            add(total[r] + j, pair.sum(inverse));
            if constexpr (WithSlope) add(slope[r] + j, pair.slope(inverse));
        }
    }

    void add_one(std::size_t r, const float* noise, float by) {
        for (std::size_t j = 0; j < columns_per_block; j += float_lanes) {
            const Floats p =
                power_of_unit(load<Floats>(scaled[r] + j) + load<Floats>(noise + j) * by);
            const Floats h = 1.0f / (p + 1.0f);
            add(total[r] + j, h);
            if constexpr (WithSlope) add(slope[r] + j, (p * h) * h);
        }
    }
};

inline Stream repeated(Stream stream, std::size_t number) {
    stream.domain |= static_cast<std::uint32_t>(number) << 8;
    return stream;
}

// Noises [n, n + Count) of 64 units from `first` on.
template <std::size_t Count, bool WithSlope>
inline void add_noises(const AverageTask& task, RelaxedSums<WithSlope>& sums, std::size_t n,
                       std::size_t begin, std::size_t end, std::size_t first) {
    alignas(64) float numbers[4][columns_per_block];
    const auto draws = [&](std::size_t number) {
        return OddsDraws{{repeated(task.noise, number), first}};
    };
    const float by = task.of_noise;
    if (task.antithetic) {
        const OddsDraws pairs[] = {draws(n / 2), draws(n / 2 + (Count == 4))};
        const float* const noise[] = {numbers[0], numbers[0], numbers[1], numbers[1]};
        for (std::size_t row = begin; row < end; ++row) {
            const std::uint32_t chain = task.noise.chains[row];
            pairs[0].draw(chain, numbers[0]);
            if constexpr (Count == 4) pairs[1].draw(chain, numbers[1]);
            if constexpr (Count == 4) sums.add_four(row - begin, noise, {by, -by, by, -by});
            if constexpr (Count == 2) sums.add_two(row - begin, noise, {by, -by, by, -by});
            if constexpr (Count == 1) sums.add_one(row - begin, numbers[0], by);
        }
        return;
    }
    const OddsDraws each[] = {draws(n), draws(n + 1), draws(n + 2), draws(n + 3)};
    const float* const noise[] = {numbers[0], numbers[1], numbers[2], numbers[3]};
    for (std::size_t row = begin; row < end; ++row) {
        for (std::size_t i = 0; i < Count; ++i) each[i].draw(task.noise.chains[row], numbers[i]);
        if constexpr (Count == 4) sums.add_four(row - begin, noise, {by, by, by, by});
        if constexpr (Count == 2) sums.add_two(row - begin, noise, {by, by, by, by});
        if constexpr (Count == 1) sums.add_one(row - begin, numbers[0], by);
    }
}

// At most chains_per_tile rows. Four noises at a time share a division, then two, then none.
template <bool WithSlope>
inline void average_few(const AverageTask& task, std::size_t begin, std::size_t end) {
    RelaxedSums<WithSlope> sums;
    for (std::size_t first = 0; first < task.width; first += columns_per_block) {
        const std::size_t count = columns_from(first, task.width), rows = end - begin;
        std::memset(sums.total, 0, rows * sizeof sums.total[0]);
        if (WithSlope) std::memset(sums.slope, 0, rows * sizeof sums.slope[0]);
        std::memset(sums.scaled, 0, rows * sizeof sums.scaled[0]);
        for (std::size_t r = 0; r < rows; ++r) {
            map_vectors(task.x + (begin + r) * task.width + first, sums.scaled[r], count,
                        [&](Floats x) { return x * task.of_log_odds; });
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

void average_relaxed(const AverageTask& task, std::size_t begin, std::size_t end) {
    for (std::size_t row = begin; row < end; row += chains_per_tile) {
        const std::size_t rest = end - row;
        const std::size_t last = row + (rest < chains_per_tile ? rest : chains_per_tile);
        if (task.slope == nullptr) {
            average_few<false>(task, row, last);
        } else {
            average_few<true>(task, row, last);
        }
    }
}

}  // namespace
}  // namespace scorerbm

#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC pop_options
#endif
