#include "runtime/product.h"

#include "runtime/dispatch.h"
#include "runtime/parallel.h"

namespace scorerbm {
namespace {

std::size_t packed_bytes(std::size_t rows, std::size_t columns) {
    const std::size_t width = products().panel_width;
    return rows * ((columns + width - 1) / width * width) * sizeof(float);
}

}  // namespace

PackedMatrix::PackedMatrix(std::size_t most_rows, std::size_t most_columns)
    : rows_(0),
      columns_(0),
      numbers_(packed_bytes(most_rows, most_columns), AlignedBytes::Unset{}) {}

PackedMatrix::PackedMatrix(const MatrixView& b) : PackedMatrix(b.rows, b.columns) {
    pack(b);
}

void PackedMatrix::pack(const MatrixView& b) {
    rows_ = b.rows;
    columns_ = b.columns;
    products().pack(
        {b.data, b.rows, b.columns, b.row_stride, b.column_stride, numbers_.as<float>()});
}

void PackedMatrix::add_product(const MatrixView& a, float* out, std::size_t out_stride,
                               std::size_t begin, std::size_t end) const {
    const ProductTask task{a.data,   a.row_stride, a.column_stride, numbers_.as<float>(), rows_,
                           columns_, out,          out_stride};
    products().product(task, begin, end);
}

void add_product(const MatrixView& a, const MatrixView& b, float* out, std::size_t n_threads) {
    const PackedMatrix packed(b);
    const double products = static_cast<double>(b.rows) * static_cast<double>(b.columns);
    parallel_for(a.rows, n_threads, product_nanoseconds * products,
                 [&](std::size_t begin, std::size_t end) {
                     packed.add_product(a, out, b.columns, begin, end);
                 });
}

}  // namespace scorerbm
