// Products of matrices of single precision, the same bits however the work is split.
#pragma once

#include <cstddef>

#include "runtime/aligned.h"

namespace scorerbm {

// A matrix in any layout: strides count numbers.
struct MatrixView {
    const float* data;
    std::size_t rows, columns;
    std::size_t row_stride, column_stride;

    MatrixView transposed() const { return {data, columns, rows, column_stride, row_stride}; }
};

inline MatrixView row_major(const float* data, std::size_t rows, std::size_t columns) {
    return {data, rows, columns, columns, 1};
}

// The right-hand factor of products, laid out for them.
class PackedMatrix {
  public:
    PackedMatrix(std::size_t most_rows, std::size_t most_columns);
    explicit PackedMatrix(const MatrixView& b);

    // Takes another matrix, of no more rows and columns than there is room for.
    void pack(const MatrixView& b);

    std::size_t rows() const { return rows_; }
    std::size_t columns() const { return columns_; }

    // out += a @ this for rows [begin, end) of a and of out.
    void add_product(const MatrixView& a, float* out, std::size_t out_stride, std::size_t begin,
                     std::size_t end) const;

  private:
    std::size_t rows_, columns_;
    AlignedBytes numbers_;
};

// out += a @ b on several threads; out is contiguous.
void add_product(const MatrixView& a, const MatrixView& b, float* out, std::size_t n_threads);

// Rough cost of so many multiply-adds.
constexpr double product_nanoseconds = 0.025;

}  // namespace scorerbm
