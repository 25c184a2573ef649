"""Sequences as bits, frames with their names, and files read in parts."""

from __future__ import annotations

import numpy as np
import pytest

import scorerbm as sr
from scorerbm.data import (
    ALPHABETS,
    Dataset,
    decode,
    from_frame,
    load_data,
    one_hot,
    read_parts,
    split,
)

PROTEINS = ["MKV-LA", "MRVYLA", "-KV-IA"]

# -- FASTA -----------------------------------------------------------------------------------


def write_fasta(path, sequences, width=4):
    lines = []
    for i, sequence in enumerate(sequences):
        lines += [f">seq {i} [of a family]"]
        lines += [sequence[k : k + width] for k in range(0, len(sequence), width)]
        lines += [""]
    path.write_text("\n".join(lines))


@pytest.mark.parametrize("suffix", [".fasta", ".fa", ".FASTA"])
def test_fasta(tmp_path, suffix):
    path = tmp_path / f"family{suffix}"
    write_fasta(path, PROTEINS)
    data = load_data(path)
    assert data.values.shape == (3, 6 * 21)
    assert (data.values.reshape(3, 6, 21).sum(axis=2) == 1).all()
    assert [data.names[i] for i in np.flatnonzero(data.values[0])] == [
        f"{i + 1}:{letter}" for i, letter in enumerate(PROTEINS[0])
    ]
    assert decode(data.values) == PROTEINS
    assert data.name == "family"
    assert split(data, 0.4)[0].names == data.names


def test_letters_are_in_the_order_of_the_field():
    """That of `rbms`, whose models and files then fit."""
    assert ALPHABETS["protein"] == "-ACDEFGHIKLMNPQRSTVWY"
    assert ALPHABETS["dna"] == "-ACGT"
    assert ALPHABETS["rna"] == "-ACGU"
    rows = one_hot(["-", "A", "C", "G", "U"], "rna")
    assert (rows == np.eye(5)).all()


@pytest.mark.parametrize(
    ("sequences", "alphabet"),
    [(["AC-T", "GGTA"], "dna"), (["AC-U", "GGUA"], "rna"), (["ACGA", "AC-L"], "protein"),
     (["acg-", "ACGT"], "dna"), (["ACGA", "-GCA"], "dna")],
)  # fmt: skip
def test_the_alphabet_is_found(tmp_path, sequences, alphabet):
    write_fasta(tmp_path / "a.fa", sequences)
    found = load_data(tmp_path / "a.fa").values
    assert (found == load_data(tmp_path / "a.fa", key=alphabet).values).all()
    assert decode(found, alphabet) == [s.upper() for s in sequences]


def test_states_that_are_no_sequence():
    bits = one_hot(["AC", "GT"], "dna")
    bits[0, :5] = 0
    bits[1, 5:] = 1
    assert decode(bits, "dna") == ["?C", "G?"]


@pytest.mark.parametrize(
    ("text", "key", "message"),
    [
        (">a\nACGT\n>b\nACG\n", None, "sequence 'b': got 3 positions, expected 4"),
        (
            ">a\nACGT\n>b b\nAXGT\n",
            None,
            "sequence 'b b': got 'X' at position 2",
        ),
        (">a\nACGT\n>b\nAé.T\n", None, "sequence 'b': got 'é' at position 2"),
        (">a\nACGL\n", "dna", "sequence 'a': got 'L' at position 4, expected one of -ACGT"),
        ("ACGT\n", None, "line 1: got 'ACGT', expected a header"),
        ("\n\n", None, "no sequences"),
        (">a\n>b\n", None, r"got an array of shape \(2, 0\), expected rows"),
        (">a\nAC\n", "greek", "key: got 'greek', expected an alphabet .*protein, rna, dna"),
    ],
)
def test_wrong_fasta(tmp_path, text, key, message):
    (tmp_path / "a.fasta").write_text(text, encoding="utf-8")
    with pytest.raises(ValueError, match=rf"a\.fasta: .*{message}"):
        load_data(tmp_path / "a.fasta", key=key)


def test_fasta_with_a_mark_of_its_encoding(tmp_path):
    (tmp_path / "a.fasta").write_text(">a\nAC\n", encoding="utf-8-sig")
    assert decode(load_data(tmp_path / "a.fasta").values, "dna") == ["AC"]


def test_fasta_in_another_encoding(tmp_path):
    (tmp_path / "a.fasta").write_bytes(">größe\nAC\n".encode("latin-1"))
    with pytest.raises(ValueError, match=r"a\.fasta: not a FASTA file in UTF-8"):
        load_data(tmp_path / "a.fasta")


def test_wrong_arguments():
    with pytest.raises(ValueError, match="alphabet: got 'greek'"):
        one_hot(["A"], "greek")
    with pytest.raises(ValueError, match="sequences: got none"):
        one_hot([])
    with pytest.raises(ValueError, match="bits: got 7 columns, expected a multiple of the 5"):
        decode(np.zeros((2, 7)), "dna")


# -- names -----------------------------------------------------------------------------------


@pytest.mark.parametrize("library", ["pandas", "polars"])
def test_frames(library):
    frames = pytest.importorskip(library)
    columns = {"a b": [0, 1, 1], "c": [True, False, True]}
    data = from_frame(frames.DataFrame(columns), name="mine")
    assert data.values.tolist() == [[0, 1], [1, 0], [1, 1]]
    assert data.names == ("a b", "c")
    assert data.name == "mine"
    real = frames.DataFrame({"x": [0.2, 0.7, 3.0]})
    assert from_frame(real, threshold=0.5).values.tolist() == [[0], [1], [1]]
    with pytest.raises(ValueError, match=r"frame: got 0\.2 in row 0, column 0, expected only 0"):
        from_frame(real)
    with pytest.raises(ValueError, match=r"frame: got nan in row 1"):
        from_frame(frames.DataFrame({"x": [0.0, None, 1.0]}))
    with pytest.raises(TypeError, match=r"frame\['x'\]: got dtype"):
        from_frame(frames.DataFrame({"x": ["a", "b"], "y": [0, 1]}))
    with pytest.raises(ValueError, match="threshold: got nan"):
        from_frame(real, threshold=float("nan"))
    taken = from_frame(real, real=True)
    assert taken.real
    assert taken.values.tolist() == [[0.2], [0.7], [3.0]]
    with pytest.raises(ValueError, match=r"frame: got nan in row 1"):
        from_frame(frames.DataFrame({"x": [0.0, None, 1.0]}), real=True)
    with pytest.raises(ValueError, match="threshold: got 1, expected none of real numbers"):
        from_frame(real, threshold=1, real=True)


@pytest.mark.parametrize("library", ["pandas", "polars"])
def test_trainers_take_frames(library):
    frames = pytest.importorskip(library)
    x = np.array([[0, 1], [1, 0], [1, 1], [0, 1]], np.uint8)
    frame = frames.DataFrame({"a": x[:, 0], "b": x[:, 1]})
    trainer = sr.ScoreMatching(n_hidden=2, n_epochs=2)
    assert (trainer.fit(frame).model.weights == trainer.fit(x).model.weights).all()


def test_no_frame():
    frames = pytest.importorskip("pandas")
    with pytest.raises(ValueError, match=r"frame: got columns \['a', 'a'\]"):
        from_frame(frames.DataFrame([[0, 1]], columns=["a", "a"]))
    with pytest.raises(TypeError, match="frame: got list, expected a data frame"):
        from_frame([[0, 1]])


def test_names_of_a_table(tmp_path):
    (tmp_path / "a.csv").write_text("one;the other\n0;1\n1;1\n")
    assert load_data(tmp_path / "a.csv").names == ("one", "the other")
    (tmp_path / "b.csv").write_text("0;1\n1;1\n")
    assert load_data(tmp_path / "b.csv").names is None


def test_names_are_as_many_as_columns():
    with pytest.raises(ValueError, match="names: got 1, expected 2"):
        Dataset(np.zeros((3, 2)), names=("a",))


# -- parts -----------------------------------------------------------------------------------

ROWS = np.random.default_rng(0).integers(0, 2, (25, 6), np.uint8)


def write(path, rows=ROWS):
    if path.suffix == ".npy":
        np.save(path, rows)
    elif path.suffix == ".csv":
        np.savetxt(path, rows, delimiter=",", fmt="%g")
    else:
        h5py = pytest.importorskip("h5py")
        with h5py.File(path, "w") as file:
            file["samples"] = rows
            file["labels"] = np.arange(len(rows))


@pytest.mark.parametrize("suffix", [".npy", ".csv", ".h5"])
def test_parts(tmp_path, suffix):
    path = tmp_path / f"a{suffix}"
    write(path)
    parts = list(read_parts(path, rows=10))
    assert [len(part) for part in parts] == [10, 10, 5]
    assert (np.concatenate(parts) == ROWS).all()
    assert all(part.dtype == np.uint8 for part in parts)
    trainer = sr.ScoreMatching(n_hidden=2)
    found = trainer.fit_batches(read_parts(path, rows=10), n_first=20).model
    assert (found.weights == trainer.fit_batches([ROWS], n_first=20).model.weights).all()


def test_images_and_thresholds_in_parts(tmp_path):
    write(tmp_path / "a.npy", ROWS.reshape(25, 2, 3) * 200)
    parts = list(read_parts(tmp_path / "a.npy", rows=7, threshold=100))
    assert (np.concatenate(parts) == ROWS).all()


@pytest.mark.parametrize("suffix", ["npy", "h5", "csv"])
def test_real_numbers_in_parts(suffix, tmp_path):
    rows = np.random.default_rng(0).normal(size=(25, 3)).astype(np.float32)
    path = tmp_path / f"a.{suffix}"
    if suffix == "csv":
        np.savetxt(path, rows, delimiter=",")
    else:
        write(path, rows)
    parts = list(read_parts(path, rows=10, real=True))
    assert all(part.dtype == np.float64 for part in parts)
    assert (np.concatenate(parts) == load_data(path, real=True).values).all()
    trainer = sr.ScoreMatching(n_hidden=2, visible="gaussian")
    found = trainer.fit_batches(read_parts(path, rows=10, real=True), n_first=20).model
    assert (found.weights == trainer.fit_batches([rows], n_first=20).model.weights).all()
    with pytest.raises(ValueError, match="threshold: got 1, expected none of real numbers"):
        read_parts(path, threshold=1, real=True)
    with pytest.raises(ValueError, match="row 0, column 0, expected only 0 and 1"):
        next(read_parts(path))


def test_samples_are_the_usual_key(tmp_path):
    write(tmp_path / "a.h5")
    assert (load_data(tmp_path / "a.h5").values == ROWS).all()


def test_errors_count_rows_of_the_file(tmp_path):
    rows = ROWS.copy()
    rows[17, 4] = 9
    write(tmp_path / "a.npy", rows)
    parts = read_parts(tmp_path / "a.npy", rows=10)
    assert (next(parts) == ROWS[:10]).all()
    with pytest.raises(ValueError, match=r"a\.npy: got 9 in row 17, column 4"):
        next(parts)


def test_a_damaged_file_of_chunks(tmp_path):
    h5py = pytest.importorskip("h5py")
    path = tmp_path / "a.h5"
    noise = np.random.default_rng(0).integers(0, 2, (4000, 30), np.uint8)
    with h5py.File(path, "w") as file:
        file.create_dataset("samples", data=noise, chunks=(500, 30), compression="gzip")
    content = bytearray(path.read_bytes())
    middle = len(content) // 2
    content[middle : middle + 2000] = bytes(2000)
    path.write_bytes(content)
    with pytest.raises(ValueError, match=r"a\.h5: not a readable HDF5"):
        list(read_parts(path, rows=500))


def test_errors_come_before_the_first_part(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"absent\.npy"):
        read_parts(tmp_path / "absent.npy")
    with pytest.raises(ValueError, match="unknown data, expected one of"):
        read_parts(tmp_path / "a.mat")
    with pytest.raises(ValueError, match="rows: got 0"):
        read_parts(tmp_path / "a.npy", rows=0)
