"""A convolutional network of your own around an RBM of its bits.

Any pair of functions makes a latent model: one that gives the probabilities of bits, one that gives
data of bits. Here both call a small convolutional autoencoder, as a calorimeter's or a camera's
would be; the RBM between them is trained by score matching on the bits, and generates images by
block Gibbs and by tempering, or on an annealer (`scorerbm.Annealer`) without a change.

Needs ``pip install "scorerbm[torch,sklearn,plot]"``. Writes ``latent_callables.png`` and
``prior.safetensors``.
"""

import numpy as np
import torch
from sklearn.datasets import load_digits
from torch import nn

import scorerbm as sr
from scorerbm.plot import plot_samples

N_BITS = 32

rng = np.random.default_rng(0)
torch.manual_seed(0)
levels = load_digits().images
images = ((levels + rng.random(levels.shape)) / 17.0).astype(np.float32)[:, None]  # (n, 1, 8, 8)
images = images[rng.permutation(len(images))]  # they come ordered by who wrote them
train, test = images[:1400], images[1400:]

encoder = nn.Sequential(
    nn.Conv2d(1, 16, 3, stride=2, padding=1), nn.SiLU(),  # 8×8 → 4×4
    nn.Conv2d(16, 32, 3, stride=2, padding=1), nn.SiLU(),  # → 2×2
    nn.Flatten(), nn.Linear(128, N_BITS),
)  # fmt: skip
decoder = nn.Sequential(
    nn.Linear(N_BITS, 128), nn.SiLU(), nn.Unflatten(1, (32, 2, 2)),
    nn.ConvTranspose2d(32, 16, 4, stride=2, padding=1), nn.SiLU(),
    nn.ConvTranspose2d(16, 1, 4, stride=2, padding=1),
)  # fmt: skip


def straight_through(log_odds: torch.Tensor, tau: float) -> torch.Tensor:
    """Bits in front, relaxed ones behind."""
    u = torch.rand_like(log_odds).clamp(1e-6, 1.0 - 1e-6)
    soft = torch.sigmoid((log_odds + torch.logit(u)) / tau)
    return (soft > 0.5).float() + soft - soft.detach()


annealing, n_epochs = sr.GeometricAnnealing(1.0, 0.5), 40
optimizer = torch.optim.Adam([*encoder.parameters(), *decoder.parameters()], lr=1e-2)
for epoch in range(n_epochs):
    for rows in np.array_split(rng.permutation(len(train)), 14):
        x = torch.from_numpy(train[rows])
        bits = straight_through(encoder(x), annealing(epoch / n_epochs))
        loss = (decoder(bits) - x).square().mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()


def encode(x: np.ndarray) -> np.ndarray:
    """Probabilities of the bits, (n, 32)."""
    with torch.no_grad():
        return torch.sigmoid(encoder(torch.from_numpy(x))).numpy()


def decode(bits: np.ndarray) -> np.ndarray:
    """Images, (n, 1, 8, 8)."""
    with torch.no_grad():
        return decoder(torch.from_numpy(bits).float()).numpy()


# Means alone are smoother than data: what is missing is measured on images not trained on.
noisy = sr.FunctionDecoder(decode, residual=sr.residual_width(encode, decode, test))
fit = sr.fit_latent(train, encode, noisy, trainer=sr.ScoreMatching(n_hidden=64, n_epochs=10))
model = fit.model
sr.save(model.prior, "prior.safetensors")  # networks are kept as PyTorch keeps them

again = model.reconstruct(test)
print(f"reconstruction error {np.sqrt(np.mean((again - test) ** 2)):.3f}, of data in 0..1")
pictures = {"data": test, "reconstructed": again}
for sampler in (sr.BlockGibbs(500), sr.ParallelTempering(200)):
    samples = model.sample(len(test), sampler, seed=1)
    accuracy = sr.classifier_accuracy(test, samples.data)
    name = samples.info["sampler"]
    pictures[name] = samples.data
    print(f"{name}: told from data in {100 * accuracy.value:.0f} % of the rows")
rows = {name: x.reshape(-1, 64).clip(0.0, 1.0) for name, x in pictures.items()}
plot_samples(rows, (8, 8)).savefig("latent_callables.png")
