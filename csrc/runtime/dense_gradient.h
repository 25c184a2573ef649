// Gradients of squared errors of estimates, by back-propagation.
#pragma once

#include "runtime/dense.h"
#include "runtime/interrupt.h"

namespace scorerbm {

struct DenseGradientTask {
    DenseParameters model;
    DenseEstimator estimator;
    std::size_t n_rows;
    const float* target;   // (n_rows, n_visible)
    const float* channel;  // the same: the observation's log-odds, or the observation
    const float* weight;   // of each row
    const std::uint32_t* chains;
    Key key;
    std::uint32_t call;
    // Out, not to be zero beforehand.
    float* of_weights;
    float *of_visible, *of_hidden;
    double* squares;  // of each row
};

void pathwise_gradient(const DenseGradientTask& task, std::size_t n_threads, Interrupt& interrupt);

void literal_gradient(const DenseGradientTask& task, std::size_t n_threads, Interrupt& interrupt);

}  // namespace scorerbm
