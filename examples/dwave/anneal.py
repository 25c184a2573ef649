"""One anneal in place of a diffusion, and our samplers behind Ocean's interface.

A model of five binary units is trained on data of two modes and sampled by an annealer. Without an
account it is a simulated device, thermal and with errors of its controls, behind the same client
as a real one; with ``sr.Annealer()`` it is yours. Then one of the package's samplers solves a
maximum cut as any of Ocean's does.

Needs ``pip install "scorerbm[dwave]"``.
"""

import dimod
import numpy as np

import scorerbm as sr
from scorerbm.annealing.simulated import SimulatedQPU, ThermalAnnealer
from scorerbm.ocean import TemperingSampler

rng = np.random.default_rng(0)
mode = rng.integers(0, 2, (500, 1))
noise = rng.random((500, 5)) < 0.1
data = (np.hstack([mode, mode, mode, 1 - mode, 1 - mode]) ^ noise).astype(np.uint8)
model = sr.ScoreMatching(n_hidden=3, n_epochs=50).fit(data, seed=0).model

device = SimulatedQPU(ThermalAnnealer(field_noise=0.01, coupling_noise=0.01))
annealer = sr.Annealer(device).calibrated(model)
samples = annealer.sample(model, 1000, seed=0)
print(samples.report)
exact = sr.exact_moments(model)
roads = {"annealed": samples, "independent": sr.Exact().sample(model, 1000, seed=0)}
for name, drawn in roads.items():
    error = sr.moment_error(sr.sample_moments(drawn.visible), exact)
    print(f"error of the moments of {name} samples: {error:.3f}")

# A maximum cut: an edge costs nothing where its ends differ.
edges = {(i, (i + step) % 24): 1.0 for i in range(24) for step in (1, 5, 7)}
problem = dimod.BinaryQuadraticModel({}, edges, 0.0, "SPIN")
best = TemperingSampler().sample(problem, num_reads=50, num_sweeps=200, seed=0).first
cut = sum(best.sample[i] != best.sample[j] for i, j in edges)
sides = "".join("+" if best.sample[i] > 0 else "-" for i in range(24))
print(f"cut {cut} of {len(edges)} edges: {sides}")
