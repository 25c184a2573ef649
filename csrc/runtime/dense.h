// Models in single precision, and estimates of posterior means that are made of matrix products.
#pragma once

#include "kernels/table.h"
#include "runtime/product.h"

namespace scorerbm {

struct DenseParameters {
    const float* weights;  // (n_visible, n_hidden)
    std::size_t n_visible, n_hidden;
    const float *visible_bias, *hidden_bias;
    const float* start;  // log-odds of the visible units that estimates start from
};

// Of relaxed sweeps and of forces: see RelaxedSweeps and ForceEstimator in backends/protocol.
struct DenseEstimator {
    bool force;
    std::size_t n_sweeps, n_noises;
    double tau;
    bool antithetic;
    const float* table;  // of a force's expectation; may be null
    float table_scale;

    std::size_t copies() const { return n_noises == 0 ? 1 : n_noises; }
    std::size_t noise_number(std::size_t noise) const { return antithetic ? noise / 2 : noise; }

    RelaxTask relaxation(const float* x, float* out, std::size_t width) const;
    AverageTask average(const float* x, float* mean, float* slope, std::size_t width) const;
};

// Weights laid out for products in both directions.
class DenseModel {
  public:
    explicit DenseModel(const DenseParameters& of);

    const DenseParameters& of() const { return of_; }

    // Rows of log-odds from rows of states: bias or what is in `out`, plus the product.
    void hidden_log_odds(const float* v, float* out, std::size_t n_rows) const;
    void visible_log_odds(const float* h, float* out, std::size_t n_rows) const;
    void add_hidden(const float* v, float* out, std::size_t n_rows) const;
    void add_visible(const float* h, float* out, std::size_t n_rows) const;

  private:
    DenseParameters of_;
    PackedMatrix to_hidden_, to_visible_;
};

// Rows that one thread takes through all layers at once: their units stay in the second-level
// cache.
constexpr std::size_t dense_rows_per_tile = 96;

// Where a row's random numbers come from.
struct DenseStreams {
    const std::uint32_t* chains;
    Key key;
    std::uint32_t call;
};

// One noise's way through relaxed sweeps, for some rows. `layers` has the hidden and visible units
// of each sweep in turn, 2 n_sweeps arrays, of which the last gets the mean; they may be shared if
// nobody asks for them later. `first` has the hidden log-odds of the start, `bias` the visible
// units' with the observation's.
void relaxed_sweeps(const DenseModel& model, const DenseEstimator& estimator,
                    const DenseStreams& streams, std::size_t noise, const float* first,
                    const float* bias, float* const* layers, std::size_t n_rows);

// Rough cost of an estimate for one row.
double estimate_nanoseconds(const DenseParameters& of, const DenseEstimator& estimator);

}  // namespace scorerbm
