"""A family of aligned sequences: read from FASTA, trained part by part, continued by new members.

The family here is made up, so that what there is to find is known: two subfamilies that differ at
five positions, and a pair of positions that always complement each other, as in a stem of RNA. A
model is trained on parts of the file, as it would be on one larger than memory, and what it draws
is written as sequences again.

Needs nothing else. Writes ``family.fasta`` and ``drawn.fasta``.
"""

from pathlib import Path

import numpy as np

import scorerbm as sr
from scorerbm.data import decode, load_data, read_parts

PAIR = {"A": "U", "U": "A", "G": "C", "C": "G"}
STEM = (4, 15)
SUBFAMILIES = np.array([list("GGAUCCGAUUACGGAUACCU"), list("GGCUACGUUUACGCAUACGU")])


def make_family(n, rng):
    """Sequences of two subfamilies, each letter in twelve another, and a gap now and then."""
    rows = SUBFAMILIES[rng.integers(0, 2, n)]
    rows = np.where(rng.random(rows.shape) < 1 / 12, rng.choice(list("ACGU"), rows.shape), rows)
    rows = np.where(rng.random(rows.shape) < 0.01, "-", rows)
    left = rng.choice(list(PAIR), n)
    rows[:, STEM[0]], rows[:, STEM[1]] = left, [PAIR[letter] for letter in left]
    return ["".join(row) for row in rows]


def write(path, sequences):
    """Write a FASTA file."""
    Path(path).write_text("".join(f">{path[:-6]} {i}\n{s}\n" for i, s in enumerate(sequences)))


def paired(sequences):
    """Part of the sequences in which the two positions of the stem complement each other."""
    return np.mean([PAIR.get(s[STEM[0]]) == s[STEM[1]] for s in sequences])


def subfamily(sequences):
    """Part of the sequences that are nearer to the first subfamily than to the second."""
    letters = np.array([list(s) for s in sequences])
    near, far = ((letters == kin).sum(axis=1) for kin in SUBFAMILIES)
    return np.mean(near > far)


def main():
    """Make, train, draw and compare."""
    family = make_family(8000, np.random.default_rng(0))
    write("family.fasta", family)
    data = load_data("family.fasta")
    print(f"{len(data)} sequences, {data.n_visible} bits: {', '.join(data.names[:6])} …")

    trainer = sr.ScoreMatching(n_hidden=40, optimizer=sr.Adam(learning_rate=0.02))
    epochs = (part for _ in range(8) for part in read_parts("family.fasta", rows=2000))
    model = trainer.fit_batches(epochs, n_rows=8 * len(data), seed=0).model
    samples = sr.ParallelTempering(n_sweeps=500).sample(model, 2000, seed=1)
    drawn = decode(samples.visible, "rna")

    whole = [s for s in drawn if "?" not in s]
    print(f"{len(whole) / len(drawn):.0%} of the states drawn have one letter at each position")
    write("drawn.fasta", whole)
    for name, sequences in {"family": family, "drawn": whole}.items():
        part = f"{subfamily(sequences):.0%} in the first subfamily"
        print(f"{name}: {paired(sequences):.0%} complement each other, {part}")
    new = len(set(whole) - set(family)) / len(set(whole))
    print(f"{new:.0%} of those drawn are not in the family, such as {whole[0]}")


if __name__ == "__main__":
    main()
