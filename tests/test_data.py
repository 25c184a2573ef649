"""Data sources: every format reads the same rows, and every wrong file is one clear error."""

from __future__ import annotations

import numpy as np
import pytest

from scorerbm.data import SOURCES, Dataset, load_data, split

ROWS = np.array([[0, 1, 1, 0], [1, 1, 0, 0], [0, 0, 0, 1]], np.uint8)


def write_hdf5(path, **arrays):
    h5py = pytest.importorskip("h5py")
    with h5py.File(path, "w") as file:
        for name, array in arrays.items():
            file[name.replace("__", "/")] = array


# -- sources ---------------------------------------------------------------------------------


def test_digits():
    digits = load_data("digits")
    assert digits.values.shape == (1797, 64)
    assert digits.values.dtype == np.uint8
    assert digits.shape == (8, 8)
    assert digits.name == "digits"
    from sklearn.datasets import load_digits

    assert (digits.values == (load_digits().data > 7.5)).all()
    assert (load_data("digits", threshold=0).values == (load_digits().data > 0)).all()


def test_digits_have_no_key():
    with pytest.raises(ValueError, match="key: got 'x', expected none"):
        load_data("digits", key="x")


def test_real_numbers_are_taken_as_they_are(tmp_path):
    x = np.random.default_rng(0).normal(size=(6, 2, 3))
    np.save(tmp_path / "x.npy", x)
    data = load_data(tmp_path / "x.npy", real=True)
    assert np.array_equal(data.values, x.reshape(6, 6))
    assert (data.real, data.shape) == (True, (2, 3))
    np.save(tmp_path / "y.npy", x + 1e-9)
    assert load_data(tmp_path / "y.npy", real=True).digest != data.digest
    train, test = split(data, 0.5)
    assert np.array_equal(np.sort(np.vstack([train.values, test.values]), None), np.sort(x, None))
    with pytest.raises(ValueError, match=r"threshold: got 1, expected none of real numbers"):
        load_data(tmp_path / "x.npy", real=True, threshold=1.0)
    x[0, 0, 1] = np.inf
    np.save(tmp_path / "x.npy", x)
    with pytest.raises(ValueError, match=r"got inf in row 0, column 1, expected finite numbers"):
        load_data(tmp_path / "x.npy", real=True)


def test_missing_scikit_learn_is_one_sentence(monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "sklearn.datasets", None)
    with pytest.raises(ImportError, match=r'pip install "scorerbm\[sklearn\]"'):
        load_data("digits")


@pytest.mark.parametrize("dtype", [np.uint8, np.int64, np.float32, np.float64, np.bool_])
def test_npy(tmp_path, dtype):
    np.save(tmp_path / "rows.npy", ROWS.astype(dtype))
    data = load_data(tmp_path / "rows.npy")
    assert (data.values == ROWS).all()
    assert data.values.dtype == np.uint8
    assert (data.name, data.shape) == ("rows", None)


@pytest.mark.parametrize("array_shape", [(3, 2, 2), (3, 1, 2, 2), (3, 2, 2, 1)])
def test_images_keep_their_shape(tmp_path, array_shape):
    np.save(tmp_path / "images.npy", ROWS.reshape(array_shape))
    data = load_data(tmp_path / "images.npy")
    assert (data.values == ROWS).all()
    assert data.shape == (2, 2)


def test_npz(tmp_path):
    np.savez(tmp_path / "one.npz", rows=ROWS)
    assert (load_data(tmp_path / "one.npz").values == ROWS).all()
    np.savez_compressed(tmp_path / "two.npz", train=ROWS, test=ROWS[:1])
    assert (load_data(tmp_path / "two.npz", key="test").values == ROWS[:1]).all()
    for key in (None, "valid"):
        with pytest.raises(ValueError, match=r"two\.npz: key: got .*: test, train"):
            load_data(tmp_path / "two.npz", key=key)


@pytest.mark.parametrize(
    "text",
    [
        "0,1,1,0\n1,1,0,0\n0,0,0,1\n",
        "0,1,1,0\r\n1,1,0,0\r\n0,0,0,1",
        "a,b,c,d\n0,1,1,0\n1,1,0,0\n0,0,0,1\n",
        "the first,b b, c c c ,d\n0, 1, 1, 0\n1, 1, 0, 0\n0, 0, 0, 1\n",
        '"a, first";b;c;d\n0;1;1;0\n1;1;0;0\n0;0;0;1\n',
        "a;b;c;d\n0;1;1;0\n1;1;0;0\n0;0;0;1\n",
        "0\t1\t1\t0\n1\t1\t0\t0\n0\t0\t0\t1\n",
        "0 1  1 0\n1 1 0 0\n0 0 0 1\n",
        "# made by hand\n\na,b,c,d\n0,1,1,0\n1,1,0,0\n\n0,0,0,1\n",
        '"0","1","1","0"\n"1","1","0","0"\n"0","0","0","1"\n',
        "\ufeffa,b,c,d\n0.0,1.0,1e0,0\n1,1,0,0\n0,0,0,1\n",
    ],
)
def test_csv(tmp_path, text):
    (tmp_path / "rows.csv").write_text(text, encoding="utf-8", newline="")
    assert (load_data(tmp_path / "rows.csv").values == ROWS).all()


def test_csv_of_one_column(tmp_path):
    (tmp_path / "rows.csv").write_text("bit\n0\n1\n1\n")
    assert load_data(tmp_path / "rows.csv").values.tolist() == [[0], [1], [1]]


@pytest.mark.parametrize("suffix", [".h5", ".hdf5", ".H5"])
def test_hdf5(tmp_path, suffix):
    write_hdf5(tmp_path / f"a{suffix}", rows=ROWS)
    assert (load_data(tmp_path / f"a{suffix}").values == ROWS).all()


def test_hdf5_with_groups(tmp_path):
    write_hdf5(tmp_path / "a.h5", set__train=ROWS, set__test=ROWS[:1])
    for key in ("set/test", "/set/test"):
        assert (load_data(tmp_path / "a.h5", key=key).values == ROWS[:1]).all()
    for key in (None, "set", "valid"):
        with pytest.raises(ValueError, match=r"a\.h5: key: got .*: set/test, set/train"):
            load_data(tmp_path / "a.h5", key=key)


def test_missing_h5py_is_one_sentence(tmp_path, monkeypatch):
    (tmp_path / "a.h5").write_bytes(b"")
    monkeypatch.setitem(__import__("sys").modules, "h5py", None)
    with pytest.raises(ImportError, match=r'HDF5 files need h5py: pip install "scorerbm\[hdf5\]"'):
        load_data(tmp_path / "a.h5")


# -- thresholds ------------------------------------------------------------------------------


def test_threshold_is_exclusive(tmp_path):
    np.save(tmp_path / "a.npy", np.array([[0.0, 0.5, 0.75], [1.0, 0.25, 0.5]]))
    assert load_data(tmp_path / "a.npy", threshold=0.5).values.tolist() == [[0, 0, 1], [1, 0, 0]]


def test_non_binary_data_propose_a_threshold(tmp_path):
    np.save(tmp_path / "a.npy", np.array([[0, 1, 0], [1, 255, 7]], np.uint8))
    with pytest.raises(
        ValueError, match=r"a\.npy: got 255 in row 1, column 1, .*--threshold 127\.5"
    ):
        load_data(tmp_path / "a.npy")


@pytest.mark.parametrize("threshold", [None, 0.5])
@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_numbers_must_be_finite(tmp_path, threshold, bad):
    np.save(tmp_path / "a.npy", np.array([[0.0, 1.0], [bad, 0.0]]))
    with pytest.raises(ValueError, match=f"a.npy: got {bad} in row 1, column 0, expected finite"):
        load_data(tmp_path / "a.npy", threshold=threshold)


def test_threshold_must_be_finite(tmp_path):
    with pytest.raises(ValueError, match="threshold: got nan"):
        load_data("digits", threshold=float("nan"))


# -- broken files ----------------------------------------------------------------------------


def test_missing_file(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"absent\.npy"):
        load_data(tmp_path / "absent.npy")


@pytest.mark.parametrize("name", ["rows", "rows.pkl", "digit", "rows.mat"])
def test_unknown_source(name):
    with pytest.raises(ValueError, match=f"{name}: unknown data, expected one of digits, .npy"):
        load_data(name)


@pytest.mark.parametrize("suffix", [".npy", ".npz", ".csv", ".h5"])
@pytest.mark.parametrize(
    "content", [b"", b"\x00\xff\x93junk" * 40, b"PK\x03\x04 not a zip", b"\x93NUMPY"]
)
def test_junk(tmp_path, suffix, content):
    (tmp_path / f"junk{suffix}").write_bytes(content)
    with pytest.raises(ValueError, match=rf"junk{suffix}: (not a|the file has no)"):
        load_data(tmp_path / f"junk{suffix}")


@pytest.mark.parametrize("suffix", [".npy", ".npz", ".h5"])
def test_truncated(tmp_path, suffix):
    whole = np.random.default_rng(0).integers(0, 2, (200, 40), dtype=np.uint8)
    path = tmp_path / f"cut{suffix}"
    if suffix == ".h5":
        write_hdf5(path, rows=whole)
    else:
        with open(path, "wb") as file:
            (np.save if suffix == ".npy" else np.savez_compressed)(file, whole)
    content = path.read_bytes()
    for keep in (20, len(content) // 2, len(content) - 10):
        path.write_bytes(content[:keep])
        with pytest.raises(ValueError, match=rf"cut{suffix}: not a readable"):
            load_data(path)


def test_damaged_npz(tmp_path):
    path = tmp_path / "bad.npz"
    np.savez_compressed(path, rows=np.random.default_rng(0).integers(0, 2, (200, 40)))
    content = bytearray(path.read_bytes())
    for i in range(200, 300):
        content[i] ^= 0xFF
    path.write_bytes(content)
    with pytest.raises(ValueError, match=r"bad\.npz: not a readable \.npz"):
        load_data(path)


def test_pickles_are_refused(tmp_path):
    objects = np.array([[1, "x"], [None, 2]], dtype=object)
    np.save(tmp_path / "a.npy", objects, allow_pickle=True)
    np.savez(tmp_path / "a.npz", objects)
    for name in ("a.npy", "a.npz"):
        with pytest.raises(ValueError, match=f"{name}: not a readable"):
            load_data(tmp_path / name)


@pytest.mark.parametrize(
    "array",
    [np.array(["a", "b"]), np.array([[1 + 2j, 0]]), np.zeros((2, 2), "M8[s]")],
    ids=["text", "complex", "dates"],
)
def test_other_dtypes(tmp_path, array):
    np.save(tmp_path / "a.npy", array)
    with pytest.raises(ValueError, match=r"a\.npy: values: got dtype .*, expected real numbers"):
        load_data(tmp_path / "a.npy")


@pytest.mark.parametrize("shape", [(), (4,), (0, 4), (4, 0)])
def test_other_shapes(tmp_path, shape):
    np.savez(tmp_path / "a.npz", np.zeros(shape))
    with pytest.raises(ValueError, match=r"a\.npz: got an array of shape .*, expected rows"):
        load_data(tmp_path / "a.npz")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("1,0\n1,0,1\n", "number of columns changed from 2 to 3"),
        ("1,0\n1,x\n", "could not convert string 'x'"),
        ("a,b\n1,\n", "could not convert string ''"),
        ("1,o,0\n1,0,0\n", "line 1: got 'o' among numbers"),
        ("a,b\n", "no rows of numbers"),
        ("# nothing\n\n", "no rows of numbers"),
        ("1,2\n0,1\n", "got 2 in row 0, column 1, .*--threshold 1"),
    ],
)
def test_wrong_text(tmp_path, text, message):
    (tmp_path / "a.csv").write_text(text)
    with pytest.raises(ValueError, match=rf"a\.csv: .*{message}"):
        load_data(tmp_path / "a.csv")


def test_text_in_another_encoding(tmp_path):
    (tmp_path / "a.csv").write_bytes("größe,b\n1,0\n".encode("latin-1"))
    with pytest.raises(ValueError, match=r"a\.csv: not a text file in UTF-8"):
        load_data(tmp_path / "a.csv")


# -- data sets and their division --------------------------------------------------------------


def test_dataset_checks_itself():
    with pytest.raises(ValueError, match="values: got 2 at index"):
        Dataset(np.array([[0, 2]]))
    with pytest.raises(ValueError, match=r"shape: got \(2, 3\), expected a product of 4"):
        Dataset(ROWS, shape=(2, 3))


def test_digest_tells_data_apart():
    same = Dataset(ROWS.astype(float), name="other")
    assert Dataset(ROWS).digest == same.digest
    others = [ROWS[::-1], ROWS[:2], ROWS.reshape(4, 3), 1 - ROWS, ROWS[:, :3], ROWS[:, ::-1]]
    assert len({Dataset(ROWS).digest, *(Dataset(x).digest for x in others)}) == 1 + len(others)


def test_split_follows_its_rule():
    data = load_data("digits")
    train, test = split(data, 0.2, seed=3)
    order = np.random.default_rng(3).permutation(1797)
    assert len(test) == 359  # round(359.4)
    assert (test.values == data.values[order[:359]]).all()
    assert (train.values == data.values[order[359:]]).all()
    assert (train.name, train.shape) == (test.name, test.shape) == ("digits", (8, 8))


def test_split_of_nothing():
    train, test = split(Dataset(ROWS), 0.0)
    assert (len(train), len(test)) == (3, 0)


def test_seeds_split_differently():
    data = load_data("digits")
    a, b = (split(data, seed=s)[1].values for s in (0, 1))
    assert (a != b).any()
    assert (a == split(data, seed=0)[1].values).all()


@pytest.mark.parametrize("fraction", [-0.1, 0.1, 0.9, 1.0, 7.0, float("nan")])
def test_split_leaves_rows_on_both_sides(fraction):
    with pytest.raises(ValueError, match="test_fraction: got"):
        split(Dataset(ROWS), fraction)


def test_sources_are_a_registry(monkeypatch):
    monkeypatch.setitem(SOURCES, "rows", lambda: (ROWS * 9, 4.0))
    assert (load_data("rows").values == ROWS).all()
