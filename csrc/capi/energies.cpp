// Energies of binary states, in double precision.
#include <functional>
#include <vector>

#include "capi/chains_task.h"
#include "capi/functions.h"
#include "runtime/dispatch.h"
#include "runtime/parallel.h"

namespace scorerbm {
namespace capi {
namespace {

using Row = std::vector<double>;

double product(const Row& x, const Row& y) {
    double sum = 0.0;
    for (std::size_t i = 0; i < x.size(); ++i) sum += x[i] * y[i];
    return sum;
}

// Writes -(b'v + of_hidden(row, c + W'v)) of each row.
void for_each_row(const scorerbm_model& model, std::size_t n, const std::uint8_t* visible,
                  std::size_t n_threads, double* out,
                  const std::function<double(std::size_t, Row&)>& of_hidden) {
    const std::size_t N = model.n_visible, M = model.n_hidden;
    const double nanoseconds = 0.2 * static_cast<double>(N * M);
    parallel_for(n, n_threads, nanoseconds, [&](std::size_t begin, std::size_t end) {
        Row v(N), fields(M);
        for (std::size_t r = begin; r < end; ++r) {
            v.assign(visible + r * N, visible + (r + 1) * N);
            const LinearTask task{v.data(), model.weights.data(), N, M, model.hidden_bias.data(),
                                  0,        fields.data()};
            kernels().linear(task, 0, 1);
            out[r] = -(product(v, model.visible_bias) + of_hidden(r, fields));
        }
    });
}

}  // namespace

int energy(const scorerbm_model* model, std::size_t n, const std::uint8_t* visible,
           const std::uint8_t* hidden, std::size_t n_threads, double* out, scorerbm_error* error) {
    return guarded(error, [&] {
        require_pointer(model, "model");
        check_states(visible, n * model->n_visible, "visible");
        check_states(hidden, n * model->n_hidden, "hidden");
        require_pointer(out, "out");
        for_each_row(*model, n, visible, n_threads, out, [&](std::size_t r, Row& fields) {
            const std::uint8_t* h = hidden + r * model->n_hidden;
            double sum = 0.0;
            for (std::size_t j = 0; j < fields.size(); ++j) sum += h[j] != 0 ? fields[j] : 0.0;
            return sum;
        });
    });
}

int free_energy(const scorerbm_model* model, std::size_t n, const std::uint8_t* visible,
                std::size_t n_threads, double* out, scorerbm_error* error) {
    return guarded(error, [&] {
        require_pointer(model, "model");
        check_states(visible, n * model->n_visible, "visible");
        require_pointer(out, "out");
        for_each_row(*model, n, visible, n_threads, out, [](std::size_t, Row& fields) {
            kernels().softplus(fields.data(), fields.data(), fields.size());
            double sum = 0.0;
            for (const double x : fields) sum += x;
            return sum;
        });
    });
}

}  // namespace capi
}  // namespace scorerbm
