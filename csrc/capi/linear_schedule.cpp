// The linear schedule: the twin of schedule/linear.py and of the amplitudes in schedule/base.py.
#include <cmath>
#include <limits>
#include <vector>

#include "capi/functions.h"
#include "capi/guard.h"
#include "kernels/elementary.h"

namespace scorerbm {
namespace capi {
namespace {

// 1 - exp(x) for x <= 0, by its series near 0.
double one_minus_exp(double x) {
    if (!(x > -0.5)) return 1.0 - exp_nonpositive(x);
    double factorial = 1307674368000.0;  // 15!
    double sum = 1.0 / factorial;
    for (double n = 15.0; n > 1.0; n -= 1.0) {
        factorial /= n;
        sum = sum * x + 1.0 / factorial;
    }
    return -x * sum;
}

// (1 + e^x)^(-1/2)
double amplitude(double x) {
    const double logarithm = -0.5 * softplus(x);
    return logarithm < smallest_exponent ? 0.0 : exp_nonpositive(logarithm);
}

double log_snr(double start, double stop, double t) {
    const double log_alpha2 = -t * (start + 0.5 * (stop - start) * t);
    if (log_alpha2 == 0.0) return std::numeric_limits<double>::infinity();
    return log_alpha2 - log(one_minus_exp(log_alpha2));
}

}  // namespace

int linear_schedule(double start, double stop, double last_time, scorerbm_schedule* schedule,
                    scorerbm_error* error) {
    return guarded(error, [&] {
        require(std::isfinite(start) && start >= 0.0, "start: expected a rate of 0 or more");
        require(std::isfinite(stop) && stop > 0.0, "stop: expected a rate above 0");
        require(last_time > 0.0 && last_time < 1.0, "last_time: expected a time between 0 and 1");
        require_pointer(schedule, "schedule");
        require_pointer(schedule->alpha, "schedule.alpha");
        require_pointer(schedule->sigma, "schedule.sigma");
        require_pointer(schedule->noise, "schedule.noise");
        const std::size_t n = schedule->n_steps;
        require(n > 0, "schedule.n_steps: got 0, expected 1 or more");
        const double step = (last_time - 1.0) / static_cast<double>(n);
        const auto time = [&](std::size_t i) {
            return i == n ? last_time : static_cast<double>(i) * step + 1.0;
        };
        for (std::size_t i = 0; i <= n; ++i) {
            const double snr = log_snr(start, stop, time(i));
            schedule->alpha[i] = amplitude(-snr);
            schedule->sigma[i] = amplitude(snr);
            if (i == n) break;
            const double rate = start + (stop - start) * time(i);
            schedule->noise[i] = rate * (time(i) - time(i + 1));
        }
    });
}

}  // namespace capi
}  // namespace scorerbm
