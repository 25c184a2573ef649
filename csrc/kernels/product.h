// out + a @ b in single precision, each element by fused multiply-adds in the order of k.
//
// b is packed: panels of `panel_width` columns, each (depth, panel_width). A strip of a few rows of
// a, packed as (depth, rows), meets the panels one by one; the sums stay in registers for `depth`
// products at most, and in `out` between them, which rounds nothing.
#pragma once

#include "fused.h"
#include "product_table.h"
#include "unroll.h"

namespace scorerbm {
namespace {

constexpr std::size_t panel_vectors = 2;
constexpr std::size_t panel_width = panel_vectors * float_lanes;

// Sums of so many rows by a panel fill the registers.
#if defined(__AVX512BW__) || defined(__aarch64__)
constexpr std::size_t rows_per_strip = 12;
#elif defined(__FMA__)
constexpr std::size_t rows_per_strip = 6;
#else
constexpr std::size_t rows_per_strip = 3;
#endif

constexpr std::size_t depth_at_once = 264;  // a strip and a panel then stay in L1
constexpr std::size_t width_at_once = 256;  // and the panels that strips meet in L2

template <std::size_t Rows, std::size_t Vectors, class Strip>
inline void add_panel(const Strip& a, const float* b, std::size_t depth, float* out,
                      std::size_t stride) {
    Floats sum[Rows][Vectors];
    SCORERBM_UNROLL
    for (std::size_t r = 0; r < Rows; ++r) {
        SCORERBM_UNROLL
        for (std::size_t j = 0; j < Vectors; ++j) {
            sum[r][j] = load<Floats>(out + r * stride + j * float_lanes);
        }
    }
    SCORERBM_UNROLL_BY_4
    for (std::size_t k = 0; k < depth; ++k) {
        Floats y[Vectors];
        SCORERBM_UNROLL
        for (std::size_t j = 0; j < Vectors; ++j) {
            y[j] = load<Floats>(b + k * panel_width + j * float_lanes);
        }
        SCORERBM_UNROLL
        for (std::size_t r = 0; r < Rows; ++r) {
            const Floats x = a.at(r, k) - Floats{};  // a broadcast: x - 0 is x
            SCORERBM_UNROLL
            for (std::size_t j = 0; j < Vectors; ++j) sum[r][j] = fused(x, y[j], sum[r][j]);
        }
    }
    SCORERBM_UNROLL
    for (std::size_t r = 0; r < Rows; ++r) {
        SCORERBM_UNROLL
        for (std::size_t j = 0; j < Vectors; ++j) {
            store(out + r * stride + j * float_lanes, sum[r][j]);
        }
    }
}

// The last panel, of which only `width` columns exist, no more than its vectors have lanes.
template <std::size_t Rows, std::size_t Vectors, class Strip>
inline void add_part_of_panel(const Strip& a, const float* b, std::size_t depth, float* out,
                              std::size_t stride, std::size_t width) {
    constexpr std::size_t lanes = Vectors * float_lanes;
    alignas(64) float whole[Rows * lanes] = {};
    for (std::size_t r = 0; r < Rows; ++r) {
        std::memcpy(whole + r * lanes, out + r * stride, width * sizeof(float));
    }
    add_panel<Rows, Vectors>(a, b, depth, whole, lanes);
    for (std::size_t r = 0; r < Rows; ++r) {
        std::memcpy(out + r * stride, whole + r * lanes, width * sizeof(float));
    }
}

// A few rows of a: where they lie, if the depth runs along memory, or packed.
template <std::size_t Rows>
struct RowsInPlace {
    const float* row[Rows];

    RowsInPlace(const float* a, std::size_t stride) {
        SCORERBM_UNROLL
        for (std::size_t r = 0; r < Rows; ++r) row[r] = a + r * stride;
    }

    float at(std::size_t r, std::size_t k) const { return row[r][k]; }
};

template <std::size_t Rows>
struct PackedRows {
    alignas(64) float numbers[Rows * depth_at_once];

    float at(std::size_t r, std::size_t k) const { return numbers[k * Rows + r]; }
};

template <std::size_t Rows, class Strip>
inline void add_panels(const ProductTask& task, const Strip& a, std::size_t row,
                       std::size_t first_k, std::size_t depth, std::size_t first_column,
                       std::size_t end_column) {
    for (std::size_t j = first_column; j < end_column; j += panel_width) {
        const float* b = task.packed + j * task.depth + first_k * panel_width;
        float* out = task.out + row * task.out_stride + j;
        const std::size_t rest = end_column - j;
        if (rest >= panel_width) {
            add_panel<Rows, panel_vectors>(a, b, depth, out, task.out_stride);
        } else if (rest > float_lanes) {
            add_part_of_panel<Rows, panel_vectors>(a, b, depth, out, task.out_stride, rest);
        } else {
            add_part_of_panel<Rows, 1>(a, b, depth, out, task.out_stride, rest);
        }
    }
}

template <std::size_t Rows>
inline void add_strip(const ProductTask& task, std::size_t row, std::size_t first_k,
                      std::size_t depth, std::size_t first_column, std::size_t end_column) {
    const float* from = task.a + row * task.a_row_stride + first_k * task.a_depth_stride;
    if (task.a_depth_stride == 1) {
        const RowsInPlace<Rows> a(from, task.a_row_stride);
        add_panels<Rows>(task, a, row, first_k, depth, first_column, end_column);
        return;
    }
    PackedRows<Rows> a;
    for (std::size_t k = 0; k < depth; ++k, from += task.a_depth_stride) {
        SCORERBM_UNROLL
        for (std::size_t r = 0; r < Rows; ++r)
            a.numbers[k * Rows + r] = from[r * task.a_row_stride];
    }
    add_panels<Rows>(task, a, row, first_k, depth, first_column, end_column);
}

// Strips of so many rows from `row` on, and of fewer ones for those that are left.
template <std::size_t Rows, class Strip>
inline void for_each_strip(std::size_t row, std::size_t end, const Strip& strip) {
    for (; end - row >= Rows; row += Rows) strip.template of<Rows>(row);
    if constexpr (Rows > 1) for_each_strip<Rows / 2>(row, end, strip);
}

struct Strip {
    const ProductTask& task;
    std::size_t first_k, depth, first_column, end_column;

    template <std::size_t Rows>
    void of(std::size_t row) const {
        add_strip<Rows>(task, row, first_k, depth, first_column, end_column);
    }
};

inline std::size_t at_most(std::size_t x, std::size_t most) {
    return x < most ? x : most;
}

void product(const ProductTask& task, std::size_t begin, std::size_t end) {
    // Blocks of equal size: a shallow one would load and store its sums for little work.
    const std::size_t blocks = (task.depth + depth_at_once - 1) / depth_at_once;
    const std::size_t depth = blocks == 0 ? 1 : (task.depth + blocks - 1) / blocks;
    for (std::size_t j = 0; j < task.width; j += width_at_once) {
        for (std::size_t k = 0; k < task.depth; k += depth) {
            const Strip strip{task, k, at_most(task.depth - k, depth), j,
                              at_most(task.width, j + width_at_once)};
            for_each_strip<rows_per_strip>(begin, end, strip);
        }
    }
}

// Columns beyond the last are zero.
void pack(const PackTask& task) {
    for (std::size_t j = 0; j < task.width; j += panel_width) {
        const std::size_t width = at_most(task.width - j, panel_width);
        float* to = task.packed + j * task.depth;
        const float* from = task.b + j * task.column_stride;
        for (std::size_t k = 0; k < task.depth; ++k, to += panel_width) {
            const float* row = from + k * task.depth_stride;
            if (width == panel_width && task.column_stride == 1) {
                std::memcpy(to, row, panel_width * sizeof(float));
                continue;
            }
            for (std::size_t i = 0; i < width; ++i) to[i] = row[i * task.column_stride];
            for (std::size_t i = width; i < panel_width; ++i) to[i] = 0.0f;
        }
    }
}

}  // namespace
}  // namespace scorerbm
