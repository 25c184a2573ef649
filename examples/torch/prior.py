"""Digits restored from blurred, noisy measurements: an RBM as the prior of an inverse problem.

A camera sees the means of 2×2 pixels of an 8×8 digit, with noise: y = A v + noise, 16 numbers for
64 bits. Reverse diffusion with the RBM's score draws digits; with the gradient of ln p(y | v_t)
added, taken by autograd through the posterior mean D(v_t), it draws digits that explain y (Chung
et al., "Diffusion posterior sampling", arXiv 2209.14687).

Needs ``pip install "scorerbm[torch,sklearn]"``.
"""

from itertools import pairwise

import numpy as np
import torch

import scorerbm as sr
from scorerbm.data import load_data, split
from scorerbm.torch import from_rbm

NOISE = 0.1
N_STEPS = 150

torch.manual_seed(0)
torch.set_num_threads(1)
train, test = split(load_data("digits"), seed=0)
fit = sr.ScoreMatching(n_hidden=64, n_epochs=60).fit(train.values, seed=0)
schedule = sr.LinearSchedule()
prior = from_rbm(fit.model, schedule=schedule, denoiser=sr.MeanFieldDenoiser(4))


def camera(v):
    """Means of 2×2 pixels, (B, 16)."""
    return torch.nn.functional.avg_pool2d(v.reshape(-1, 1, 8, 8), 2).flatten(1)


def restore(y, n, guidance):
    """Run the reverse SDE from noise to bits, drawn towards the measurements y."""
    times = np.linspace(1.0, 0.02, N_STEPS + 1)
    v = torch.randn(n, 64)
    for t, until in pairwise(times):
        v.requires_grad_(True)
        mean = prior(v, float(t))
        miss = torch.linalg.vector_norm(y - camera(mean), dim=1)
        (towards,) = torch.autograd.grad(-miss.sum(), v)
        alpha, sigma = float(schedule.alpha(t)), float(schedule.sigma(t))
        score = (alpha * mean.detach() - v.detach()) / sigma**2
        step = float(schedule.noise_rate(t)) * (t - until)
        noise = step**0.5 * torch.randn(n, 64)
        v = v.detach() * (1.0 + 0.5 * step) + step * score + guidance * towards + noise
    return prior(v, float(times[-1])) > 0.5


digits = torch.tensor(test.values[:100], dtype=torch.float32)
seen = camera(digits) + NOISE * torch.randn(100, 16)
coarse = seen.reshape(-1, 1, 4, 4).repeat_interleave(2, 2).repeat_interleave(2, 3).flatten(1) > 0.5
found = {
    "prior alone": restore(seen, 100, 0.0),
    "camera alone": coarse,
    "both": restore(seen, 100, 3.0),
}
wrong = {name: (guess != digits.bool()).float().mean().item() for name, guess in found.items()}
for name, part in wrong.items():
    print(f"{name}: {part:.1%} of the pixels are wrong")
free_energy = {k: prior.free_energy(x.float()).mean().item() for k, x in found.items()}
print("nats below the digits' own ln p:", end="")
own = prior.free_energy(digits).mean().item()
print("".join(f"  {name} {x - own:.1f}" for name, x in free_energy.items()))
for rows in zip(digits[:4], found["both"][:4], strict=True):
    digit, guess = (x.reshape(8, 8).bool().tolist() for x in rows)
    for left, right in zip(digit, guess, strict=True):
        print("   ".join("".join("##" if bit else "  " for bit in line) for line in (left, right)))
assert wrong["both"] < min(wrong["prior alone"], wrong["camera alone"])
