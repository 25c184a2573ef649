// What single precision or 16-bit integers decide is what double precision would, wherever the
// random number falls near the threshold; and vectors of draws are those of the scalar code.
// Compiled for each level of CPU.
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <random>
#include <vector>

#include "check.h"
#include "kernels/decide.h"
#include "kernels/decide_shorts.h"
#include "kernels/real_units.h"
#include "kernels/tilted_half_sweep.h"
#include "runtime/cpu_features.h"

namespace {

using namespace scorerbm;

[[maybe_unused]] constexpr int skipped = 77;

// 1: decides for one; 0: for zero; -1: open, or a tie.
int rule(double log_odds, int u) {
    const double threshold = 65536.0 / (1.0 + std::exp(-log_odds));
    if (u + 1 <= threshold) return 1;
    return u > threshold ? 0 : -1;
}

// `first`, kept within the numbers that a draw can be, and the 63 that follow.
std::vector<std::uint16_t> draws_from(int first) {
    std::vector<std::uint16_t> draws(units_per_word);
    first = std::clamp(first, 0, 65535 - 63);
    for (int i = 0; i < 64; ++i)
        draws[static_cast<std::size_t>(i)] = static_cast<std::uint16_t>(first + i);
    return draws;
}

int threshold_of_log_odds(double x) {
    return static_cast<int>(65536.0 / (1.0 + std::exp(-x)));
}

struct Tally {
    long wrong = 0, open = 0, all = 0;

    void add(Decision decision, const std::vector<std::uint16_t>& draws, double log_odds) {
        for (std::size_t j = 0; j < units_per_word; ++j) {
            const bool is_open = ((decision.open >> j) & 1) != 0;
            const int bit = static_cast<int>((decision.ones >> j) & 1);
            wrong += !is_open && bit != rule(log_odds, draws[j]);
            open += is_open;
            ++all;
        }
    }
};

#if SCORERBM_SHORTS
void every_field_of_16_bits() {
    for (const double factor : {2.0, 1.0, 1.0 / 16, 1.0 / 512, 0.77 / 1024, 1.0 / 2048, 1.7 / 4096,
                                0.3 / 2048, 1.0 / 16384, 0.05 / 2048, 0.0}) {
        const NarrowBracket bracket = make_narrow_bracket(factor);
        const std::vector<std::int16_t> bias(units_per_word, 0);
        Tally near, far;
        for (int field = -32768; field < 32768; ++field) {
            const std::vector<std::int16_t> sums(units_per_word, static_cast<std::int16_t>(field));
            const double x = field * factor;
            const auto draws = draws_from(threshold_of_log_odds(x) - 32);
            near.add(decide_narrow(bracket, sums.data(), bias.data(), draws.data()), draws, x);
            if (field % 64 != 0) continue;
            const auto others = draws_from((field + 32768) * 64 % 65536);
            far.add(decide_narrow(bracket, sums.data(), bias.data(), others.data()), others, x);
        }
        CHECK(near.wrong == 0);
        CHECK(far.wrong == 0);
        CHECK(near.open > 0);            // the test looks where decisions are hard
        CHECK(far.open * 20 < far.all);  // and the bracket is of use elsewhere
    }
}

void factors_that_16_bits_cannot_bracket() {
    for (const double factor : {3.0, 6.0, 8.0, -0.5, -0.0 / 1.0 - 1e-300, std::nan("")}) {
        CHECK(!has_narrow_bracket(factor));
    }
    CHECK(has_narrow_bracket(0.0));
    CHECK(has_narrow_bracket(2.0));
}
#endif

struct Fields {
    std::int32_t value;
    Ints at(std::size_t) const { return Ints{} + value; }
};

void fields_of_32_bits(double offset) {
    std::mt19937_64 generator(5);
    std::uniform_real_distribution<double> log_odds(-40, 40), exponent(-24, 4);
    const std::vector<float> offsets(units_per_word, static_cast<float>(-log2_e * offset));
    const float margin = bracket_margin(std::abs(offsets[0]));
    Tally near;
    for (int i = 0; i < 200000; ++i) {
        const double factor = std::exp2(exponent(generator));
        const double wanted = (log_odds(generator) - offset) / factor;
        if (std::abs(wanted) > 2147483000.0) continue;
        const Fields field{static_cast<std::int32_t>(wanted)};
        const Bracket bracket = make_bracket(factor, margin);
        const double x = field.value * factor + offset;
        const auto draws = draws_from(threshold_of_log_odds(x) - 32);
        near.add(offset == 0.0 ? decide<false>(bracket, nullptr, field, draws.data())
                               : decide<true>(bracket, offsets.data(), field, draws.data()),
                 draws, x);
    }
    CHECK(near.wrong == 0);
    CHECK(near.open > 0);
    CHECK(near.open * 20 < near.all);
}

// Log-odds that are real numbers, times an inverse temperature. A factor that is off must show.
void real_log_odds(float error, bool right) {
    std::mt19937_64 generator(9);
    std::uniform_real_distribution<double> log_odds(-40, 40), exponent(-12, 12);
    Tally near;
    for (int i = 0; i < 200000; ++i) {
        const double factor = std::exp2(exponent(generator));
        const std::vector<float> x(units_per_word,
                                   static_cast<float>(log_odds(generator) / factor));
        Bracket bracket = make_bracket(factor, smallest_margin);
        bracket.factor *= 1.0f + error;
        const auto draws = draws_from(threshold_of_log_odds(x[0] * factor) - 32);
        near.add(decide<false>(bracket, nullptr, RealFields{x.data()}, draws.data()), draws,
                 x[0] * factor);
    }
    CHECK((near.wrong == 0) == right);
    CHECK(near.open > 0);
    CHECK(near.open * 20 < near.all);
}

// Fields and offsets of opposite signs that nearly cancel, as large as the limit allows.
void observed_units(float limit, float margin_factor, bool right) {
    std::mt19937_64 generator(7);
    std::uniform_real_distribution<double> log_odds(-20, 20), of_limit(-1, 1);
    const double factor = 1.0 / 4096;
    const Bracket bracket =
        make_bracket(factor, margin_factor * bracket_margin(limit * single_log2_e));
    Tally near;
    std::vector<float> mean(units_per_word);
    double largest = 0;
    for (int i = 0; i < 200000; ++i) {
        const auto offset = static_cast<float>(of_limit(generator) * limit);
        const std::vector<float> offsets(units_per_word, offset);
        const Fields field{
            static_cast<std::int32_t>((log_odds(generator) - double{offset}) / factor)};
        const double x = field.value * factor + double{offset};
        const auto draws = draws_from(threshold_of_log_odds(x) - 32);
        near.add(decide_tilted<true>(bracket, offsets.data(), field, draws.data(), mean.data()),
                 draws, x);
        const double p = 1.0 / (1.0 + std::exp(-x));
        largest = std::max(largest, std::abs(mean[0] - p) / p);
    }
    CHECK((near.wrong == 0) == right);
    CHECK(near.open > 0 || !right);
    CHECK(near.open * 4 < near.all || limit > 100);  // 64 numbers are then about as wide
    CHECK(largest < (20 + limit) * 0x1p-22);
}

// Offsets beyond single precision, and what is not a number, are left to double precision.
void nothing_is_decided_where_it_cannot_be() {
    const auto draws = draws_from(30000);
    for (const float offset : {1e8f, -1e30f}) {
        const std::vector<float> offsets(units_per_word, offset);
        const Bracket bracket = make_bracket(1.0, bracket_margin(std::abs(offset)));
        const Decision decision = decide<true>(bracket, offsets.data(), Fields{1000}, draws.data());
        CHECK(decision.open == ~std::uint64_t{0});
    }
    const Bracket bracket = make_bracket(std::nan(""), bracket_margin(0.0f));
    const Decision decision = decide<false>(bracket, nullptr, Fields{1000}, draws.data());
    CHECK((decision.ones & ~decision.open) == 0);
}

// A margin too small for the roundings must show: the test can fail.
void a_bracket_without_a_margin_is_caught() {
    std::mt19937_64 generator(6);
    std::uniform_int_distribution<std::int32_t> fields(-12000000, 12000000);
    const double factor = 1e-6;
    Tally near;
    for (int i = 0; i < 200000; ++i) {
        const Fields field{fields(generator)};
        Bracket bracket = make_bracket(factor, 0.0f);
        bracket.factor *= 1.0f + 0x1p-17f;
        const double x = field.value * factor;
        const auto draws = draws_from(threshold_of_log_odds(x) - 32);
        near.add(decide<false>(bracket, nullptr, field, draws.data()), draws, x);
    }
    CHECK(near.wrong > 0);
}

void draws_are_those_of_draw16() {
    const std::uint32_t chains[] = {0, 1, 0xFFFFFFFFu, 123456789u};
    for (const std::size_t first : {std::size_t{0}, std::size_t{64}, std::size_t{1} << 20}) {
        const Stream stream{chains, {0x243F6A88u, 0x85A308D3u}, 77, visible_domain};
        const UnitDraws units(stream, first);
        const Tile tile{0, 4, first, units_per_word, units_per_word};
        std::uint16_t expected[4 * units_per_word], got[units_per_word];
        draw16(tile, stream, expected);
        for (std::size_t c = 0; c < 4; ++c) {
            units.draw(chains[c], got);
            CHECK(std::equal(got, got + units_per_word, expected + c * units_per_word));
        }
    }
}

// Apart from main, whose very first instructions must run on any CPU.
__attribute__((noinline)) void run_all() {
#if SCORERBM_SHORTS
    every_field_of_16_bits();
    factors_that_16_bits_cannot_bracket();
#endif
    for (const double offset : {0.0, 0.3, -17.0, 60.0}) fields_of_32_bits(offset);
    real_log_odds(0.0f, true);
    real_log_odds(0x1p-17f, false);
    for (const float limit : {1.0f, 90.0f, 600.0f}) observed_units(limit, 1.0f, true);
    observed_units(600.0f, 0.01f, false);
    nothing_is_decided_where_it_cannot_be();
    a_bracket_without_a_margin_is_caught();
    draws_are_those_of_draw16();
}

}  // namespace

int main() {
#if defined(SCORERBM_TEST_LEVEL)
    if (!scorerbm::has_level(scorerbm::cpu_features(), SCORERBM_TEST_LEVEL)) return skipped;
#endif
    run_all();
    return failures() != 0;
}
