// Every level that this CPU supports returns the bits of the highest one, on awkward sizes.
#include <algorithm>
#include <cstring>
#include <functional>
#include <random>
#include <vector>

#include "check.h"
#include "runtime/bits.h"
#include "runtime/dispatch.h"
#include "runtime/prepared.h"

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
    std::vector<std::int32_t> weights, hidden_bias;
    std::vector<std::uint8_t> states;
    std::vector<std::uint32_t> chains, scratch;
    std::vector<double> beta, x, y, matrix, bias, probability;

    explicit Problem(Size s)
        : size(s),
          weights(integers<std::int32_t>(s.visible * s.hidden, -100, 100)),
          hidden_bias(integers<std::int32_t>(s.hidden, -3000, 3000)),
          states(integers<std::uint8_t>(s.chains * s.visible, 0, 1)),
          chains(integers<std::uint32_t>(s.chains, 0, 1 << 30)),
          scratch((2 * chains_per_tile + 1) * std::max(s.visible, s.hidden)),
          beta(reals(s.chains, 0, 2)),
          x(reals(s.chains * s.visible, -40, 40)),
          y(reals(s.chains * s.visible, -1, 1)),
          matrix(reals(s.visible * s.hidden, -2, 2)),
          bias(reals(s.hidden, -2, 2)),
          probability(reals(s.chains * s.visible, 0, 1)) {}

    Layer hidden() const {
        return {weights.data(), size.visible, size.hidden, hidden_bias.data(), 0};
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

// Room for one half-sweep of all chains, and a task that every variant starts from.
struct HalfSweep {
    PreparedLayer layer;
    std::size_t chains, in_words, out_words;
    AlignedBytes in, out, frozen, tables, sums, brackets, indices;
    std::vector<std::int32_t> bias;
    std::vector<std::int16_t> narrow_bias;
    std::vector<double> factor, offset, mean;
    std::vector<float> scaled_offset;
    std::vector<std::int64_t> product;

    HalfSweep(const Problem& p, int bits)
        : layer(p.weights.data(), p.size.visible, p.size.hidden, bits),
          chains(p.size.chains),
          in_words(words_of(p.size.visible)),
          out_words(words_of(p.size.hidden)),
          in(chains * in_words * 8),
          out(chains * out_words * 8),
          frozen(chains * out_words * 8),
          tables(lookup_table_entries * columns_per_block * 4),
          sums((chains + chain_padding) * columns_per_block * 4),
          brackets(chains * bracket_bytes),
          indices((chains + chain_padding) * (p.size.visible + 8)),
          bias(layer.padded_outputs()),
          narrow_bias(layer.padded_outputs()),
          factor(p.beta),
          offset(layer.padded_outputs(), 0.25),
          mean(chains * p.size.hidden),
          scaled_offset(layer.padded_outputs(), -0.36067376f),
          product(chains) {
        layer.build_register_tables();
        for (double& x : factor) x /= 1024.0;
        std::copy(p.hidden_bias.begin(), p.hidden_bias.end(), bias.begin());
        std::copy(p.hidden_bias.begin(), p.hidden_bias.end(), narrow_bias.begin());
        for (std::size_t c = 0; c < chains; ++c) {
            pack_bits(&p.states[c * p.size.visible], p.size.visible,
                      in.as<std::uint64_t>() + c * in_words);
        }
        for (std::size_t i = 0; i < chains * out_words; ++i) {
            frozen.as<std::uint64_t>()[i] = generator();
        }
    }

    HalfSweepTask task(const Problem& p, Lookup lookup, std::uint32_t step) const {
        HalfSweepTask t = {};
        t.weights = layer.weights.as<void>();
        t.inputs = p.size.visible;
        t.outputs = p.size.hidden;
        t.bias = bias.data();
        t.in = {in.as<std::uint64_t>(), in_words};
        t.out = {out.as<std::uint64_t>(), out_words};
        t.n_chains = chains;
        t.factor = factor.data();
        t.stream = p.stream(step);
        t.lookup = lookup;
        t.tables = tables.as<void>();
        t.sums = sums.as<void>();
        t.brackets = brackets.as<void>();
        t.register_tables = layer.register_tables.as<void>();
        t.indices = indices.as<void>();
        return t;
    }
};

constexpr Lookup lookups[] = {Lookup::rows, Lookup::bits4, Lookup::bits5, Lookup::bits6,
                              Lookup::registers};

// The outputs of every way to decide, for one way to add.
template <class Run, class Product>
Bytes half_sweeps(Problem& p, HalfSweep& half, Run run, Product product, Lookup lookup,
                  std::uint32_t step) {
    Bytes bytes;
    const auto go = [&](HalfSweepTask task) {
        std::fill(half.mean.begin(), half.mean.end(), 0.0);
        std::fill(half.product.begin(), half.product.end(), 0);
        run(task);
        bytes.insert(bytes.end(), half.out.as<unsigned char>(),
                     half.out.as<unsigned char>() + half.chains * half.out_words * 8);
        append(bytes, half.mean);
        append(bytes, half.product);
    };
    HalfSweepTask plain = half.task(p, lookup, step);
    go(plain);
    HalfSweepTask narrow = plain;
    narrow.narrow_bias = half.layer.bits == 16 ? half.narrow_bias.data() : nullptr;
    narrow.product = half.product.data();
    go(narrow);
    HalfSweepTask tilted = plain;
    tilted.offset = half.offset.data();
    tilted.scaled_offset = half.scaled_offset.data();
    tilted.largest_offset = 0.5f;
    go(tilted);
    HalfSweepTask averaged = plain;
    averaged.mean_sum = half.mean.data();
    averaged.frozen = half.frozen.as<std::uint64_t>();
    averaged.frozen_stride = half.out_words;
    go(averaged);
    std::fill(half.product.begin(), half.product.end(), 0);
    product(narrow);
    append(bytes, half.product);
    return bytes;
}

Bytes run_half_sweeps(const KernelTable& k, Problem& p, std::uint32_t step) {
    Bytes bytes;
    for (const int bits : {16, 32}) {
        generator.seed(11);
        HalfSweep half(p, bits);
        const auto run = bits == 16 ? k.half_sweep16 : k.half_sweep32;
        const auto product = bits == 16 ? k.field_product16 : k.field_product32;
        Bytes first;
        for (const Lookup lookup : lookups) {
            std::fill_n(half.out.as<std::uint64_t>(), half.chains * half.out_words, 0);
            const Bytes result = half_sweeps(p, half, run, product, lookup, step);
            if (first.empty()) first = result;
            CHECK(result == first);
        }
        bytes.insert(bytes.end(), first.begin(), first.end());
    }
    return bytes;
}

std::vector<float> singles(std::size_t size, double low, double high) {
    const std::vector<double> numbers = reals(size, low, high);
    return std::vector<float>(numbers.begin(), numbers.end());
}

// Hidden units take the place of observed ones.
Bytes run_tilted(const KernelTable& k, Problem& p, std::uint32_t step) {
    Bytes bytes;
    for (const int bits : {16, 32}) {
        generator.seed(13);
        HalfSweep half(p, bits);
        const std::size_t stride = half.layer.padded_outputs(), size = p.size.chains * stride;
        const std::vector<float> state = singles(size, -3, 3), start = singles(size, -3, 3);
        const std::vector<float> shift = singles(stride, -1, 1);
        std::vector<float> sum(size, 0.25f), out(size);
        TiltTask task = {};
        task.half = half.task(p, Lookup::bits5, step);
        task.state = state.data();
        task.stride = stride;
        task.block_stride = columns_per_block;
        task.rate = 2.5f;
        task.half_signal = 1.25f;
        task.limit = 7.0f;
        task.mean_scale = 0.5f;
        task.numbers = {0.9f, 0.2f, 0.5f, 0.3f};
        task.noise = p.stream(step + 1);
        const auto run = bits == 16 ? k.tilted_half_sweep16 : k.tilted_half_sweep32;
        run(task);
        task.mean_sum = sum.data();
        run(task);
        task.out = out.data();
        task.start = start.data();
        task.shift = shift.data();
        run(task);
        append(bytes, sum);
        append(bytes, out);
        bytes.insert(bytes.end(), half.out.as<unsigned char>(),
                     half.out.as<unsigned char>() + half.chains * half.out_words * 8);
    }
    return bytes;
}

Bytes run_relaxed(const KernelTable& k, Problem& p, std::uint32_t step) {
    generator.seed(14);
    const auto [C, N, M] = p.size;
    const std::vector<float> x = singles(C * N, -30, 30), y = singles(C * N, 0, 1);
    std::vector<float> out(C * N), slope(C * N);
    Bytes bytes;
    for (const Relaxation by : {Relaxation{-2.9f, -2.0f, 0}, Relaxation{-2.9f, -2.0f, 6}}) {
        for (const bool mirrored : {false, true}) {
            k.relax({x.data(), out.data(), N, by, true, mirrored, p.stream(step)}, 0, C);
            append(bytes, out);
        }
        for (const std::size_t n : {1u, 3u, 8u}) {
            const bool antithetic = n == 8;
            k.average_relaxed({x.data(), out.data(), slope.data(), N, by,
                               1.0f / static_cast<float>(n), n, antithetic, p.stream(step)},
                              0, C);
            append(bytes, out);
            append(bytes, slope);
        }
    }
    const std::vector<float> coefficients = singles(table_terms * table_segments, -1, 1);
    k.expectation({coefficients.data(), 0.7f, x.data(), out.data()}, C * N);
    append(bytes, out);
    k.sigmoids(x.data(), out.data(), C * N);
    append(bytes, out);
    k.multiply(x.data(), y.data(), 0.3f, out.data(), C * N);
    append(bytes, out);
    const std::vector<double> error{k.row_error(x.data(), y.data(), 0.4f, 2.0f, out.data(), C * N)};
    append(bytes, error);
    append(bytes, out);
    return bytes;
}

Bytes run_swap(const KernelTable& k, Problem& p, std::uint32_t) {
    const std::size_t R = p.size.chains;
    std::vector<std::uint16_t> slots(R), replica_of(R);
    for (std::size_t r = 0; r < R; ++r) slots[r] = static_cast<std::uint16_t>(R - 1 - r);
    generator.seed(12);
    const std::vector<std::int64_t> energies = integers<std::int64_t>(R, -4000, 4000);
    std::vector<double> betas(R);
    for (std::size_t r = 0; r < R; ++r) betas[r] = static_cast<double>(r) / 100.0;
    const std::vector<double> u(R, 0.5);
    for (const std::size_t parity : {0u, 1u}) {
        k.swap({R, parity, betas.data(), u.data(), 64.0, energies.data(), slots.data(),
                replica_of.data()});
    }
    Bytes bytes;
    append(bytes, slots);
    return bytes;
}

// Neighbours at distances that depend on the unit, in a tile of as many chains as fit.
struct RandomGraph {
    std::vector<std::int32_t> starts{0}, neighbours, weights, bias, order;

    explicit RandomGraph(std::size_t units)
        : weights(integers<std::int32_t>(3 * units, -9000, 9000)),
          bias(integers<std::int32_t>(units, -9000, 9000)) {
        for (std::size_t i = 0; i < units; ++i) {
            for (std::size_t j = 0; j < i % 4 && j + 1 < units; ++j) {
                neighbours.push_back(static_cast<std::int32_t>((7 * i + j) % units));
            }
            starts.push_back(static_cast<std::int32_t>(neighbours.size()));
            order.push_back(static_cast<std::int32_t>(units - 1 - i));
        }
    }

    Graph graph() const {
        return {order.size(),   starts.data(), neighbours.data(),
                weights.data(), bias.data(),   order.data()};
    }
};

Bytes run_graph(const KernelTable& k, Problem& p, std::uint32_t step) {
    generator.seed(15);
    const std::size_t n = p.size.visible;
    const std::size_t chains = std::min(p.size.chains, lanes_per_graph_tile);
    const std::size_t lanes = (chains + graph_padding - 1) / graph_padding * graph_padding;
    const RandomGraph random(n);
    std::vector<std::int32_t> states = integers<std::int32_t>(n * lanes, -1, 0);
    const std::vector<std::uint32_t> ids = integers<std::uint32_t>(lanes, 0, 1 << 30);
    const std::vector<double> factor = reals(lanes, 0.0, 1e-3);
    std::vector<float> scaled_factor(lanes);
    std::vector<std::uint32_t> words((n + 7) / 8 * 4 * lanes);
    std::vector<std::int64_t> product(lanes);
    const GraphTile tile = {states.data(), lanes};
    k.sweep_graph({random.graph(),
                   tile,
                   {ids.data(), {11, 12}, step, 1},
                   factor.data(),
                   scaled_factor.data(),
                   words.data()});
    k.graph_product(tile, random.graph(), product.data());
    Bytes bytes;
    append(bytes, states);
    append(bytes, product);
    return bytes;
}

Bytes run_conditional(const KernelTable& k, Problem& p, std::uint32_t) {
    std::vector<double> probability(p.size.chains * p.size.hidden);
    k.conditional({p.hidden(), 1024.0, p.states.data(), probability.data()}, 0, p.size.chains,
                  p.scratch.data());
    Bytes bytes;
    append(bytes, probability);
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
    std::vector<double> uniform(p.x.size());
    k.uniform({p.size.visible, p.stream(step), uniform.data()}, 0, p.size.chains);
    append(bytes, uniform);
    std::vector<float> normal(p.x.size()), logistic(p.x.size()), staged(p.x.size());
    k.normal({p.size.visible, p.stream(step), normal.data()}, 0, p.size.chains);
    k.logistic({p.size.visible, p.stream(step), logistic.data()}, 0, p.size.chains);
    const float* const starts[] = {nullptr, normal.data()};
    for (const float* start : starts) {
        k.stage({p.size.visible,
                 p.stream(step),
                 normal.data(),
                 logistic.data(),
                 start,
                 {0.9f, 0.1f, 0.5f, 0.3f},
                 staged.data()},
                0, p.size.chains);
        append(bytes, staged);
    }
    append(bytes, normal);
    append(bytes, logistic);
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
    {"tilted", run_tilted, true},
    {"relaxed", run_relaxed, true},
    {"half_sweeps", run_half_sweeps, true},
    {"swap", run_swap, false},
    {"graph", run_graph, true},
    {"conditional", run_conditional, false},
    {"bernoulli", run_bernoulli, true},
    {"functions", run_functions, false},
    {"noise", run_noise, true},
    {"enumerate_states", run_enumerate, false},
};

}  // namespace

int main() {
    const Size sizes[] = {{1, 1, 1},     {3, 7, 8},    {130, 9, 17}, {5, 64, 65}, {33, 63, 1},
                          {70, 14, 130}, {32, 65, 64}, {9, 300, 20}, {100, 70, 9}};
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
