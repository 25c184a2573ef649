"""Model files: bit-exact round trips, and one clear error for every broken file."""

from __future__ import annotations

import json
import os
import pickle
import struct

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from safetensors.numpy import save as serialised

from scorerbm import BernoulliRBM
from scorerbm.files import from_bytes, load, read_metadata, save, to_bytes
from scorerbm.files.families import FAMILIES
from scorerbm.files.metadata import FORMAT_VERSION, METADATA_KEY

RECORD = {"method": "score-matching", "epochs": 3, "rates": [0.1, 0.01], "note": "η → 0"}


def make_model(n=6, m=4, seed=0, data_mean=True):
    rng = np.random.default_rng(seed)
    mean = rng.uniform(0.01, 0.99, n) if data_mean else None
    return BernoulliRBM(
        rng.normal(size=(n, m)), rng.normal(size=n), rng.normal(size=m), data_mean=mean
    )


@pytest.fixture
def path(tmp_path):
    return tmp_path / "model.safetensors"


def same_bits(a, b):
    return a.dtype == b.dtype and a.shape == b.shape and a.tobytes() == b.tobytes()


def header_of(content):
    (length,) = struct.unpack("<Q", content[:8])
    return json.loads(content[8 : 8 + length]), content[8 + length :]


def with_header(header, body):
    text = json.dumps(header).encode()
    return struct.pack("<Q", len(text)) + text + body


# -- what is kept ----------------------------------------------------------------------------


@pytest.mark.parametrize("data_mean", [True, False])
def test_round_trip_is_bit_exact(path, data_mean):
    model = make_model(data_mean=data_mean)
    save(model, path, training=RECORD, data_shape=(2, 3))
    loaded = load(path)
    assert type(loaded) is BernoulliRBM
    for name, array in model.parameters.items():
        assert same_bits(array, loaded.parameters[name])
    assert (loaded.data_mean is None) is not data_mean
    if data_mean:
        assert same_bits(model.data_mean, loaded.data_mean)


# Subnormals, negative zero and the largest numbers come back too.
_floats = st.floats(width=32, allow_nan=False, allow_infinity=False)


@settings(max_examples=25, deadline=None)
@given(hnp.arrays(np.float32, st.tuples(st.integers(1, 5), st.integers(1, 5)), elements=_floats))
def test_round_trip_of_any_weights(tmp_path_factory, weights):
    path = tmp_path_factory.mktemp("any") / "m.safetensors"
    save(BernoulliRBM(weights, np.zeros(len(weights)), np.zeros(weights.shape[1])), path)
    assert same_bits(load(path).weights, weights)


def test_loaded_model_is_read_only(path):
    save(make_model(), path)
    with pytest.raises(ValueError, match="read-only"):
        load(path).weights[0, 0] = 1.0


def test_metadata(path):
    save(make_model(), path, training=RECORD, data_shape=[2, 3])
    metadata = read_metadata(path)
    assert metadata.family == "bernoulli"
    assert (metadata.n_visible, metadata.n_hidden) == (6, 4)
    assert metadata.training == RECORD
    assert metadata.data_shape == (2, 3)
    assert metadata.format_version == FORMAT_VERSION
    assert metadata.package_version


def test_metadata_of_a_bare_model(path):
    save(make_model(), str(path))
    metadata = read_metadata(str(path))
    assert metadata.training is None
    assert metadata.data_shape is None


def test_equal_models_make_equal_files(tmp_path):
    contents = set()
    for i in range(8):
        save(make_model(), tmp_path / f"{i}", training=RECORD, data_shape=(2, 3))
        contents.add((tmp_path / f"{i}").read_bytes())
    assert len(contents) == 1
    save(make_model(seed=1), tmp_path / "other", training=RECORD, data_shape=(2, 3))
    assert (tmp_path / "other").read_bytes() not in contents


def test_a_family_is_one_entry_of_the_registry(path, monkeypatch):
    class Shifted(BernoulliRBM):
        """A family with one more array."""

        def __init__(self, weights, visible_bias, hidden_bias, shift, *, data_mean=None):
            super().__init__(weights, visible_bias, hidden_bias, data_mean=data_mean)
            self.shift = np.asarray(shift, np.float32)

    model = Shifted(np.ones((2, 1)), np.zeros(2), np.zeros(1), [3.0, 4.0])
    with pytest.raises(TypeError, match="model: got Shifted, expected BernoulliRBM"):
        save(model, path)
    monkeypatch.setitem(FAMILIES, "shifted", Shifted)
    save(model, path)
    loaded = load(path)
    assert type(loaded) is Shifted
    assert same_bits(loaded.shift, model.shift)


# -- in memory -------------------------------------------------------------------------------


def test_bytes_are_those_of_the_file(path):
    model = make_model()
    save(model, path, training=RECORD, data_shape=(2, 3))
    content = to_bytes(model, training=RECORD, data_shape=(2, 3))
    assert content == path.read_bytes()
    loaded = from_bytes(content)
    for name, array in {**model.parameters, "data_mean": model.data_mean}.items():
        assert same_bits(getattr(loaded, name), array)


def test_wrong_bytes():
    content = to_bytes(make_model())
    header, body = header_of(content)
    half = dict(header, weights={**header["weights"], "dtype": "I32"})
    for wrong in (
        *(content[:n] for n in (0, 7, 40, len(content) // 2, len(content) - 1)),
        content + b"x",
        pickle.dumps(3),
        serialised({"weights": np.zeros((2, 2), np.float32)}),
        with_header(half, body),
    ):
        with pytest.raises(ValueError, match="content: not a readable model"):
            from_bytes(wrong)


# -- what cannot be saved ----------------------------------------------------------------------


def test_save_refuses_what_is_not_a_model(path):
    with pytest.raises(TypeError, match="model: got dict, expected an RBM"):
        save({}, path)
    assert not path.exists()


def test_save_refuses_tilted_models(path):
    for v_t in (np.zeros((3, 6)), np.zeros(6)):
        with pytest.raises(ValueError, match=r"model: got visible_bias .* not tilted"):
            save(make_model().tilt(v_t, 0.5, 0.5), path)
    assert not path.exists()


@pytest.mark.parametrize(
    ("record", "error"),
    [({"loss": float("nan")}, ValueError), ({"f": print}, TypeError), ({"a": {1, 2}}, TypeError)],
)
def test_save_refuses_records_that_are_not_json(path, record, error):
    with pytest.raises(error, match=r"training: .*expected plain JSON values"):
        save(make_model(), path, training=record)
    assert not path.exists()


@pytest.mark.parametrize("shape", [(5,), (2, 2), (-2, -3), (2.0, 3.0), 6, "23"])
def test_save_refuses_wrong_shapes(path, shape):
    with pytest.raises(ValueError, match="data_shape: got"):
        save(make_model(), path, data_shape=shape)
    assert not path.exists()


def test_failed_save_keeps_the_former_file(path, monkeypatch):
    save(make_model(), path)
    before = path.read_bytes()

    def fail(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("scorerbm._atomic.os.fsync", fail)
    with pytest.raises(OSError, match="No space left"):
        save(make_model(seed=1), path)
    assert path.read_bytes() == before
    assert [p.name for p in path.parent.iterdir()] == [path.name]


def test_save_into_a_missing_folder(tmp_path):
    with pytest.raises(FileNotFoundError, match="absent"):
        save(make_model(), tmp_path / "absent" / "m.safetensors")


# -- what cannot be loaded ---------------------------------------------------------------------


def test_missing_file(tmp_path):
    for read in (load, read_metadata):
        with pytest.raises(FileNotFoundError, match=r"absent\.safetensors"):
            read(tmp_path / "absent.safetensors")


def test_folder(tmp_path):
    with pytest.raises(IsADirectoryError):
        load(tmp_path)


def test_every_truncation_is_an_error(path):
    save(make_model(), path, training=RECORD)
    content = path.read_bytes()
    for length in [*range(0, 64, 3), *range(64, len(content), 37), len(content) - 1]:
        path.write_bytes(content[:length])
        with pytest.raises(ValueError, match=r"model\.safetensors: not a readable model"):
            load(path)


@pytest.mark.parametrize("content", [b"junk" * 100, b"\x80\x04K\x01.", b"PK\x03\x04" * 9])
def test_other_files(path, content):
    path.write_bytes(content)
    with pytest.raises(ValueError, match=r"model\.safetensors: not a readable model"):
        load(path)


def test_trailing_bytes(path):
    save(make_model(), path)
    with open(path, "ab") as file:
        file.write(b"x")
    with pytest.raises(ValueError, match=r"model\.safetensors: not a readable model"):
        load(path)


def test_safetensors_of_another_program(path):
    path.write_bytes(serialised({"weights": np.zeros((2, 2), np.float32)}, {"format": "pt"}))
    with pytest.raises(ValueError, match="without scorerbm's metadata"):
        load(path)
    path.write_bytes(serialised({"weights": np.zeros((2, 2), np.float32)}))
    with pytest.raises(ValueError, match="without scorerbm's metadata"):
        read_metadata(path)


REMOVED = object()


def edit_metadata(path, **changes):
    """Rewrite fields of the record, or remove them."""
    header, body = header_of(path.read_bytes())
    fields = json.loads(header["__metadata__"][METADATA_KEY]) | changes
    fields = {k: v for k, v in fields.items() if v is not REMOVED}
    header["__metadata__"][METADATA_KEY] = json.dumps(fields)
    path.write_bytes(with_header(header, body))


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"format_version": 2}, "format version 2.* reads up to 1: upgrade"),
        ({"format_version": "1"}, "'1' as format_version"),
        ({"format_version": 0}, "0 as format_version"),
        ({"format_version": True}, "True as format_version"),
        ({"format_version": REMOVED}, "None as format_version"),
        ({"family": "potts"}, "family 'potts', expected one of"),
        ({"family": REMOVED, "training": REMOVED}, "lack family, training"),
        ({"family": 7}, "7 as family"),
        ({"training": [1]}, r"\[1\] as training"),
        ({"data_shape": [2, 2]}, "data_shape: got .*product of 6"),
        ({"data_shape": [2, "3"]}, "data_shape: got"),
        ({"n_visible": 7}, "6 visible and 4 hidden units, the metadata 7 and 4"),
    ],
)
def test_wrong_metadata(path, changes, message):
    save(make_model(), path)
    edit_metadata(path, **changes)
    with pytest.raises(ValueError, match=r"model\.safetensors: not a readable model: .*" + message):
        load(path)


def test_fields_of_later_packages_are_ignored(path):
    save(make_model(), path)
    edit_metadata(path, colour="blue")
    assert same_bits(load(path).weights, make_model().weights)


@pytest.mark.parametrize("entry", ["{", "[]", "3", "[" * 100_000])
def test_metadata_that_are_no_record(path, entry):
    save(make_model(), path)
    header, body = header_of(path.read_bytes())
    header["__metadata__"][METADATA_KEY] = entry
    path.write_bytes(with_header(header, body))
    with pytest.raises(ValueError, match=r"model\.safetensors: .* the metadata are not"):
        read_metadata(path)


def edit_arrays(path, model, **changes):
    """Rewrite arrays of a saved model; a change to None removes the array."""
    save(model, path)
    header, _ = header_of(path.read_bytes())
    arrays = dict(model.parameters) | {"data_mean": model.data_mean} | changes
    arrays = {k: v for k, v in arrays.items() if v is not None}
    path.write_bytes(serialised(arrays, header["__metadata__"]))


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"weights": None}, "lacks weights"),
        ({"visible_bias": None, "hidden_bias": None}, "lacks hidden_bias, visible_bias"),
        ({"momentum": np.zeros(3)}, "holds momentum, unknown to BernoulliRBM"),
        ({"visible_bias": np.zeros(5, np.float32)}, r"visible_bias: got shape \(5,\)"),
        ({"weights": np.zeros(24, np.float32)}, r"weights: got shape \(24,\)"),
        ({"hidden_bias": np.full(4, np.nan, np.float32)}, "hidden_bias: got nan"),
        ({"weights": np.full((6, 4), np.inf, np.float32)}, "weights: got inf"),
        ({"data_mean": np.ones(6)}, "data_mean: got values from 1.0"),
        ({"weights": np.zeros((6, 4), np.int32)}, "weights: got dtype I32"),
        ({"weights": np.zeros((0, 4), np.float32)}, "weights: got shape"),
    ],
)
def test_wrong_arrays(path, changes, message):
    edit_arrays(path, make_model(), **changes)
    with pytest.raises(ValueError, match=r"model\.safetensors: not a readable model: .*" + message):
        load(path)


@pytest.mark.parametrize("kind", ["BF16", "F8_E4M3"])
def test_dtypes_that_numpy_lacks(path, kind):
    save(make_model(), path)
    header, body = header_of(path.read_bytes())
    header["extra"] = {"dtype": kind, "shape": [8], "data_offsets": [len(body), len(body) + 8]}
    if kind == "BF16":
        header["extra"]["shape"] = [4]
    header["weights"], header["extra"] = header["extra"], header["weights"]
    path.write_bytes(with_header(header, body + bytes(8)))
    with pytest.raises(ValueError, match="not a readable model"):
        load(path)


def test_nothing_in_a_file_is_executed(path):
    """A pickle under the right name is refused before it is looked into."""

    class Bomb:
        def __reduce__(self):
            return (os.mkdir, (str(path.with_suffix(".boom")),))

    path.write_bytes(pickle.dumps(Bomb()))
    with pytest.raises(ValueError, match="not a readable model"):
        load(path)
    assert not path.with_suffix(".boom").exists()
    pickle.loads(path.read_bytes())  # the control: the bomb works
    assert path.with_suffix(".boom").exists()
