"""A seed and a purpose make a key; every pair its own."""

import itertools

import pytest

from scorerbm._seed import derive_key


def test_known_answers():
    """The keys are part of what makes samples reproducible: they may never change."""
    assert derive_key(0, "sweeps") == (4185811257, 1553350189)
    assert derive_key(2**70 + 1, "posterior", 3) == (4020295047, 449804992)


def test_every_seed_and_purpose_has_its_own_key():
    purposes = [(), ("a",), ("b",), ("ab",), ("a", "b", 0), (1,), (1, 2), (2, 1), ("sweeps", 1)]
    seeds = [0, 1, 2, 2**32, 2**32 + 1, 2**64, 2**128 - 1]
    keys = [derive_key(seed, *purpose) for seed, purpose in itertools.product(seeds, purposes)]
    assert len(set(keys)) == len(keys)
    assert all(0 <= word < 2**32 for key in keys for word in key)


def test_bad_seeds():
    with pytest.raises(ValueError, match="seed: got -1, expected at least 0"):
        derive_key(-1)
    for bad in (1.0, "1", None, True):
        with pytest.raises(TypeError, match=r"seed: got .*, expected an integer"):
            derive_key(bad)
