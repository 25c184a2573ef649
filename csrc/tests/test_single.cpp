// Single-precision functions against the library's in double precision.
#include <algorithm>
#include <cmath>
#include <limits>
#include <random>

#include "check.h"
#include "kernels/single.h"
#include "kernels/table.h"

namespace {

using scorerbm::Floats;
using scorerbm::Ints;

constexpr double epsilon = std::numeric_limits<float>::epsilon();

float first(Floats x) {
    return x[0];
}
Ints word(std::uint32_t w) {
    return Ints{} + static_cast<std::int32_t>(w);
}

// The largest relative error seen, in units of epsilon; `least` keeps the denominator from zero.
struct Largest {
    double error = 0;

    void add(float value, double expected, double least = 0) {
        const double size = std::max(std::abs(expected), least);
        error = std::max(error, std::abs(double{value} - expected) / (size * epsilon));
    }
};

bool below(const char* name, const Largest& largest, double bound) {
    std::printf("%s: largest error %.2f epsilon\n", name, largest.error);
    return largest.error < bound;
}

void functions(std::mt19937_64& bits) {
    std::uniform_real_distribution<float> power(-126, 126), near(-8, 8), ratio(0.25f, 4);
    Largest exp2, log2, sigmoid, near_one;
    for (int i = 0; i < 200000; ++i) {
        const float y = power(bits), x = near(bits), r = ratio(bits);
        exp2.add(first(scorerbm::exp2(scorerbm::all_floats(y))), std::exp2(double{y}));
        const float p = first(scorerbm::exp2(scorerbm::all_floats(y)));
        log2.add(first(scorerbm::log2(scorerbm::all_floats(p))), std::log2(double{p}), 0.5);
        near_one.add(first(scorerbm::log2(scorerbm::all_floats(r))), std::log2(double{r}));
        sigmoid.add(first(scorerbm::sigmoid(scorerbm::all_floats(x))),
                    1 / (1 + std::exp(-double{x})));
    }
    CHECK(below("exp2", exp2, 2));
    CHECK(below("log2", log2, 3));
    CHECK(below("log2 near one", near_one, 4));
    CHECK(below("sigmoid within 8", sigmoid, 9));
    Largest off;
    off.add(first(scorerbm::exp2(scorerbm::all_floats(1.000001f))), 2);
    CHECK(!below("exp2 of a neighbour", off, 2));
}

void noise(std::mt19937_64& bits) {
    const double half_pi = std::acos(0.0);
    Largest cosine, sine, logistic;
    for (int i = 0; i < 200000; ++i) {
        const auto radius_word = static_cast<std::uint32_t>(bits());
        const auto angle_word = static_cast<std::uint32_t>(bits());
        const auto pair = scorerbm::normal_pair(word(radius_word), word(angle_word));
        const float u = static_cast<float>(radius_word >> 1) * 0x1p-31f + 0x1p-32f;
        const double radius = std::sqrt(-2 * std::log(double{u}));
        const double fraction = static_cast<std::int32_t>(angle_word << 2) * 0x1p-32;
        const double angle = half_pi * ((angle_word >> 30) + fraction);
        cosine.add(first(pair.first), radius * std::cos(angle), radius);
        sine.add(first(pair.second), radius * std::sin(angle), radius);
        const double end = (radius_word & 0x7FFFFFFFu) * 0x1p-32 + 0x1p-33;
        const double log_odds = std::log((1 - end) / end);
        logistic.add(first(scorerbm::logistic(word(radius_word))),
                     radius_word >> 31 != 0 ? log_odds : -log_odds, 1);
    }
    CHECK(below("normal, cosine", cosine, 4));
    CHECK(below("normal, sine", sine, 4));
    CHECK(below("logistic", logistic, 4));
}

void special_values() {
    const float infinity = std::numeric_limits<float>::infinity();
    CHECK(first(scorerbm::sigmoid(scorerbm::all_floats(infinity))) == 1.0f);
    CHECK(first(scorerbm::sigmoid(scorerbm::all_floats(-infinity))) < 1e-37f);
    CHECK(first(scorerbm::sigmoid(Floats{})) == 0.5f);
    CHECK(std::isnan(first(scorerbm::sigmoid(scorerbm::all_floats(std::nanf(""))))));
    // The ends of the words: nothing is infinite.
    for (const std::uint32_t w : {0u, 1u, 0x7FFFFFFFu, 0x80000000u, 0xFFFFFFFFu}) {
        CHECK(std::isfinite(first(scorerbm::normal_pair(word(w), word(w)).first)));
        CHECK(std::abs(first(scorerbm::logistic(word(w)))) < 23.0f);
    }
    CHECK(first(scorerbm::normal_pair(word(0), word(0)).first) > 6.6f);
    CHECK(first(scorerbm::logistic(word(0))) == -first(scorerbm::logistic(word(0x80000000u))));
}

}  // namespace

int main() {
    std::mt19937_64 bits(1);
    functions(bits);
    noise(bits);
    special_values();
    return failures() != 0;
}
