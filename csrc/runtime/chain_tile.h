// Markov chains at work: a few of them as bits, with the memory that kernels need to sweep them.
#pragma once

#include <cstdint>
#include <vector>

#include "runtime/aligned.h"
#include "runtime/plan.h"
#include "runtime/prepared.h"

namespace scorerbm {

// What all chains of a call have in common, and where their states are. Rows are bytes, a chain a
// row; strides are 0 where all chains share one row.
struct ChainsTask {
    PreparedRBM* rbm;
    PlanOptions options;
    const std::int32_t* hidden_bias;
    const std::int32_t* visible_bias;
    std::size_t visible_bias_stride;
    double scale;
    const double* offset;        // log-odds added to the visible units'; may be null
    const std::uint8_t* frozen;  // visible units to leave alone; may be null
    std::size_t frozen_stride;
    const std::uint32_t* chains;
    Key key;
    std::uint8_t *v, *h;
    const std::uint64_t* words = nullptr;  // (C, words): visible states to start from, if not bytes
};

// Biases and offsets as kernels want them: padded, in 16 bits where fields fit, in single
// precision.
class LayerBias {
  public:
    LayerBias(const PreparedLayer& layer, const std::int32_t* bias, std::size_t stride,
              const double* offset);

    void write(HalfSweepTask& task, std::size_t first_chain) const;

  private:
    const std::int32_t* per_chain_;
    std::size_t stride_;
    std::vector<std::int32_t> padded_;
    std::vector<std::int16_t> narrow_;
    std::vector<double> offset_;
    std::vector<float> scaled_offset_;
    float largest_offset_ = 0.0f;
};

// Sums of biases over any set of units of a layer, looked up eight units at a time.
class BiasSums {
  public:
    BiasSums(const std::int32_t* bias, std::size_t units);

    std::int64_t of(const std::uint64_t* bits) const;

  private:
    std::vector<std::int64_t> tables_;  // 256 for each byte
};

struct Biases {
    LayerBias hidden, visible;
    BiasSums hidden_sums;

    explicit Biases(const ChainsTask& task);
};

class ChainTile {
  public:
    // Takes the states of chains [begin, end) of the task, which must outlive the tile.
    ChainTile(const ChainsTask& task, const Biases& biases, std::size_t begin, std::size_t end,
              Lookup lookup);

    std::size_t size() const { return end_ - begin_; }
    std::size_t begin() const { return begin_; }

    // One sweep. `factor` has beta / scale of each chain of the tile; `mean_sum`, if not null, gets
    // p(v=1|h) added; `energies`, if not null, becomes -(v'Wh + b'v + c'h) in units of the grid.
    void sweep(std::uint32_t step, const double* factor, double* mean_sum, std::int64_t* energies);

    // One sweep whose visible half is that of a task without its `half`, the rows of which are
    // those of the tile.
    void sweep(std::uint32_t step, const double* factor, TiltTask& tilt);

    // The energies of the visible states together with hidden ones, as bytes a chain a row.
    void energies(const std::uint8_t* hidden, std::int64_t* out);

    // Writes the visible states as words, without spare ones.
    void copy_visible(std::uint64_t* words) const;

    // Writes the states back to the task's arrays.
    void finish() const;

  private:
    HalfSweepTask half(const PreparedLayer& layer, const LayerBias& bias) const;
    void sweep_hidden(std::uint32_t step, const double* factor);
    HalfSweepTask visible_half(std::uint32_t step, const double* factor) const;
    void finish_energies(std::int64_t* energies) const;

    const ChainsTask& task_;
    const Biases& biases_;
    std::size_t begin_, end_;
    Lookup lookup_;
    AlignedBytes visible_, hidden_, frozen_, tables_, sums_, brackets_, indices_;
    std::size_t frozen_stride_;
};

}  // namespace scorerbm
