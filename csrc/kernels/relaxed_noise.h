// Logistic noise L in the two forms that relaxed units take it in, as in
// backends/reference/relaxed.py: log2(u/(1-u)) and, for whole powers, the odds (1-u)/u.
#pragma once

#include "single_noise.h"

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
        const Floats u = distance_from_end(word);
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

// log2(u/(1-u)).
struct LogOddsDraws {
    WordDraws words;

    static Floats mirrored(Floats log_odds) { return -log_odds; }

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

// u and 1-u, of which u is the larger one if the word's top bit is set.
struct Ends {
    Floats u, rest;

    explicit Ends(Ints word) {
        const Floats near = distance_from_end(word), far = 1.0f - near;
        u = select_by_sign(word, far, near);
        rest = select_by_sign(word, near, far);
    }
};

// (1-u)/u.
struct OddsDraws {
    WordDraws words;

    static Floats mirrored(Floats odds) { return 1.0f / odds; }

    // First all words, so that neither pass is one long chain of operations; then two of a block
    // share a division.
    void draw(std::uint32_t chain, float* out) const {
        alignas(64) std::int32_t drawn[columns_per_block];
        words.draw(chain, [&](std::size_t b, Ints w0, Ints w1, Ints w2, Ints w3) {
            store(drawn + b, w0);
            store(drawn + blocks_per_group + b, w1);
            store(drawn + 2 * blocks_per_group + b, w2);
            store(drawn + 3 * blocks_per_group + b, w3);
        });
        for (std::size_t half = 0; half < columns_per_block; half += 2 * blocks_per_group) {
            SCORERBM_UNROLL
            for (std::size_t j = half; j < half + blocks_per_group; j += float_lanes) {
                const Ends x(load<Ints>(drawn + j));
                const Ends y(load<Ints>(drawn + blocks_per_group + j));
                const Floats inverse = 1.0f / (x.u * y.u);
                store(out + j, (x.rest * y.u) * inverse);
                store(out + blocks_per_group + j, (y.rest * x.u) * inverse);
            }
        }
    }
};

}  // namespace
}  // namespace scorerbm

#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC pop_options
#endif
