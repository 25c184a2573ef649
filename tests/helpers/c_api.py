"""The C interface by ctypes, which calls it without the GIL as a compiled module would."""

from __future__ import annotations

import ctypes
from ctypes import POINTER, byref, c_char, c_double, c_float, c_int, c_size_t, c_uint32, c_void_p

import numpy as np

from scorerbm import _core

INVALID_ARGUMENT, NO_GRID = 1, 3


class RefusedError(Exception):
    def __init__(self, code, message):
        super().__init__(message)
        self.code = code


class Error(ctypes.Structure):
    _fields_ = [("message", c_char * 256)]


class Key(ctypes.Structure):
    _fields_ = [("low", c_uint32), ("high", c_uint32)]


class Stream(ctypes.Structure):
    _fields_ = [
        ("key", Key), ("step", c_uint32), ("domain", c_uint32), ("n_chains", c_size_t),
        ("ids", c_void_p), ("first_chain", c_uint32),
    ]  # fmt: skip


class Parameters(ctypes.Structure):
    _fields_ = [
        ("n_visible", c_size_t), ("n_hidden", c_size_t), ("weights", c_void_p),
        ("visible_bias", c_void_p), ("hidden_bias", c_void_p), ("data_mean", c_void_p),
        ("precision", c_int),
    ]  # fmt: skip


class Info(ctypes.Structure):
    _fields_ = [
        ("n_visible", c_size_t), ("n_hidden", c_size_t), ("bits", c_int), ("grid", c_double),
    ]  # fmt: skip


class Chains(ctypes.Structure):
    _fields_ = [
        ("count", c_size_t), ("visible", c_void_p), ("hidden", c_void_p), ("ids", c_void_p),
        ("first_chain", c_uint32), ("sweep", c_uint32), ("key", Key),
    ]  # fmt: skip


class Sweeps(ctypes.Structure):
    _fields_ = [
        ("n_sweeps", c_size_t), ("beta", c_void_p), ("frozen", c_void_p), ("mean", c_void_p),
        ("n_threads", c_size_t),
    ]  # fmt: skip


class Literal(ctypes.Structure):
    _fields_ = [
        ("tau", c_double), ("n_noises", c_size_t), ("antithetic", c_int), ("table", c_void_p),
        ("table_scale", c_float),
    ]  # fmt: skip


class Schedule(ctypes.Structure):
    _fields_ = [
        ("n_steps", c_size_t), ("alpha", c_void_p), ("sigma", c_void_p), ("noise", c_void_p),
    ]  # fmt: skip


class Stages(ctypes.Structure):
    _fields_ = [
        ("count", c_size_t), ("alpha", c_void_p), ("sigma", c_void_p), ("keep", c_void_p),
        ("pull", c_void_p), ("base", c_void_p), ("spread", c_void_p), ("kind", c_void_p),
        ("first", c_uint32),
    ]  # fmt: skip


_DOUBLES, _FLOATS, _SIZE, _ERROR = c_void_p, c_void_p, c_size_t, POINTER(Error)
_MODEL, _CHAINS = c_void_p, POINTER(Chains)

# Name → types of the arguments before the error, in the order of the header.
SIGNATURES = {
    "derive_key": [ctypes.c_uint64, ctypes.c_char_p, POINTER(Key)],
    "philox": None,
    "words": [POINTER(Stream), c_uint32, _SIZE, c_void_p],
    "uniform": [POINTER(Stream), _SIZE, _DOUBLES],
    "normal": [POINTER(Stream), _SIZE, _FLOATS],
    "logistic": [POINTER(Stream), _SIZE, _FLOATS],
    "model_new": [POINTER(Parameters), POINTER(c_void_p)],
    "model_free": None,
    "model_info": [_MODEL, POINTER(Info)],
    "energy": [_MODEL, _SIZE, c_void_p, c_void_p, _SIZE, _DOUBLES],
    "free_energy": [_MODEL, _SIZE, c_void_p, _SIZE, _DOUBLES],
    "random_start": [_MODEL, _CHAINS, Key],
    "gibbs": [_MODEL, _CHAINS, POINTER(Sweeps)],
    "mean_field_score": [_MODEL, _SIZE, _DOUBLES, c_double, c_double, _SIZE, _SIZE, _DOUBLES],
    "literal_score": [
        _MODEL, _SIZE, _DOUBLES, c_double, c_double, POINTER(Literal), POINTER(Stream), _SIZE,
        _DOUBLES,
    ],
    "linear_schedule": [c_double, c_double, c_double, POINTER(Schedule)],
    "posterior_start": [_MODEL, _CHAINS, _FLOATS, c_double, c_double],
    "posterior_path": [_MODEL, _CHAINS, POINTER(Stages), _SIZE, Key, _SIZE, _FLOATS],
    "reverse_sde": [_MODEL, ctypes.c_uint64, POINTER(Schedule), _SIZE, _SIZE, _CHAINS],
}  # fmt: skip


class Table(ctypes.Structure):
    _fields_ = [
        ("abi_version", c_uint32), ("size", c_size_t), *((name, c_void_p) for name in SIGNATURES),
    ]  # fmt: skip


def table():
    """The table that the capsule holds."""
    pointer = ctypes.pythonapi.PyCapsule_GetPointer
    pointer.restype, pointer.argtypes = c_void_p, [ctypes.py_object, ctypes.c_char_p]
    return Table.from_address(pointer(_core._C_API, b"scorerbm._core._C_API"))


def call(name, *arguments):
    """Call a function; a code other than 0 becomes a `RefusedError`."""
    function = ctypes.CFUNCTYPE(c_int, *SIGNATURES[name], _ERROR)(getattr(table(), name))
    error = Error()
    code = function(*arguments, byref(error))
    assert (code == 0) == (error.message == b"")
    if code != 0:
        raise RefusedError(code, error.message.decode())


def derive_key(seed, purpose):
    key = Key()
    call("derive_key", seed, purpose.encode(), byref(key))
    return key


def address(array):
    """Where a contiguous array starts, or null."""
    if array is None:
        return None
    assert array.flags.c_contiguous
    return array.ctypes.data


class Model:
    """A handle of a `BernoulliRBM`."""

    def __init__(self, model, precision=0):
        self.sizes = model.n_visible, model.n_hidden
        arrays = (model.weights, model.visible_bias, model.hidden_bias, model.data_mean)
        self._as_parameter_ = c_void_p()
        parameters = Parameters(*self.sizes, *map(address, arrays), precision)
        call("model_new", byref(parameters), byref(self._as_parameter_))

    def __del__(self):
        if table is not None:
            ctypes.CFUNCTYPE(None, c_void_p)(table().model_free)(self._as_parameter_)

    def info(self):
        info = Info()
        call("model_info", self, byref(info))
        return info

    def chains(self, count, key, first_chain=0, visible=None):
        """Chains, and the arrays of their states."""
        v = np.zeros((count, self.sizes[0]), np.uint8) if visible is None else visible.copy()
        h = np.zeros((count, self.sizes[1]), np.uint8)
        return Chains(count, address(v), address(h), None, first_chain, 0, key), v, h

    def block_gibbs(self, count, n_sweeps, seed, n_threads=0, first_chain=0):
        """What `BlockGibbs` does."""
        chains, v, h = self.chains(count, derive_key(seed, "sweeps"), first_chain)
        call("random_start", self, byref(chains), derive_key(seed, "start"))
        call("gibbs", self, byref(chains), byref(Sweeps(n_sweeps, None, None, None, n_threads)))
        return v, h
