"""States kept along Gibbs chains: in memory, by a function, in files."""

import errno
import os
import signal
import subprocess
import sys
import time
from collections import namedtuple

import numpy as np
import pytest

from helpers.gaussian import random_gaussian
from helpers.models import joint_probabilities, random_bernoulli, visible_probabilities
from helpers.statistics import ACCEPT, REJECT, chi_square_states
from scorerbm import BlockGibbs
from scorerbm.sample import Draws, chain_sampler, collecting

MODEL = random_bernoulli(11, 3, seed=2)
SAMPLER = BlockGibbs(20, collect_every=4, burn_in=5)
SWEEPS = [9, 13, 17]


def same(a, b):
    return np.array_equal(a.visible, b.visible) and np.array_equal(a.hidden, b.hidden)


def names(folder):
    return sorted(p.name for p in folder.iterdir())


# -- what is kept ---------------------------------------------------------------------------


def test_kept_states_are_those_after_so_many_sweeps():
    samples = SAMPLER.sample(MODEL, 13, seed=3)
    draws = samples.draws
    assert isinstance(draws, Draws)
    assert draws.sweeps.tolist() == SWEEPS
    assert len(draws) == samples.info["n_draws"] == 3
    assert (draws.visible.shape, draws.hidden.shape) == ((3, 13, 11), (3, 13, 3))
    assert draws.visible.dtype == draws.hidden.dtype == np.uint8
    for k, n in enumerate(SWEEPS):
        then = BlockGibbs(n).sample(MODEL, 13, seed=3)
        assert np.array_equal(draws.visible[k], then.visible)
        assert np.array_equal(draws.hidden[k], then.hidden)
    assert same(samples, BlockGibbs(20).sample(MODEL, 13, seed=3))
    assert np.array_equal(draws.unpacked(), draws.visible)
    assert repr(draws) == "Draws(visible=(3, 13, 11), hidden=(3, 13, 3))"
    assert BlockGibbs(20).sample(MODEL, 13).draws is None


def test_a_last_sweep_that_is_kept_is_kept_once():
    samples = BlockGibbs(6, collect_every=3).sample(MODEL, 5)
    assert samples.draws.sweeps.tolist() == [3, 6]
    assert np.array_equal(samples.draws.visible[1], samples.visible)


def test_how_often_gibbs_looks_up_does_not_matter(monkeypatch):
    expected = SAMPLER.sample(MODEL, 7).draws
    monkeypatch.setattr(chain_sampler, "_WORK_AT_ONCE", 1)
    assert same(SAMPLER.sample(MODEL, 7).draws, expected)


def transition(model):
    """p(v' | v) of one sweep, and p(v)."""
    p = joint_probabilities(model).reshape(1 << model.n_hidden, -1)
    visible = visible_probabilities(model)
    return (p / visible).T @ (p / p.sum(axis=1, keepdims=True)), visible


@pytest.mark.parametrize("every", [1, 2])
def test_kept_states_are_so_many_sweeps_of_one_chain_apart(every):
    model = random_bernoulli(3, 2, seed=1, scale=3.0)
    step, visible = transition(model)
    draws = BlockGibbs(200 + 2 * every, collect_every=every, burn_in=200).sample(model, 40000).draws

    def p_value(pair, sweeps):
        later = visible[:, None] * np.linalg.matrix_power(step, sweeps)
        return chi_square_states(np.hstack(pair), later.T.ravel())

    assert p_value(draws.visible, every) > ACCEPT
    assert p_value(draws.visible, every + 1) < REJECT
    assert p_value(draws.visible, 3 - every) < REJECT
    others = np.roll(draws.visible[1], 1, axis=0)  # another chain's state is independent
    assert p_value((draws.visible[0], others), every) < REJECT
    # v and h of a draw belong together.
    for k in range(2):
        pair = np.hstack([draws.visible[k], draws.hidden[k]])
        assert chi_square_states(pair, joint_probabilities(model)) > ACCEPT
        wrong = np.hstack([draws.visible[k], np.roll(draws.hidden[k], 1, axis=0)])
        assert chi_square_states(wrong, joint_probabilities(model)) < REJECT


# -- a function -----------------------------------------------------------------------------


def test_states_are_handed_to_a_function():
    expected, seen = SAMPLER.sample(MODEL, 13), []
    samples = SAMPLER.sample(MODEL, 13, out=lambda *state: seen.append(state))
    assert same(samples, expected)
    assert samples.draws is None
    assert samples.info["n_draws"] == 3
    assert [sweep for sweep, _, _ in seen] == SWEEPS
    for k, (_, visible, hidden) in enumerate(seen):
        assert np.array_equal(visible, expected.draws.visible[k])
        assert np.array_equal(hidden, expected.draws.hidden[k])
        with pytest.raises(ValueError, match="read-only"):
            visible[0] = 1


def test_what_a_function_raises_ends_the_run():
    def enough(sweep, visible, hidden):
        raise StopIteration(sweep)

    with pytest.raises(StopIteration, match="9"):
        SAMPLER.sample(MODEL, 13, out=enough)


# -- files ----------------------------------------------------------------------------------


@pytest.mark.parametrize("packed", [False, True])
@pytest.mark.parametrize("kind", [str, lambda path: path], ids=["str", "path"])
def test_states_are_written_to_a_file(tmp_path, packed, kind):
    expected, path = SAMPLER.sample(MODEL, 13), tmp_path / "samples.npy"
    samples = SAMPLER.sample(MODEL, 13, out=kind(path), packed=packed)
    draws, file = samples.draws, np.load(path)
    assert same(samples, expected)
    assert names(tmp_path) == ["samples.npy"]
    assert isinstance(draws.visible, np.memmap)
    assert not draws.visible.flags.writeable
    assert draws.hidden is None
    assert draws.packed == packed
    assert np.array_equal(draws.sweeps, expected.draws.sweeps)
    assert np.array_equal(file, draws.visible)
    assert file.dtype == np.uint8
    assert file.shape == ((3, 13, 2) if packed else (3, 13, 11))
    bits = np.unpackbits(file, axis=-1, count=11, bitorder="little") if packed else file
    assert np.array_equal(bits, expected.draws.visible)
    assert np.array_equal(draws.unpacked(), bits)
    assert np.array_equal(draws.unpacked(slice(1, 2)), bits[1:2])
    assert repr(draws).startswith(f"Draws(visible={file.shape}{', packed' * packed}, hidden=None")


def test_the_lowest_bit_of_the_first_byte_is_the_first_unit(tmp_path):
    clamp = [1, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0]
    out = tmp_path / "samples.npy"
    BlockGibbs(1, collect_every=1).sample(MODEL, 2, clamp=clamp, out=out, packed=True)
    assert np.load(out).tolist() == [[[1, 2], [1, 2]]]


def test_real_states_are_written_as_such(tmp_path):
    model, sampler = random_gaussian(2, 3), BlockGibbs(6, collect_every=3)
    expected, out = sampler.sample(model, 5).draws.visible, tmp_path / "samples.npy"
    assert expected.dtype == np.float64
    assert np.array_equal(sampler.sample(model, 5, out=out).draws.visible, expected)
    with pytest.raises(ValueError, match="packed: got states of float64, expected binary"):
        sampler.sample(model, 5, out=out, packed=True)


class BrokenError(Exception):
    pass


@pytest.mark.parametrize("error", [BrokenError, KeyboardInterrupt])
@pytest.mark.parametrize("former", [None, b"former"])
def test_a_run_that_fails_leaves_a_former_file_as_it_was(tmp_path, monkeypatch, error, former):
    path, advance = tmp_path / "samples.npy", chain_sampler._advance
    if former is not None:
        path.write_bytes(former)

    def fails(move, at_once, chains, sweep, update):
        advance(move, at_once, chains, sweep, update)
        if sweep == 17:
            assert len(names(tmp_path)) == 1 + (former is not None)
            raise error

    monkeypatch.setattr(chain_sampler, "_advance", fails)
    with pytest.raises(error):
        SAMPLER.sample(MODEL, 13, out=path)
    assert names(tmp_path) == ([] if former is None else ["samples.npy"])
    assert former is None or path.read_bytes() == former


def test_a_former_file_is_replaced_while_it_is_mapped(tmp_path):
    path = tmp_path / "samples.npy"
    first = SAMPLER.sample(MODEL, 13, out=path).draws
    before = first.visible.copy()
    second = SAMPLER.sample(MODEL, 13, seed=1, out=path).draws
    assert not np.array_equal(second.visible, before)
    if os.name == "posix":
        assert np.array_equal(first.visible, before)


FOREVER = """
import sys
import numpy as np
import scorerbm as sr

rng = np.random.default_rng(0)
model = sr.BernoulliRBM(rng.normal(size=(20, 10)), np.zeros(20), np.zeros(10))
sampler = sr.BlockGibbs(10**8, collect_every=10**4, backend=sys.argv[1])
clamp = [1.0] + [np.nan] * 19 if sys.argv[2] == "clamped" else None
print("at work", flush=True)
try:
    sampler.sample(model, 100, out="samples.npy", clamp=clamp)
except KeyboardInterrupt:
    print("interrupted", flush=True)
"""


@pytest.mark.skipif(os.name != "posix", reason="signals are sent the POSIX way")
@pytest.mark.parametrize("case", [("native", "free"), ("auto", "clamped"), ("reference", "free")])
def test_ctrl_c_leaves_nothing_behind(tmp_path, case):
    # Tests in the background ignore Ctrl-C, which their processes would inherit.
    former = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        run = subprocess.Popen(
            [sys.executable, "-c", FOREVER, *case], cwd=tmp_path, stdout=subprocess.PIPE, text=True
        )
    finally:
        signal.signal(signal.SIGINT, former)
    with run:
        assert run.stdout.readline() == "at work\n"
        while not names(tmp_path):
            assert run.poll() is None
            time.sleep(0.01)
        assert names(tmp_path)[0].startswith(".samples.npy.")
        time.sleep(0.2)
        run.send_signal(signal.SIGINT)
        out, _ = run.communicate(timeout=60)
    assert (out, run.returncode) == ("interrupted\n", 0)
    assert names(tmp_path) == []


# -- bad input ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"collect_every": 0}, ValueError, "collect_every: got 0, expected at least 1"),
        ({"collect_every": 1.5}, TypeError, r"collect_every: got float 1\.5, expected an integer"),
        ({"collect_every": 1, "burn_in": -1}, ValueError, "burn_in: got -1, expected at least 0"),
        ({"burn_in": 10}, ValueError, "burn_in: got 10, expected 0 without collect_every"),
    ],
)
def test_bad_options(options, error, message):
    with pytest.raises(error, match=message):
        BlockGibbs(5, **options)


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"out": "samples.dat"}, ValueError, r"out: got 'samples\.dat', expected a name that ends"),
        ({"out": "folder.npy"}, ValueError, r"out: got 'folder\.npy', which is there and not a re"),
        ({"out": "absent/samples.npy"}, FileNotFoundError, "absent"),
        ({"out": 3}, TypeError, "out: got int, expected a path or a function"),
        ({"packed": True}, ValueError, r"packed: got True, expected a file .* \(out\)"),
        ({"packed": True, "out": print}, ValueError, "packed: got True, expected a file"),
    ],
)
def test_bad_calls(tmp_path, monkeypatch, arguments, error, message):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "folder.npy").mkdir()
    with pytest.raises(error, match=message):
        SAMPLER.sample(MODEL, 3, **arguments)
    assert names(tmp_path) == ["folder.npy"]


def test_what_is_kept_must_be_asked_for():
    for arguments in ({"out": "samples.npy"}, {"packed": True}):
        (name,) = arguments
        with pytest.raises(ValueError, match=f"{name}: got .*, expected none without collect_ev"):
            BlockGibbs(5).sample(MODEL, 3, **arguments)


def test_runs_that_keep_nothing_are_refused():
    message = "collect_every: got 4, but the next sweep to keep is number 9 and the last of n_sw"
    with pytest.raises(ValueError, match=message):
        BlockGibbs(8, collect_every=4, burn_in=5).sample(MODEL, 3)
    started = BlockGibbs(10).sample(MODEL, 3)
    with pytest.raises(
        ValueError, match="keep is number 13 and the last of n_sweeps=2 is number 12"
    ):
        BlockGibbs(2, collect_every=4, burn_in=5).sample(MODEL, 3, init=started)


def test_states_that_memory_cannot_hold_are_refused(monkeypatch):
    message = r"collect_every: 4294967295 draws of 1000 chains need 6.01e\+04 GB of memory, and th"
    with pytest.raises(MemoryError, match=message):
        BlockGibbs(2**32 - 1, collect_every=1).sample(MODEL, 1000)
    monkeypatch.setattr(collecting, "_memory", lambda: 3 * 13 * 14 - 1)
    with pytest.raises(MemoryError, match=r"3 draws of 13 chains need .* to a file \(out\) or"):
        SAMPLER.sample(MODEL, 13)
    monkeypatch.setattr(collecting, "_memory", lambda: None)
    assert len(SAMPLER.sample(MODEL, 13).draws) == 3


def test_states_that_the_disk_cannot_hold_are_refused(tmp_path, monkeypatch):
    Usage = namedtuple("Usage", "total used free")
    for room, packed, fits in ((429, False, True), (428, False, False), (428, True, True)):
        monkeypatch.setattr(collecting.shutil, "disk_usage", lambda _, n=room: Usage(n, 0, n))
        out = tmp_path / "samples.npy"
        if fits:
            SAMPLER.sample(MODEL, 13, out=out, packed=packed)
            out.unlink()
        else:
            with pytest.raises(OSError, match=r"4\.29e-07 GB are needed, and 4\.28e-07") as raised:
                SAMPLER.sample(MODEL, 13, out=out, packed=packed)
            assert raised.value.errno == errno.ENOSPC
        assert names(tmp_path) == []
