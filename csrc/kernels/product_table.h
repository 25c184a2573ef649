// What the matrix product is given and how it is called. Data only, as in table.h.
#pragma once

#include <cstddef>

namespace scorerbm {

// b, (depth, width) in any layout, to panels of columns.
struct PackTask {
    const float* b;
    std::size_t depth, width;
    std::size_t depth_stride, column_stride;
    float* packed;  // width rounded up to whole panels, times depth
};

// out(r, j) += sum over k of a(r, k) b(k, j), in the order of k, each term a fused multiply-add.
struct ProductTask {
    const float* a;
    std::size_t a_row_stride, a_depth_stride;
    const float* packed;
    std::size_t depth, width;
    float* out;
    std::size_t out_stride;
};

struct ProductTable {
    std::size_t panel_width;
    void (*pack)(const PackTask&);
    void (*product)(const ProductTask&, std::size_t begin, std::size_t end);
};

}  // namespace scorerbm
