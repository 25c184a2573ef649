"""One training of an autoencoder; imports PyTorch."""

from __future__ import annotations

import math
from collections.abc import Iterator
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from numpy.typing import NDArray

from .._progress import Update
from .._seed import derive_key
from ..backends import get_backend
from ..backends.protocol import Domain, Floats, Reals
from ..rbm import Standardisation
from ..rbm.chains import chain_ids
from ..train import DivergenceError
from .autoencoder import BinaryAutoencoder
from .autoencoder_fit import AutoencoderFit
from .network import DenseNetwork
from .relaxed_network import Tensor, bit_costs, evaluate, log_density, relaxed_bits
from .residual import residual_width

if TYPE_CHECKING:
    from .autoencoder_trainer import AutoencoderTrainer

__all__ = ["Run"]

Layers = list[tuple[Tensor, Tensor]]


class Run:
    """Networks in training, and their data."""

    def __init__(
        self, trainer: AutoencoderTrainer, data: Reals, held_out: Reals | None, seed: int
    ) -> None:
        self.trainer, self.seed, self.backend = trainer, seed, get_backend()
        self.n_rows, self.n_units = data.shape
        self.n_batches = math.ceil(self.n_rows / trainer.batch_size)
        self.data, self.held_out = data, held_out
        self.standardisation = Standardisation.of(data)
        inner = [int(n) for n in trainer.hidden_sizes]
        sizes = [self.n_units, *inner, trainer.n_bits]
        self.encoder, self.decoder = self._layers("encoder", sizes), self._layers(
            "decoder", sizes[::-1]
        )  # fmt: skip
        self.log_width: Tensor | None = None
        if trainer.likelihood == "gaussian":
            self.log_width = torch.zeros(self.n_units, requires_grad=True)
        # Biases and widths have a scale of their own, which decay would be wrong about.
        weights = [w for layers in (self.encoder, self.decoder) for w, _ in layers]
        others = [b for layers in (self.encoder, self.decoder) for _, b in layers]
        others += [] if self.log_width is None else [self.log_width]
        groups = [
            {"params": weights, "weight_decay": trainer.weight_decay},
            {"params": others, "weight_decay": 0.0},
        ]
        self.optimizer = torch.optim.AdamW(groups, lr=trainer.learning_rate)
        self.parameters = weights + others

    def fit(self, update: Update) -> AutoencoderFit:
        """Train for all epochs, or until patience ends."""
        trainer, history = self.trainer, list[dict[str, float]]()
        inputs, targets = self._inputs(self.data), self._targets(self.data)
        best, kept, chosen = math.inf, self._copies(), 0
        for epoch in range(trainer.n_epochs):
            row = self._epoch(epoch, inputs, targets, update)
            if self.held_out is not None:
                row["validation_loss"] = self._validation_loss()
            history.append(row)
            if trainer.patience is None:
                chosen = epoch
            elif row["validation_loss"] < best:
                best, kept, chosen = row["validation_loss"], self._copies(), epoch
            elif epoch - chosen >= trainer.patience:
                break
        if trainer.patience is not None:
            self._restore(kept)
        settings = {
            "trainer": type(trainer).__name__,
            **trainer.settings(),
            "seed": self.seed,
            "n_rows": self.n_rows,
            "n_visible": self.n_units,
        }
        return AutoencoderFit(self._autoencoder(), history, settings, chosen)

    def _layers(self, name: str, sizes: list[int]) -> Layers:
        """Normal weights of variance 2/inputs, and no biases."""
        layers: Layers = []
        for i, (n, m) in enumerate(pairwise(sizes)):
            key = derive_key(self.seed, f"initial weights of the {name}", i)
            normal = self.backend.normal(chain_ids(n), m, key, step=0, domain=Domain.NORMAL)
            weight = torch.from_numpy(normal * np.float32(math.sqrt(2.0 / n)))
            layers.append((weight.requires_grad_(), torch.zeros(m, requires_grad=True)))
        return layers

    def _inputs(self, x: Reals) -> Tensor:
        return torch.from_numpy(self.standardisation.apply(x).astype(np.float32))

    def _targets(self, x: Reals) -> Tensor:
        return (
            self._inputs(x)
            if self.log_width is not None
            else torch.from_numpy(x.astype(np.float32))
        )

    def _epoch(
        self, epoch: int, inputs: Tensor, targets: Tensor, update: Update
    ) -> dict[str, float]:
        trainer, total, shown = self.trainer, np.zeros(4), {}
        for i, rows in self._batches(epoch):
            progress = (epoch + i / self.n_batches) / trainer.n_epochs
            rate = 0.5 * trainer.learning_rate * (1.0 + math.cos(math.pi * progress))
            for group in self.optimizer.param_groups:
                group["lr"] = rate
            shown = {"tau": trainer.annealing(progress), "learning_rate": rate}
            noise = self._noise(rows, "training noise", epoch)
            parts = self._loss(
                inputs[rows], targets[rows], noise, shown["tau"], trainer.straight_through
            )
            self.optimizer.zero_grad()
            parts[0].backward()
            self.optimizer.step()
            self._bound()
            total += len(rows) * np.array([float(x.detach()) for x in parts])
            update()
        mean = total / self.n_rows
        if not np.isfinite(mean).all():
            raise DivergenceError(
                f"training diverged in epoch {epoch}: the loss is {mean[0]}. Try a learning rate "
                f"below {trainer.learning_rate:g}."
            )
        update(0, loss=mean[0])
        names = ("loss", "reconstruction", "cost", "imbalance")
        return {"epoch": epoch, **dict(zip(names, map(float, mean), strict=True)), **shown}

    def _batches(self, epoch: int) -> Iterator[tuple[int, NDArray[np.intp]]]:
        u = self.backend.uniform(
            chain_ids(self.n_rows), 1, derive_key(self.seed, "order"), step=epoch,
            domain=Domain.UNIFORM,
        )  # fmt: skip
        order = np.argsort(u[:, 0], kind="stable")
        yield from enumerate(np.array_split(order, self.n_batches))

    def _noise(self, rows: NDArray[np.intp], purpose: str, step: int) -> Tensor:
        ids, key = rows.astype(np.uint32), derive_key(self.seed, purpose)
        logistic: Floats = self.backend.logistic(
            ids, self.trainer.n_bits, key, step=step, domain=Domain.LOGISTIC_HIDDEN
        )
        return torch.from_numpy(logistic)

    def _loss(
        self, inputs: Tensor, targets: Tensor, noise: Tensor, tau: float, hard: bool
    ) -> list[Tensor]:
        """Loss, reconstruction, cost and imbalance."""
        trainer = self.trainer
        log_odds = evaluate(self.encoder, trainer.activation, inputs)
        bits = relaxed_bits(log_odds, noise, tau, straight_through=hard)
        out = evaluate(self.decoder, trainer.activation, bits)
        reconstruction = -log_density(out, targets, self.log_width).mean()
        cost, imbalance = bit_costs(log_odds)
        loss = reconstruction + trainer.kl * cost + trainer.balance * imbalance
        return [loss, reconstruction, cost, imbalance]

    def _validation_loss(self) -> float:
        assert self.held_out is not None
        noise = self._noise(np.arange(len(self.held_out)), "validation noise", 0)
        x, y = self._inputs(self.held_out), self._targets(self.held_out)
        with torch.no_grad():
            return float(self._loss(x, y, noise, 1.0, hard=True)[0])

    def _bound(self) -> None:
        """Keep widths above the floor."""
        if self.log_width is not None:
            with torch.no_grad():
                self.log_width.clamp_(min=math.log(self.trainer.sigma_floor))

    def _copies(self) -> list[Tensor]:
        return [p.detach().clone() for p in self.parameters]

    def _restore(self, kept: list[Tensor]) -> None:
        with torch.no_grad():
            for parameter, value in zip(self.parameters, kept, strict=True):
                parameter.copy_(value)

    def _autoencoder(self) -> BinaryAutoencoder:
        networks = [
            DenseNetwork(
                [w.detach().numpy() for w, _ in layers],
                [b.detach().numpy() for _, b in layers],
                self.trainer.activation,
            )
            for layers in (self.encoder, self.decoder)
        ]
        options: dict[str, Any] = {
            "mean": self.standardisation.mean,
            "scale": self.standardisation.scale,
            "likelihood": self.trainer.likelihood,
        }
        found = BinaryAutoencoder(*networks, **options)
        if self.log_width is None:
            return found
        rows = self.data if self.held_out is None else self.held_out
        width = residual_width(found, found, rows, seed=self.seed)
        return BinaryAutoencoder(*networks, **options, residual=width)
