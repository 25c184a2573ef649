"""Argument checks name the argument, what came and what was expected."""

import numpy as np
import pytest

from scorerbm import _check


class Dlpack:
    """Speaks DLPack and nothing else, as a tensor of another library may."""

    def __init__(self, array):
        self._array = array

    def __dlpack__(self, **options):
        return self._array.__dlpack__(**options)

    def __dlpack_device__(self):
        return self._array.__dlpack_device__()


class Arraylike:
    """Has ``__array__`` and nothing else."""

    def __init__(self, array):
        self._array = array

    def __array__(self, dtype=None, copy=None):
        return np.array(self._array, dtype=dtype)


@pytest.mark.parametrize("kind", [Dlpack, Arraylike, np.asarray, np.ndarray.tolist])
def test_arrays_of_any_origin(kind):
    value = np.arange(6.0).reshape(2, 3)
    out = _check.real_array("x", kind(value), (2, 3))
    assert np.array_equal(out, value)
    assert out.dtype == np.float64
    assert np.array_equal(_check.bits("x", kind(value % 2), (None, 3)), value % 2)


@pytest.mark.parametrize("dtype", ["f4", "f2", "i1", "u8", "?", ">f8"])
def test_every_real_dtype_becomes_contiguous_float64(dtype):
    value = np.ones((3, 4), dtype)[:, ::2].T
    out = _check.real_array("x", value, (2, 3))
    assert out.dtype == np.dtype(np.float64)
    assert out.dtype.isnative
    assert out.flags.c_contiguous


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ("abc", r"x: got dtype <U3, expected real numbers"),
        ([1, None], r"x: got dtype object, expected real numbers"),
        ([1j], r"x: got dtype complex128, expected real numbers"),
        ([[1.0], [1.0, 2.0]], r"x: got list \[\[1\.0\], \[1\.0, 2\.0\]\], expected an array"),
    ],
)
def test_not_numbers(value, message):
    with pytest.raises(TypeError, match=message):
        _check.real_array("x", value)


def test_shapes_are_named():
    with pytest.raises(ValueError, match=r"x: got shape \(2,\), expected \(3\) or \(any, 3\)"):
        _check.real_array("x", [1.0, 2.0], (3,), (None, 3))
    with pytest.raises(ValueError, match=r"x: got shape \(\), expected \(1\)"):
        _check.real_array("x", 1.0, (1,))
    with pytest.raises(ValueError, match=r"x: got shape \(1, 2\), expected \(3\)"):
        _check.bits("x", [[0, 1]], (3,))


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_not_finite(bad):
    value = np.zeros((2, 3))
    value[1, 2] = bad
    with pytest.raises(ValueError, match=rf"x: got {bad} at index \(1, 2\), expected finite"):
        _check.real_array("x", value)


@pytest.mark.parametrize("bad", [2, -1, 0.5, np.nan])
def test_not_bits(bad):
    with pytest.raises(ValueError, match=rf"x: got {bad}(\.0)? at index \(1,\), expected only 0"):
        _check.bits("x", [0, bad])


@pytest.mark.parametrize("check", [_check.real_array, _check.bits])
def test_masked(check):
    whole = np.ma.MaskedArray([[1, 0], [1, 1]], mask=np.zeros((2, 2), bool))
    assert check("x", whole, (2, 2)).tolist() == [[1, 0], [1, 1]]
    whole.mask[1, 0] = True
    with pytest.raises(ValueError, match=r"x: got a masked number at index \(1, 0\)"):
        check("x", whole, (2, 2))


def test_integer():
    assert _check.integer("n", np.int64(3), 1, 3) == 3
    assert type(_check.integer("n", np.uint8(3))) is int
    for bad in (1.0, "1", True, np.True_, None):
        with pytest.raises(TypeError, match=r"n: got .*, expected an integer"):
            _check.integer("n", bad)
    with pytest.raises(ValueError, match="n: got 0, expected at least 1"):
        _check.integer("n", 0, 1)
    with pytest.raises(ValueError, match="n: got 4, expected at most 3"):
        _check.integer("n", 4, 1, 3)


def test_number():
    assert _check.number("x", np.float32(0.5), above=0.0, maximum=0.5) == 0.5
    for bad in ("1", b"1", None, [], 1j):
        with pytest.raises(TypeError, match=r"x: got .*, expected a number"):
            _check.number("x", bad)
    for bad in (np.nan, np.inf, 10**400):
        with pytest.raises(ValueError, match=r"x: got .*, expected a finite number"):
            _check.number("x", bad)
    with pytest.raises(ValueError, match=r"x: got 0\.0, expected more than 0\.0"):
        _check.number("x", 0.0, above=0.0)
    with pytest.raises(ValueError, match=r"x: got -1\.0, expected at least 0\.0"):
        _check.number("x", -1, minimum=0.0)
    with pytest.raises(ValueError, match=r"x: got 2\.0, expected at most 1\.0"):
        _check.number("x", 2, maximum=1.0)


def test_choice():
    assert _check.choice("mode", "b", ("b", "a")) == "b"
    for bad in ("c", None, 3, ["a"]):
        with pytest.raises(ValueError, match=r"mode: got .*, expected one of \['a', 'b'\]"):
            _check.choice("mode", bad, ("b", "a"))


def test_boolean():
    assert _check.boolean("wide", True) is True
    assert _check.boolean("wide", np.bool_(False)) is False
    for bad in ("no", 1, None, 0.0, np.ones(1, bool)):
        with pytest.raises(TypeError, match=r"wide: got .*, expected True or False"):
            _check.boolean("wide", bad)


def test_long_values_are_cut():
    with pytest.raises(TypeError, match=r"n: got str '[a]{36}\.\.\., expected an integer"):
        _check.integer("n", "a" * 1000)
