// Elementary functions against the library's in long double.
#include <algorithm>
#include <cmath>
#include <limits>
#include <random>

#include "check.h"
#include "kernels/elementary.h"

namespace {

using Real = long double;
constexpr Real epsilon = std::numeric_limits<double>::epsilon();

// The largest relative error seen, in units of epsilon; `least` keeps the denominator from zero.
struct Largest {
    Real error = 0;

    void add(double value, Real expected, Real least = 0) {
        const Real size = std::max(std::abs(expected), least);
        error = std::max(error, std::abs(value - expected) / (size * epsilon));
    }
};

bool below(const char* name, const Largest& largest, Real bound) {
    std::printf("%s: largest error %.2f epsilon\n", name, static_cast<double>(largest.error));
    return largest.error < bound;
}

void exponentials(std::mt19937_64& bits) {
    std::uniform_real_distribution<double> wide(-700, 700), narrow(-3, 3);
    Largest exp, sigmoid, softplus;
    for (int i = 0; i < 200000; ++i) {
        const double x = i % 2 == 0 ? wide(bits) : narrow(bits);
        const Real small = std::exp(-std::abs(Real{x}));
        exp.add(scorerbm::exp_nonpositive(-std::abs(x)), small);
        sigmoid.add(scorerbm::sigmoid(x), (x >= 0 ? 1 : small) / (1 + small));
        softplus.add(scorerbm::softplus(x), std::max(Real{x}, Real{0}) + std::log1p(small), 1);
    }
    CHECK(below("exp", exp, 2));
    CHECK(below("sigmoid", sigmoid, 3));
    CHECK(below("softplus", softplus, 2));
    CHECK(!below(
        "exp of a neighbour",
        [] {
            Largest off;
            off.add(scorerbm::exp_nonpositive(-1.0 - 1e-15), std::exp(Real{-1}));
            return off;
        }(),
        2));
}

void logarithm(std::mt19937_64& bits) {
    std::uniform_real_distribution<double> exponent(-33, 33), near_one(0.5, 2);
    Largest log;
    for (int i = 0; i < 200000; ++i) {
        const double x = i % 2 == 0 ? std::exp2(exponent(bits)) : near_one(bits);
        log.add(scorerbm::log(x), std::log(Real{x}));
    }
    CHECK(below("log", log, 3));
    CHECK(scorerbm::log(1.0) == 0.0);
}

void special_values() {
    const double infinity = std::numeric_limits<double>::infinity();
    CHECK(scorerbm::sigmoid(infinity) == 1.0);
    CHECK(scorerbm::sigmoid(-infinity) < 1e-300);
    CHECK(scorerbm::sigmoid(0.0) == 0.5 && scorerbm::sigmoid(-0.0) == 0.5);
    CHECK(scorerbm::softplus(infinity) == infinity && scorerbm::softplus(-infinity) == 0.0);
    CHECK(std::isnan(scorerbm::sigmoid(std::nan(""))));
    CHECK(std::isnan(scorerbm::softplus(std::nan(""))));
    CHECK(scorerbm::uniform53(0xFFFFFFFFu, 0xFFFFFFFFu) == 1.0 - 0x1p-53);
    CHECK(scorerbm::uniform53(0, 0x7FF) == 0.0 && scorerbm::uniform53(0, 0x800) == 0x1p-53);
}

}  // namespace

int main() {
    std::mt19937_64 bits(1);
    exponentials(bits);
    logarithm(bits);
    special_values();
    return failures() != 0;
}
