// Every level that this CPU supports returns the bits of the highest one, on awkward sizes.
#include <algorithm>
#include <cstring>
#include <functional>
#include <random>
#include <vector>

#include "check.h"
#include "runtime/dispatch.h"

namespace {

using namespace scorerbm;

std::mt19937_64 generator(7);

template <class Number>
std::vector<Number> integers(std::size_t size, int low, int high) {
    std::uniform_int_distribution<int> any(low, high);
    std::vector<Number> result(size);
    for (Number& x : result) x = static_cast<Number>(any(generator));
    return result;
}

std::vector<double> reals(std::size_t size, double low, double high) {
    std::uniform_real_distribution<double> any(low, high);
    std::vector<double> result(size);
    for (double& x : result) x = any(generator);
    return result;
}

struct Size {
    std::size_t chains, visible, hidden;
};

// One problem of that size, with room for each result.
struct Problem {
    Size size;
    std::vector<std::int32_t> weights, transposed, visible_bias, hidden_bias;
    std::vector<std::uint8_t> states;
    std::vector<std::uint32_t> chains, scratch;
    std::vector<double> beta, x, y, matrix, bias, probability;

    explicit Problem(Size s)
        : size(s),
          weights(integers<std::int32_t>(s.visible * s.hidden, -3000, 3000)),
          transposed(s.visible * s.hidden),
          visible_bias(integers<std::int32_t>(s.chains * s.visible, -3000, 3000)),
          hidden_bias(integers<std::int32_t>(s.hidden, -3000, 3000)),
          states(integers<std::uint8_t>(s.chains * s.visible, 0, 1)),
          chains(integers<std::uint32_t>(s.chains, 0, 1 << 30)),
          scratch((2 * chains_per_tile + 1) * std::max(s.visible, s.hidden)),
          beta(reals(s.chains, 0, 2)),
          x(reals(s.chains * s.visible, -40, 40)),
          y(reals(s.chains * s.visible, -1, 1)),
          matrix(reals(s.visible * s.hidden, -2, 2)),
          bias(reals(s.hidden, -2, 2)),
          probability(reals(s.chains * s.visible, 0, 1)) {
        for (std::size_t i = 0; i < s.visible; ++i) {
            for (std::size_t j = 0; j < s.hidden; ++j) {
                transposed[j * s.visible + i] = weights[i * s.hidden + j];
            }
        }
    }

    Layer hidden() const {
        return {weights.data(), size.visible, size.hidden, hidden_bias.data(), 0};
    }
    Layer visible() const {
        return {transposed.data(), size.hidden, size.visible, visible_bias.data(), size.visible};
    }
    Stream stream(std::uint32_t step) const { return {chains.data(), {11, 12}, step, 3}; }
};

using Bytes = std::vector<unsigned char>;

template <class Number>
void append(Bytes& bytes, const std::vector<Number>& values) {
    const std::size_t old = bytes.size();
    bytes.resize(old + values.size() * sizeof(Number));
    if (!values.empty()) std::memcpy(&bytes[old], values.data(), values.size() * sizeof(Number));
}

Bytes run_gibbs(const KernelTable& k, Problem& p, std::uint32_t step) {
    auto v = p.states;
    std::vector<std::uint8_t> h(p.size.chains * p.size.hidden);
    std::vector<double> mean(v.size());
    const GibbsTask task{p.hidden(),  p.visible(),     1024.0,   p.beta.data(), v.data(), h.data(),
                         mean.data(), p.chains.data(), {11, 12}, step,          3};
    k.gibbs(task, 0, p.size.chains, p.scratch.data());
    Bytes bytes;
    append(bytes, v);
    append(bytes, h);
    append(bytes, mean);
    return bytes;
}

Bytes run_moments(const KernelTable& k, Problem& p, std::uint32_t) {
    const auto [C, N, M] = p.size;
    std::vector<double> probability(C * M);
    std::vector<std::int64_t> weights(N * M), visible(N), hidden(M);
    const ConditionalTask task{p.hidden(), 1024.0, p.states.data(), probability.data()};
    k.conditional(task, 0, C, p.scratch.data());
    k.moments(task, {weights.data(), visible.data(), hidden.data()}, 0, C, p.scratch.data());
    Bytes bytes;
    append(bytes, probability);
    append(bytes, weights);
    append(bytes, visible);
    append(bytes, hidden);
    return bytes;
}

Bytes run_bernoulli(const KernelTable& k, Problem& p, std::uint32_t step) {
    std::vector<std::uint8_t> bits(p.probability.size());
    k.bernoulli({p.probability.data(), p.size.visible, p.stream(step), bits.data()}, 0,
                p.size.chains);
    Bytes bytes;
    append(bytes, bits);
    return bytes;
}

Bytes run_functions(const KernelTable& k, Problem& p, std::uint32_t) {
    const auto [C, N, M] = p.size;
    std::vector<double> out(C * M), sigmoid(p.x.size()), softplus(p.x.size());
    k.linear({p.x.data(), p.matrix.data(), N, M, p.bias.data(), 0, out.data()}, 0, C);
    k.sigmoid(p.x.data(), sigmoid.data(), p.x.size());
    k.softplus(p.x.data(), softplus.data(), p.x.size());
    Bytes bytes;
    append(bytes, out);
    append(bytes, sigmoid);
    append(bytes, softplus);
    return bytes;
}

Bytes run_noise(const KernelTable& k, Problem& p, std::uint32_t step) {
    Bytes bytes;
    std::vector<double> out(p.x.size());
    const NoiseTask task{p.size.visible, p.stream(step), out.data()};
    for (const auto kernel : {k.uniform, k.normal, k.logistic}) {
        kernel(task, 0, p.size.chains);
        append(bytes, out);
    }
    k.euler_maruyama({task, p.x.data(), p.y.data(), 0.9, 0.1, 0.3}, 0, p.size.chains);
    append(bytes, out);
    return bytes;
}

Bytes run_enumerate(const KernelTable& k, Problem& p, std::uint32_t) {
    const std::size_t K = std::min<std::size_t>(p.size.visible, 9), L = p.size.hidden;
    std::vector<double> out(std::size_t{1} << K), scratch((K + 1) * (L + 1));
    k.enumerate_states({p.matrix.data(), p.y.data(), p.bias.data(), K, L, out.data()}, 0,
                       out.size(), scratch.data());
    Bytes bytes;
    append(bytes, out);
    return bytes;
}

struct Operation {
    const char* name;
    std::function<Bytes(const KernelTable&, Problem&, std::uint32_t step)> run;
    bool random;
};

const Operation operations[] = {
    {"gibbs", run_gibbs, true},         {"moments", run_moments, false},
    {"bernoulli", run_bernoulli, true}, {"functions", run_functions, false},
    {"noise", run_noise, true},         {"enumerate_states", run_enumerate, false},
};

}  // namespace

int main() {
    const Size sizes[] = {{1, 1, 1},   {3, 7, 8},     {130, 9, 17}, {5, 64, 65},
                          {33, 63, 1}, {70, 14, 130}, {32, 65, 64}, {9, 300, 20}};
    const Level& highest = choose_level(nullptr);
    CHECK(compiled_levels().front().supported);
    for (const Size& size : sizes) {
        Problem problem(size);
        for (const Operation& operation : operations) {
            const Bytes expected = operation.run(*highest.kernels, problem, 4);
            CHECK(!expected.empty());
            for (const Level& level : compiled_levels()) {
                if (!level.supported) continue;
                const bool same = operation.run(*level.kernels, problem, 4) == expected;
                if (!same) std::fprintf(stderr, "%s at %s\n", operation.name, level.name.c_str());
                CHECK(same);
            }
            // The comparison sees a difference where there is one.
            if (operation.random && size.chains > 30) {
                CHECK(operation.run(*highest.kernels, problem, 5) != expected);
            }
        }
    }
    return failures() != 0;
}
