"""Digits completed from their upper halves, and read, by chains whose known units are clamped.

One model of 8×8 pixels and ten label units, one of which is on. With the upper pixels clamped, its
chains draw lower halves and labels that go with them; with all pixels clamped, they draw labels,
and the most frequent one is the answer. Both are asked of digits that were held out of training.
Draws ``inpainting.png`` into the folder given (or the present one).

    python examples/python/inpainting.py [FOLDER]

Needs ``pip install "scorerbm[plot,sklearn]"``.
"""

import sys
from pathlib import Path

import numpy as np
from matplotlib.figure import Figure
from sklearn.datasets import load_digits

import scorerbm as sr

PIXELS, LABELS = 64, 10


def labelled_digits():
    """Rows of 64 pixels and a one-hot label, in a random order."""
    digits = load_digits()
    rows = np.hstack([digits.data > 7.5, np.eye(LABELS)[digits.target]]).astype(np.uint8)
    return np.random.default_rng(0).permutation(rows)


def classify(model, pixels):
    """The label unit that is on most often, given the pixels."""
    clamp = np.hstack([pixels, np.full((len(pixels), LABELS), np.nan)])
    sampler = sr.BlockGibbs(n_sweeps=150, collect_every=1, burn_in=30)
    draws = sampler.sample(model, len(clamp), clamp=clamp).draws
    return draws.visible[:, :, PIXELS:].mean(axis=0).argmax(axis=1)


def classify_exactly(model, pixels):
    """The label of lowest free energy: what `classify` estimates, for ten states of the labels."""
    rows = [np.hstack([pixels, np.tile(label, (len(pixels), 1))]) for label in np.eye(LABELS)]
    return np.stack([model.free_energy(x) for x in rows], axis=1).argmin(axis=1)


def complete(model, rows, n_each):
    """Samples with the upper half of each row clamped, (rows, n_each, units)."""
    clamp = np.where(np.arange(rows.shape[1]) < PIXELS // 2, rows, np.nan)
    samples = sr.BlockGibbs(n_sweeps=200).sample(
        model, len(rows) * n_each, clamp=np.repeat(clamp, n_each, axis=0)
    )
    return samples.visible.reshape(len(rows), n_each, -1)


def draw(rows, completed, n_shown):
    """A row for each digit: itself, what is given, samples with their labels, their mean."""
    given = np.where(np.arange(PIXELS) < PIXELS // 2, rows[:, :PIXELS], np.nan)
    columns = {"digit": rows[:, :PIXELS], "given": given}
    columns |= {f"sample {k + 1}": completed[:, k, :PIXELS] for k in range(n_shown)}
    columns["mean"] = completed[:, :, :PIXELS].mean(axis=1)
    figure = Figure(figsize=(0.95 * len(columns), 1.12 * len(rows) + 0.2), dpi=150)
    figure.set_layout_engine("constrained")
    axes = figure.subplots(len(rows), len(columns))
    for column, (title, images) in zip(axes.T, columns.items(), strict=True):
        column[0].set_title(title, fontsize=9)
        for panel, image in zip(column, images, strict=True):
            panel.set_facecolor("#c3cfdc")  # seen where nothing is given
            panel.imshow(image.reshape(8, 8), cmap="gray_r", vmin=0, vmax=1)
            panel.set(xticks=[], yticks=[])
    for k in range(n_shown):
        for panel, labels in zip(axes[:, 2 + k], completed[:, k, PIXELS:], strict=True):
            panel.set_xlabel(", ".join(map(str, np.flatnonzero(labels))) or "none", fontsize=8)
    return figure


def main(folder: Path) -> None:
    """Train, read, complete and draw."""
    rows = labelled_digits()
    train, test = rows[:1437], rows[1437:]
    model = sr.ScoreMatching(n_hidden=64, n_epochs=100).fit(train, seed=0).model
    pixels, labels = test[:, :PIXELS], test[:, PIXELS:].argmax(axis=1)
    for name, found in {
        "clamped chains": classify(model, pixels),
        "free energies": classify_exactly(model, pixels),
    }.items():
        print(f"labels from {name}: {(found == labels).mean():.1%} of {len(test)} are right")
    first = test[[int(np.flatnonzero(labels == k)[0]) for k in range(LABELS)]]
    completed = complete(model, first, n_each=50)
    lower = slice(PIXELS // 2, PIXELS)
    for name, guess in {
        "their own digit": completed,
        "another digit": np.roll(completed, 1, axis=0),
    }.items():
        wrong = (guess[:, :, lower] != first[:, None, lower]).mean()
        print(f"lower halves against those of {name}: {wrong:.1%} of the pixels differ")
    path = folder / "inpainting.png"
    draw(first, completed, n_shown=5).savefig(path)
    print(path)


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else "."))
