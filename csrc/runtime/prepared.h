// The weights of an integer RBM as kernels want them: made once, and used for many calls.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <vector>

#include "kernels/table.h"
#include "runtime/aligned.h"

namespace scorerbm {

// One direction: bias + states @ weights, weights in blocks of columns_per_block columns.
struct PreparedLayer {
    // `weights` is (inputs, outputs); with 16 bits, sums over subsets of a column fit them.
    PreparedLayer(const std::int32_t* weights, std::size_t inputs, std::size_t outputs, int bits);

    // Without weights yet.
    PreparedLayer(std::size_t inputs, std::size_t outputs, int bits);

    // Bytes of the tables for lookups in registers.
    std::size_t register_table_bytes() const;
    void build_register_tables(std::size_t n_threads = 1);

    std::size_t padded_outputs() const {
        return (outputs + columns_per_block - 1) / columns_per_block * columns_per_block;
    }

    std::size_t inputs, outputs;
    int bits;
    AlignedBytes weights;
    AlignedBytes register_tables;  // empty until they are built, and kept for later weights
    // Largest and smallest sum of any subset of each output's weights.
    std::vector<std::int64_t> largest, smallest;
};

struct PreparedRBM {
    // Throws std::invalid_argument unless bits is 32, or 16 and all sums fit.
    PreparedRBM(const std::int32_t* weights, const std::int32_t* transposed, std::size_t n_visible,
                std::size_t n_hidden, int bits);

    // Without weights: `refresh` them before use.
    PreparedRBM(std::size_t n_visible, std::size_t n_hidden, int bits);

    // Takes weights (visible, hidden), times a scale, rounded to integers. All sums of subsets of a
    // row or column must fit `bits`. No other thread may use the weights meanwhile.
    void refresh(const double* weights, double scale, std::size_t n_threads);

    PreparedLayer hidden;   // given the visible units
    PreparedLayer visible;  // given the hidden units

    // Whether to look up in registers for so many sweeps of single chains. Tables are built, once,
    // when the work done and to do is worth it and they take at most `limit` bytes.
    bool use_registers(std::size_t chain_sweeps, std::size_t limit, std::size_t n_threads = 1);

    bool has_register_tables() const { return built_; }

    // Builds the tables if they are not there yet.
    void build_register_tables(std::size_t n_threads = 1);

  private:
    std::mutex building_;
    std::atomic<bool> built_{false};
    std::atomic<std::size_t> chain_sweeps_{0};
};

}  // namespace scorerbm
