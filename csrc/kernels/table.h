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
constexpr std::uint32_t normal_domain = 2;
constexpr std::uint32_t logistic_hidden_domain = 3;
constexpr std::uint32_t logistic_visible_domain = 4;
constexpr std::uint32_t swap_domain = 6;
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

// Rows of bits: 64 units a word, the lowest bit first. Bits beyond the last unit are zero, and one
// word more is there to be read.
struct BitRows {
    std::uint64_t* words;
    std::size_t stride;  // words a row
};

// How the weights of active inputs are added: `rows` one by one; `bits…` so many at a time, by
// lookup in memory; `registers` by lookup in registers.
enum class Lookup { rows, bits4, bits5, bits6, registers };

// Inputs of one lookup in registers, with sums of 16 and 32 bits.
constexpr std::size_t register_bits16 = 5, register_bits32 = 4;

// Chains beyond the last one for which there must be room in sums and indices.
constexpr std::size_t chain_padding = 32;

constexpr std::size_t columns_per_block = 64;

// One half of a sweep of a few chains: the states `out` of a layer given the states `in` of the
// other one. Arrays over outputs are padded to whole blocks of columns.
struct HalfSweepTask {
    const void* weights;  // (blocks, inputs, columns_per_block) 16- or 32-bit numbers
    std::size_t inputs, outputs;
    const std::int32_t* bias;
    std::size_t bias_stride;          // 0 if all chains share one, else unpadded rows
    const std::int16_t* narrow_bias;  // if fields fit 16 bits; may be null
    const double* offset;             // log-odds added to every chain's; may be null
    const float* scaled_offset;       // that times -log2 e
    float largest_offset;             // of them in magnitude
    BitRows in, out;
    const std::uint64_t* frozen;  // outputs that keep their state; may be null
    std::size_t frozen_stride;
    std::size_t n_chains;
    const double* factor;  // of each chain: beta / scale
    Stream stream;
    double* mean_sum;       // (n_chains, outputs), to which p(out=1|in) is added; may be null
    std::int64_t* product;  // of each chain: the sum of the fields of active outputs; may be null
    Lookup lookup;
    void* tables;                 // lookup_table_entries * columns_per_block numbers
    void* sums;                   // (n_chains + chain_padding) * columns_per_block numbers
    const void* register_tables;  // of 64 bytes, (columns / 8, groups of inputs, 8)
    // Room for what is looked up, unless it is rows: in memory a word of 64 bits for 30 inputs of
    // each chain, in registers an index of 16 or, with sums of 32 bits, 8 bits for each group of
    // inputs of each padded chain.
    void* indices;
    void* brackets;  // n_chains * bracket_bytes
};

constexpr std::size_t lookup_table_entries = 8 * 64;
constexpr std::size_t bracket_bytes = 32;

// A graph of integer weights: the neighbours of unit i, in ascending order, are
// neighbours[starts[i]] … neighbours[starts[i + 1] - 1].
struct Graph {
    std::size_t units;
    const std::int32_t *starts, *neighbours, *weights, *bias;
    const std::int32_t* order;  // in which a sweep visits the units
};

constexpr std::size_t lanes_per_graph_tile = 64;
constexpr std::size_t graph_padding = 16;  // of lanes

// States (units, lanes) of chains: masks of all bits. Lanes beyond the last chain are there.
struct GraphTile {
    std::int32_t* states;
    std::size_t lanes;  // at most lanes_per_graph_tile, a multiple of graph_padding
};

// One sweep of a tile. Arrays over chains have all lanes.
struct GraphSweepTask {
    Graph graph;
    GraphTile tile;
    Stream stream;
    const double* factor;  // of each chain: beta / scale
    float* scaled_factor;  // scratch: lanes
    std::uint32_t* words;  // scratch: units, rounded up to 8, halves of lanes words
};

// Bits of rows of `width` log-odds, of which each chain's count `factor` times; beyond the last one
// of a row whole blocks of columns are there to be read.
struct RealBitsTask {
    const float* x;
    std::size_t n_rows, width, stride;
    const double* factor;
    Stream stream;
    BitRows out;
};

// A number for each unit: of all chains at stride 0, else of each.
struct RealRows {
    const float* numbers;
    std::size_t stride;
};

// The visible half of a sweep of chains of real units,
//     m = bias + gain sum,   v = m + memory (v - m) + spread zeta,
// with the sums of 32 bits that `half` looks up, neither in registers nor in 16 bits. Rows of v are
// padded to whole blocks of columns.
struct RealMoveTask {
    HalfSweepTask half;  // its weights, states, memory and stream count
    RealRows gain, bias, spread;
    RealRows memory;  // without numbers: 0
    float* v;
    std::size_t stride;
    const std::uint8_t* frozen;  // units that keep their state; may be null
    std::size_t frozen_stride;
    double* mean_sum;  // (n_chains, outputs), to which m is added; may be null
};

struct ConditionalTask {
    Layer layer;
    double scale;
    const std::uint8_t* states;
    double* probability;
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

// Of each chain so many blocks, (chains, blocks, 4).
struct WordsTask {
    std::size_t first_block, blocks;
    Stream stream;
    std::uint32_t* out;
};

struct UniformTask {
    std::size_t width;
    Stream stream;
    double* out;
};

struct NoiseTask {
    std::size_t width;
    Stream stream;
    float* out;
};

// New state = keep v + pull mean + base start + spread zeta, added in this order.
struct StageNumbers {
    float keep, pull, base, spread;
};

struct StageTask {
    std::size_t width;
    Stream noise;
    const float *v, *mean;
    const float* start;  // null: no such term
    StageNumbers numbers;
    float* out;
};

// One ladder: pairs (k, k + 1) of slots with k of the given parity.
struct SwapTask {
    std::size_t n_replicas, parity;
    const double* betas;    // of each slot
    const double* uniform;  // of each pair
    double scale;
    const std::int64_t* energies;  // of each replica
    std::uint16_t* slots;          // of each replica, in and out
    std::uint16_t* replica_of;     // scratch, of each slot
};

// The visible half of a sweep of chains whose units' log-odds get `rate` times an observed state,
// less `half_signal`, added. Real numbers of 64 units of a chain lie together, `stride` from those
// of the next chain and `block_stride` from those of the next 64 units.
struct TiltTask {
    HalfSweepTask half;  // with neither offset, mean_sum, product nor frozen units
    const float* state;
    std::size_t stride, block_stride;
    float rate, half_signal, limit;
    const float* shift;  // added to each unit's; may be null
    float* mean_sum;     // to which p(out=1|in) is added, unless there is `out`; may be null
    // If not null, gets keep state + pull mean + base start + spread zeta, where the mean is
    // mean_scale times that of this half sweep and mean_sum. May be `state`.
    float* out;
    const float* start;  // null: no such term
    StageNumbers numbers;
    float mean_scale;
    Stream noise;
};

struct EnumerateTask {
    const double* weights;
    const double* enumerated_bias;
    const double* summed_bias;
    std::size_t enumerated, summed;
    double* out;
};

// How an optimiser moves a number: with `second` moments as Adam does, else along a velocity.
struct DescentRule {
    double rate, keep;  // what the number is multiplied by before it moves
    float beta1, gain1, first_scale;
    float beta2, gain2, second_scale, epsilon;
};

// An array (rows, columns) of parameters. `row_offset`, if not null, and the three after it centre
// the gradient.
struct DescentTask {
    DescentRule rule;
    std::size_t columns;
    double* value;
    float *first, *second;  // `second` may be null
    const float* gradient;
    const float *row_offset, *column_gradient, *row_gradient, *column_offset;
};

constexpr std::size_t rows_of_sums = 32;  // that are added together
constexpr std::size_t sum_lanes = 16;     // columns j and j + 16 are added together

// Sums of positive weights, of negative ones' magnitudes and of weights times offsets, three
// numbers of each row and, for each block of rows, three arrays of `padded` columns that start at
// zero. `column_offset` is padded to whole lanes.
struct WeightSumsTask {
    const double* weights;
    std::size_t rows, columns, padded;
    const double *row_offset, *column_offset;
    double *of_rows, *of_blocks;
};

// Weights (rows, columns) times a scale, to integers in blocks of columns both ways, and the sums
// of the positive and of the negative ones of each row and column, added to what is there.
struct GridTask {
    const double* weights;
    std::size_t rows, columns;
    double scale;
    void *forward, *backward;  // (blocks of columns, rows, 64), (blocks of rows, columns, 64)
    std::int64_t *row_largest, *row_smallest, *column_largest, *column_smallest;
};

// Rows of states, each observed with a signal-to-noise ratio of its own; `out` starts with the
// first row asked for, and its rows are padded to whole blocks.
struct ObservationTask {
    BitRows states;
    const float* snr;
    Stream noise;
    std::size_t width, stride;
    float* out;
};

constexpr std::size_t rows_of_contrast = 1984;  // sums of 2^20 each then fit 32 bits
constexpr float softplus_scale = 1024.0f;

// Sums over rows of states, samples first and then data, of multiplier * sigma(W'v + c) as integers
// and of their products with v. Of `forward` the parts that find sums for all rows are used.
struct ContrastTask {
    HalfSweepTask forward;
    float factor;                         // 1 / scale
    std::size_t n_samples;                // of at most rows_of_contrast rows
    BitRows sample_units, data_units;     // a row of bits for each visible unit, one for each state
    const float* multipliers;             // of each row, at most 2^20 in magnitude
    Lookup lookup;                        // of the sums over rows, in memory
    void *sample_indices, *data_indices;  // room for theirs
    std::int32_t* values;                 // scratch: rows * columns_per_block
    std::int32_t* sums;                   // scratch: 2 * inputs * columns_per_block
    double sample_unit, data_unit;        // of the gradient: samples * unit - data * unit
    float* gradient;                      // (inputs, outputs)
    std::int64_t *sample_totals, *data_totals;      // added to in its place; may be null
    std::int64_t *sample_hidden, *data_hidden;      // (outputs), added to
    std::int64_t *sample_softplus, *data_softplus;  // added to, times softplus_scale; may be null
};

struct SelectedSumsTask {
    BitRows rows;
    std::size_t n_rows, units;    // at most rows_of_contrast
    const std::int32_t* numbers;  // of each row, at most 2^20 in magnitude
    std::int64_t* sums;           // of each unit, added to
};

struct RegisterTablesTask {
    const void* weights;  // (blocks, inputs, columns_per_block)
    std::size_t inputs;
    void* tables;
};

// Of units by a temperature: -log2(e)/tau, -1/tau, and 1/tau if that is a whole number of at most
// `largest_power_of_units`, else 0.
struct Relaxation {
    float of_log_odds, of_noise;
    std::uint32_t power;
};

constexpr std::uint32_t largest_power_of_units = 10;

// sigmoid((x + L)/tau) of rows of `width` units.
struct RelaxTask {
    const float* x;
    float* out;  // may be x
    std::size_t width;
    Relaxation relaxation;
    bool noisy, mirrored;  // whether there is an L, and whether it is minus what is drawn
    Stream noise;
};

// The mean of that over noises, numbered in the upper bits of the domain, and of h (1 - h).
struct AverageTask {
    const float* x;
    float* mean;   // may be x
    float* slope;  // may be null
    std::size_t width;
    Relaxation relaxation;
    float share;
    std::size_t n_noises;
    bool antithetic;
    Stream noise;
};

constexpr std::size_t table_segments = 16, table_terms = 7;
constexpr float last_of_table = 16.0f - 0x1p-20f;

struct ExpectationTask {
    const float* coefficients;  // (table_terms, table_segments)
    float scale;
    const float* x;
    float* out;  // may be x
};

// bias + (rate x - half_signal) of rows of `width` units.
struct ChannelTask {
    const float *x, *bias;
    float rate, half_signal;
    float* out;
    std::size_t width;
};

// Every other kernel works on the rows [begin, end) of its task. Scratch belongs to one call:
//   conditional        chains_per_tile * inputs words
//   enumerate_states   (enumerated + 1) * (summed + 1) numbers
struct KernelTable {
    bool has_registers;  // lookups in registers are faster than in memory
    void (*half_sweep16)(const HalfSweepTask&);
    void (*half_sweep32)(const HalfSweepTask&);
    void (*field_product16)(const HalfSweepTask&);
    void (*field_product32)(const HalfSweepTask&);
    void (*tilted_half_sweep16)(const TiltTask&);
    void (*tilted_half_sweep32)(const TiltTask&);
    void (*decide_real)(const RealBitsTask&);
    void (*move_real)(const RealMoveTask&);
    void (*swap)(const SwapTask&);
    void (*sweep_graph)(const GraphSweepTask&);
    void (*graph_product)(const GraphTile&, const Graph&, std::int64_t* product);
    void (*conditional)(const ConditionalTask&, std::size_t begin, std::size_t end,
                        std::uint32_t* scratch);
    void (*bernoulli)(const BernoulliTask&, std::size_t begin, std::size_t end);
    void (*linear)(const LinearTask&, std::size_t begin, std::size_t end);
    void (*sigmoid)(const double* x, double* out, std::size_t size);
    void (*softplus)(const double* x, double* out, std::size_t size);
    void (*words)(const WordsTask&, std::size_t begin, std::size_t end);
    void (*uniform)(const UniformTask&, std::size_t begin, std::size_t end);
    void (*normal)(const NoiseTask&, std::size_t begin, std::size_t end);
    void (*logistic)(const NoiseTask&, std::size_t begin, std::size_t end);
    void (*stage)(const StageTask&, std::size_t begin, std::size_t end);
    void (*enumerate_states)(const EnumerateTask&, std::size_t begin, std::size_t end,
                             double* scratch);
    void (*descend)(const DescentTask&, std::size_t begin, std::size_t end);
    void (*weight_sums)(const WeightSumsTask&, std::size_t begin, std::size_t end);
    void (*round16)(const GridTask&, std::size_t begin, std::size_t end);
    void (*round32)(const GridTask&, std::size_t begin, std::size_t end);
    void (*register_tables16)(const RegisterTablesTask&, std::size_t begin, std::size_t end);
    void (*register_tables32)(const RegisterTablesTask&, std::size_t begin, std::size_t end);
    void (*observe)(const ObservationTask&, std::size_t begin, std::size_t end);
    void (*contrast16)(const ContrastTask&, std::size_t begin, std::size_t end);
    void (*contrast32)(const ContrastTask&, std::size_t begin, std::size_t end);
    void (*finish_contrast)(const ContrastTask&, std::size_t begin, std::size_t end);
    void (*selected_sums)(const SelectedSumsTask&, std::size_t begin, std::size_t end);
    void (*relax)(const RelaxTask&, std::size_t begin, std::size_t end);
    void (*average_relaxed)(const AverageTask&, std::size_t begin, std::size_t end);
    void (*expectation)(const ExpectationTask&, std::size_t size);
    void (*sigmoids)(const float* x, float* out, std::size_t size);
    void (*tilt)(const ChannelTask&, std::size_t begin, std::size_t end);
    void (*times_slope)(const float* h, float by, float* slopes, std::size_t size);
    void (*multiply)(const float* x, const float* y, float by, float* out, std::size_t size);
    void (*add)(const float* x, float* sum, std::size_t size);
    void (*scale)(float by, float* x, std::size_t size);
    double (*row_error)(const float* x, const float* target, float weight, float by, float* out,
                        std::size_t size);
};

}  // namespace scorerbm
