"""A diffusion under a drift of one's own, which calls the model from jitted code.

Needs `pip install scorerbm[numba]`. The score of a mean-field denoiser gets a constant added in the
direction of the first unit, and the reverse SDE takes the sum as its drift.
"""

import math

import numba
import numpy as np

import scorerbm as sr
from scorerbm.numba import parameters, score

N_UNITS, PULL = 12, 0.3
SCHEDULE = sr.LinearSchedule(0.1, 20.0)

rng = np.random.default_rng(1)
MODEL = sr.BernoulliRBM(rng.normal(0, 0.5, (N_UNITS, 6)), np.zeros(N_UNITS), np.zeros(6))


def make_drift(model, pull):
    """½βv + β(score + pull·e₀) with the linear schedule, in nopython code."""
    given = parameters(model)
    first, last = 0.1, 20.0

    @numba.njit
    def drift(v, t, out):
        rate = first + t * (last - first)
        alpha = math.exp(-0.5 * (first * t + 0.5 * t * t * (last - first)))
        sigma = math.sqrt(1.0 - alpha * alpha)
        for c in range(len(v)):
            score(given, v[c], alpha, sigma, 3, out[c])
            for i in range(v.shape[1]):
                own_pull = pull if i == 0 else 0.0
                out[c, i] = rate * (0.5 * v[c, i] + out[c, i] + own_pull)

    return drift


plain, pulled = (
    sr.ReverseSDE(n_steps=200, schedule=SCHEDULE, drift=make_drift(MODEL, pull)).sample(
        MODEL, 2000, seed=2
    )
    for pull in (0.0, PULL)
)
frequencies = [float(x.visible[:, 0].mean()) for x in (plain, pulled)]
print(
    f"first unit active: {frequencies[0]:.3f} under the model's drift, {frequencies[1]:.3f} pulled"
)
assert frequencies[1] > frequencies[0] + 0.1
