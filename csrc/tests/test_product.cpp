// The matrix product of every level against scalar fused multiply-adds in the order of k.
#include <cmath>
#include <cstdio>
#include <limits>
#include <random>
#include <vector>

#include "check.h"
#include "runtime/dispatch.h"

using scorerbm::ProductTable;

namespace {

struct Matrix {
    std::size_t rows, columns;
    std::vector<float> numbers;
    bool transposed;

    std::size_t row_stride() const { return transposed ? 1 : columns; }
    std::size_t column_stride() const { return transposed ? rows : 1; }
    float at(std::size_t r, std::size_t j) const {
        return numbers[r * row_stride() + j * column_stride()];
    }
};

// Of very different sizes and lengths, so that sums round in every way: some halfway between two
// floats, some among subnormal numbers.
Matrix random_matrix(std::size_t rows, std::size_t columns, bool transposed, std::mt19937& bits) {
    Matrix matrix{rows, columns, std::vector<float>(rows * columns), transposed};
    for (float& x : matrix.numbers) {
        const int digits[] = {6, 12, 24, 24};
        const int exponents[] = {0, 0, -12, -60};
        const int length = digits[bits() % 4];
        const int number = static_cast<int>(bits() % (1u << length)) - (1 << (length - 1));
        x = std::ldexp(static_cast<float>(number), exponents[bits() % 4] - length);
    }
    return matrix;
}

std::vector<float> multiply(const ProductTable& table, const Matrix& a, const Matrix& b,
                            std::vector<float> out, std::size_t split) {
    std::vector<float> packed(b.rows * (b.columns + table.panel_width));
    table.pack(
        {b.numbers.data(), b.rows, b.columns, b.row_stride(), b.column_stride(), packed.data()});
    const scorerbm::ProductTask task{a.numbers.data(), a.row_stride(), a.column_stride(),
                                     packed.data(),    b.rows,         b.columns,
                                     out.data(),       b.columns};
    table.product(task, 0, split);
    table.product(task, split, a.rows);
    return out;
}

std::vector<float> multiply_one_by_one(const Matrix& a, const Matrix& b, std::vector<float> out) {
    for (std::size_t r = 0; r < a.rows; ++r) {
        for (std::size_t j = 0; j < b.columns; ++j) {
            float& sum = out[r * b.columns + j];
            for (std::size_t k = 0; k < b.rows; ++k) sum = std::fma(a.at(r, k), b.at(k, j), sum);
        }
    }
    return out;
}

}  // namespace

int main() {
    std::mt19937 bits(1);
    const std::size_t sizes[][3] = {{0, 3, 2},     {1, 1, 1},   {5, 0, 4},    {13, 7, 33},
                                    {29, 265, 17}, {7, 600, 9}, {25, 20, 300}};
    for (const auto& size : sizes) {
        for (int layout = 0; layout < 4; ++layout) {
            const Matrix a = random_matrix(size[0], size[1], (layout & 1) != 0, bits);
            const Matrix b = random_matrix(size[1], size[2], (layout & 2) != 0, bits);
            const std::vector<float> start = random_matrix(size[0], size[2], false, bits).numbers;
            const std::vector<float> expected = multiply_one_by_one(a, b, start);
            for (const auto& level : scorerbm::compiled_levels()) {
                if (!level.supported) continue;
                const bool same = multiply(*level.products, a, b, start, size[0] / 3) == expected;
                if (!same) std::printf("%s differs\n", level.name.c_str());
                CHECK(same);
            }
            // Negative control: sums rounded after each product and each sum are others.
            if (size[0] * size[2] < 100) continue;
            std::vector<float> rounded = start;
            for (std::size_t i = 0; i < rounded.size(); ++i) {
                const std::size_t r = i / size[2], j = i % size[2];
                for (std::size_t k = 0; k < size[1]; ++k) {
                    const volatile float product = a.at(r, k) * b.at(k, j);
                    rounded[i] += product;
                }
            }
            CHECK(rounded != expected);
        }
    }
    return failures() != 0;
}
