"""Our streams as NumPy's bit generators."""

from __future__ import annotations

import copy
import ctypes
import doctest
import pickle
import threading
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

import scorerbm as sr
from helpers.statistics import ACCEPT, REJECT, chi_square
from scorerbm.backends import get_backend
from scorerbm.random import Domain, Philox4x32, derive_key

ANSWERS = [  # of the Random123 distribution: key, counter, words
    ((0, 0), (0, 0, 0, 0), (0x6627E8D5, 0xE169C58D, 0xBC57AC4C, 0x9B00DBD8)),
    ((2**32 - 1,) * 2, (2**32 - 1,) * 4, (0x408F276D, 0x41C83B0E, 0xA20BC7C6, 0x6D5451FD)),
    (
        (0xA4093822, 0x299F31D0),
        (0x243F6A88, 0x85A308D3, 0x13198A2E, 0x03707344),
        (0xD16CFE09, 0x94FDCCEB, 0x5001E420, 0x24126EA1),
    ),
]


def raw(generator, n=5):
    return generator.random_raw(n).tolist()


@pytest.mark.parametrize(("key", "counter", "words"), ANSWERS)
def test_known_answers_of_random123(key, counter, words):
    expected = [words[0] << 32 | words[1], words[2] << 32 | words[3]]
    assert raw(Philox4x32(key=key, counter=counter), 2) == expected
    halves = np.random.Generator(Philox4x32(key=key, counter=counter))
    assert halves.integers(2**32, size=4, dtype=np.uint32).tolist() == list(words)


@pytest.mark.parametrize("width", [1, 7, 1000])
def test_uniform_numbers_are_those_of_the_streams(width):
    """A chain's uniform numbers at a step are the generator's from that counter on."""
    key = derive_key(3, "exact")
    drawn = get_backend().uniform(
        np.array([9], np.uint32), width, key, step=4, domain=Domain.UNIFORM
    )
    generator = Philox4x32(key=key, counter=(0, 9, 4, Domain.UNIFORM))
    np.testing.assert_array_equal(np.random.Generator(generator).random(width), drawn[0])


def test_a_seed_gives_the_key_of_no_purpose():
    assert Philox4x32(12).state["state"]["key"].tolist() == list(derive_key(12))
    assert raw(Philox4x32(12)) == raw(Philox4x32(np.random.SeedSequence(12)))
    path = tuple(b"sweeps")
    spawned = Philox4x32(np.random.SeedSequence(12, spawn_key=path))
    assert raw(spawned) == raw(Philox4x32(key=derive_key(12, "sweeps")))
    assert raw(Philox4x32(12)) != raw(Philox4x32(13))
    assert raw(Philox4x32()) != raw(Philox4x32())


def test_numbers_go_on_beyond_a_block_number_of_32_bits():
    """Also where it takes the words above along, and where the counter ends."""
    key = (5, 6)
    for counter in [
        (2**32 - 2, 7, 0, 0),
        (2**32 - 1, 2**32 - 1, 3, 0),
        (2**32 - 2, *[2**32 - 1] * 3),
    ]:
        number = sum(word << 32 * i for i, word in enumerate(counter))
        found = raw(Philox4x32(key=key, counter=counter), 8)
        later = [raw(Philox4x32(key=key, counter=(number + k) % 2**128), 2) for k in range(4)]
        assert found == [number for two in later for number in two]


@pytest.mark.parametrize("delta", [0, 1, 2, 255, 256, 257, 2**40 + 3, 2**100 + 1])
def test_advancing_is_as_drawing(delta):
    there = Philox4x32(1).advance(delta)
    if delta < 1000:
        drawn = Philox4x32(1)
        drawn.random_raw(delta, output=False)
        assert raw(drawn) == raw(there)
        there = Philox4x32(1).advance(delta)
    assert raw(there.advance(-delta)) == raw(Philox4x32(1))


def test_advancing_drops_the_half_of_a_number():
    whole, halved = Philox4x32(1), Philox4x32(1)
    np.random.Generator(halved).integers(2**32, dtype=np.uint32)
    assert halved.state["has_uint32"] == 1
    assert raw(halved.advance(0)) == raw(whole.advance(1))


def test_jumps_pass_all_blocks_of_all_chains():
    generator = Philox4x32(4)
    generator.random_raw(3)
    jumped = generator.jumped(2)
    assert jumped.state["state"]["counter"].tolist() == [1, 0, 2, 0]
    assert raw(jumped) == raw(Philox4x32(4).advance(3 + 2 * 2**65))
    assert raw(generator) == raw(Philox4x32(4).advance(3))


def test_spawned_generators_are_those_of_the_seed_sequence():
    children = Philox4x32(5).spawn(3)
    expected = [Philox4x32(s) for s in np.random.SeedSequence(5).spawn(3)]
    assert [raw(child) for child in children] == [raw(child) for child in expected]
    assert len({tuple(raw(child)) for child in [*Philox4x32(5).spawn(3), Philox4x32(5)]}) == 4
    generators = np.random.Generator(Philox4x32(5)).spawn(2)
    assert [type(g.bit_generator) for g in generators] == [Philox4x32, Philox4x32]
    with pytest.raises(TypeError, match="made from a key"):
        Philox4x32(key=1).spawn(2)


@pytest.mark.parametrize("n_drawn", [0, 1, 2, 255, 256, 300])
@pytest.mark.parametrize("half", [False, True])
def test_states_are_kept_and_taken_up(n_drawn, half):
    generator = Philox4x32(6)
    generator.random_raw(n_drawn, output=False)
    if half:
        np.random.Generator(generator).integers(2**32, dtype=np.uint32)
    other = Philox4x32(7)
    other.state = generator.state
    copies = [other, copy.deepcopy(generator), pickle.loads(pickle.dumps(generator))]
    wanted = np.random.Generator(generator).integers(2**32, size=9, dtype=np.uint32)
    for found in copies:
        got = np.random.Generator(found).integers(2**32, size=9, dtype=np.uint32)
        np.testing.assert_array_equal(got, wanted)
        assert raw(found) == raw(Philox4x32(6).advance(found._numbers.position - 5))
    again = pickle.loads(pickle.dumps(np.random.Generator(generator)))
    np.testing.assert_array_equal(again.random(5), np.random.Generator(generator).random(5))


def test_pickles_can_spawn_as_their_originals():
    original = Philox4x32(8)
    kept = pickle.loads(pickle.dumps(original))
    assert raw(kept.spawn(1)[0]) == raw(original.spawn(1)[0])
    made = pickle.loads(pickle.dumps(Philox4x32(key=(1, 2), counter=3)))
    assert raw(made) == raw(Philox4x32(key=(1, 2), counter=3))
    with pytest.raises(TypeError, match="made from a key"):
        made.spawn(1)


def test_numbers_are_uniform():
    counts = np.bincount(np.random.Generator(Philox4x32(9)).integers(64, size=64000), minlength=64)
    assert chi_square(counts, np.full(64, 1 / 64)) > ACCEPT
    biased = np.random.Generator(Philox4x32(9)).integers(0, 65, size=64000) % 64
    counts = np.bincount(biased, minlength=64)
    assert chi_square(counts, np.full(64, 1 / 64)) < REJECT


def test_many_threads_draw_each_number_once():
    generator, together = np.random.Generator(Philox4x32(10)), threading.Barrier(8)

    def draw():
        together.wait()
        return [generator.random(173) for _ in range(100)]

    with ThreadPoolExecutor(8) as pool:
        found = [job.result() for job in [pool.submit(draw) for _ in range(8)]]
    expected = np.random.Generator(Philox4x32(10)).random(8 * 100 * 173)
    np.testing.assert_array_equal(np.sort(np.ravel(found)), np.sort(expected))


def test_numpys_other_doors_open_too():
    """Such as its interface for ctypes."""
    generator = Philox4x32(11)
    interface = generator.ctypes
    number = interface.next_uint64(ctypes.c_void_p(interface.state_address))
    assert number == raw(Philox4x32(11), 1)[0]


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"seed": 1, "key": 2}, ValueError, "seed, key: got both"),
        ({"key": -1}, ValueError, "key: got -1"),
        ({"key": 2**64}, ValueError, "key: got"),
        ({"key": (1, 2, 3)}, ValueError, r"key: got shape \(3,\)"),
        ({"key": (1.5, 2.0)}, ValueError, "key: got shape"),
        ({"counter": (0, 0, 0, 2**32)}, ValueError, "counter: got"),
    ],
)
def test_wrong_arguments_are_named(arguments, error, message):
    with pytest.raises(error, match=message):
        Philox4x32(**arguments)


@pytest.mark.parametrize(
    ("state", "error"),
    [
        (3, TypeError),
        (np.random.Philox(1).state, ValueError),
        (Philox4x32(1).state | {"buffer_pos": 2}, ValueError),
        (Philox4x32(1).state | {"has_uint32": 1, "uinteger": 2**32}, ValueError),
        (Philox4x32(1).state | {"state": {"key": (1, 2)}}, ValueError),
        ({"bit_generator": "Philox4x32", "state": Philox4x32(1).state["state"]}, ValueError),
    ],
)
def test_wrong_states_are_refused(state, error):
    generator = Philox4x32(2)
    with pytest.raises(error):
        generator.state = state
    assert raw(generator) == raw(Philox4x32(2))


def test_the_package_has_it_too():
    assert sr.Philox4x32 is Philox4x32


def test_the_example_says_what_is_drawn():
    """Doctest does not look into compiled modules by itself."""
    globals_ = {"__name__": "example"}
    examples = doctest.DocTestParser().get_doctest(Philox4x32.__doc__, globals_, "it", None, 0)
    assert len(examples.examples) == 3
    assert doctest.DocTestRunner(verbose=False).run(examples).failed == 0
