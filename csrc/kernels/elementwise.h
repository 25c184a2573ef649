// Elementary functions over arrays.
#pragma once

#include "elementary.h"

namespace scorerbm {
namespace {

void sigmoid_array(const double* x, double* out, std::size_t size) {
    for (std::size_t i = 0; i < size; ++i) out[i] = sigmoid(x[i]);
}

void softplus_array(const double* x, double* out, std::size_t size) {
    for (std::size_t i = 0; i < size; ++i) out[i] = softplus(x[i]);
}

}  // namespace
}  // namespace scorerbm
