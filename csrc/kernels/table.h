// What a kernel is given and how it is called. This header is shared by units compiled for
// different CPUs, so it declares data only: a function here would be merged across them.
#pragma once

#include <cstddef>
#include <cstdint>

namespace scorerbm {

struct Key {
    std::uint32_t low, high;
};

// Where the draws of a call come from: the chain is the row's, the block follows from the column.
struct Stream {
    const std::uint32_t* chains;
    Key key;
    std::uint32_t step, domain;
};

constexpr std::uint32_t hidden_domain = 0;
constexpr std::uint32_t visible_domain = 1;
constexpr std::uint32_t refine_flag = 0x80;

// Chains that are kept in cache together; scratch sizes below depend on it.
constexpr std::size_t chains_per_tile = 32;

// One direction of an integer RBM: bias + states @ weights, weights (inputs, outputs).
struct Layer {
    const std::int32_t* weights;
    std::size_t inputs, outputs;
    const std::int32_t* bias;
    std::size_t bias_stride;  // from chain to chain: 0 if all share one bias
};

struct GibbsTask {
    Layer hidden, visible;
    double scale;
    const double* beta;
    std::uint8_t* v;  // in and out
    std::uint8_t* h;
    double* mean;  // of p(v=1|h); may be null
    const std::uint32_t* chains;
    Key key;
    std::uint32_t first_sweep;
    std::size_t n_sweeps;
};

struct ConditionalTask {
    Layer layer;
    double scale;
    const std::uint8_t* states;
    double* probability;
};

// Sums in units of 2^-30; the visible ones are counts.
struct MomentSums {
    std::int64_t* weights;
    std::int64_t* visible;
    std::int64_t* hidden;
};

struct BernoulliTask {
    const double* probability;
    std::size_t width;
    Stream stream;
    std::uint8_t* out;
};

struct LinearTask {
    const double* x;
    const double* weights;
    std::size_t inputs, outputs;
    const double* bias;
    std::size_t bias_stride;
    double* out;
};

struct NoiseTask {
    std::size_t width;
    Stream stream;
    double* out;
};

struct EulerMaruyamaTask {
    NoiseTask noise;
    const double* v;
    const double* mean;
    double keep, pull, spread;
};

struct EnumerateTask {
    const double* weights;
    const double* enumerated_bias;
    const double* summed_bias;
    std::size_t enumerated, summed;
    double* out;
};

// Every kernel works on the rows [begin, end) of its task. Scratch belongs to one call:
//   gibbs              chains_per_tile * (the wider layer) words
//   conditional        chains_per_tile * inputs words
//   moments            (2 * chains_per_tile + 1) * inputs words
//   enumerate_states   (enumerated + 1) * (summed + 1) numbers
struct KernelTable {
    void (*gibbs)(const GibbsTask&, std::size_t begin, std::size_t end, std::uint32_t* scratch);
    void (*conditional)(const ConditionalTask&, std::size_t begin, std::size_t end,
                        std::uint32_t* scratch);
    void (*moments)(const ConditionalTask&, const MomentSums&, std::size_t begin, std::size_t end,
                    std::uint32_t* scratch);
    void (*bernoulli)(const BernoulliTask&, std::size_t begin, std::size_t end);
    void (*linear)(const LinearTask&, std::size_t begin, std::size_t end);
    void (*sigmoid)(const double* x, double* out, std::size_t size);
    void (*softplus)(const double* x, double* out, std::size_t size);
    void (*uniform)(const NoiseTask&, std::size_t begin, std::size_t end);
    void (*normal)(const NoiseTask&, std::size_t begin, std::size_t end);
    void (*logistic)(const NoiseTask&, std::size_t begin, std::size_t end);
    void (*euler_maruyama)(const EulerMaruyamaTask&, std::size_t begin, std::size_t end);
    void (*enumerate_states)(const EnumerateTask&, std::size_t begin, std::size_t end,
                             double* scratch);
};

}  // namespace scorerbm
