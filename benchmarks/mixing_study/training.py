"""Models along a training on population-genetic data."""

from __future__ import annotations

import time
from pathlib import Path

import scorerbm as sr

from .problem import Bits, Size


def trained(train: Bits, size: Size, folder: Path | None) -> list[sr.BernoulliRBM]:
    """Snapshots of a training by recovery, thinned to what tempering along them needs."""
    name = f"genomes805-{size.n_hidden}-{size.n_epochs}"
    if folder is not None and (files := sorted(folder.glob(f"{name}-*.safetensors"))):
        return [sr.load(file) for file in files]
    snapshots = sr.Snapshots(range(size.n_epochs))
    trainer = sr.ScoreMatching(
        n_hidden=size.n_hidden,
        n_epochs=size.n_epochs,
        batch_size=size.batch_size,
        optimizer=sr.Adam(learning_rate=size.rate),
        callbacks=[snapshots],
        monitor="never",
    )
    start = time.perf_counter()
    trainer.fit(train, seed=0)
    print(f"trained in {time.perf_counter() - start:.0f} s", flush=True)
    start = time.perf_counter()
    models = sr.select_snapshots(snapshots.models, n_sweeps=size.selection, n_ladders=32)
    print(
        f"kept {len(models)} of {len(snapshots.models)} snapshots in "
        f"{time.perf_counter() - start:.0f} s",
        flush=True,
    )
    if folder is not None:
        folder.mkdir(parents=True, exist_ok=True)
        for k, model in enumerate(models):
            sr.save(model, folder / f"{name}-{k:03}.safetensors")
    return models
