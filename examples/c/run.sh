# Builds an extension module in C that sweeps chains without the GIL, and compares what it found
# with the same chains in Python.
#
# Needs a C compiler and `pip install scorerbm setuptools`.
python setup.py --quiet build_ext --inplace
python - <<'PYTHON'
import numpy as np
from energies import mean_energies

import scorerbm as sr

rng = np.random.default_rng(0)
model = sr.BernoulliRBM(0.3 * rng.standard_normal((100, 60)), np.zeros(100), np.zeros(60))
found = mean_energies(
    model.weights, model.visible_bias, model.hidden_bias, 1000, 20, 1  # chains, sweeps, seed
)

drawn = sr.BlockGibbs(n_sweeps=20, collect_every=1).sample(model, 1000, seed=1)
draws = zip(drawn.draws.visible, drawn.draws.hidden, strict=True)
expected = [model.energy(v, h).mean() for v, h in draws]
np.testing.assert_allclose(found, expected, rtol=1e-12)
print(f"E falls from {found[0]:.2f} to {found[-1]:.2f} in 20 sweeps, in C as in Python")
PYTHON
