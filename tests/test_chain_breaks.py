"""Chains become spins without a bias of the rule that decides broken ones."""

import numpy as np
import pytest
from scipy import stats

from helpers.statistics import ACCEPT, REJECT, bonferroni
from scorerbm.annealing.chain_breaks import resolve_chains

UNIT = np.array([2, 0, 1, 0, 2, 1, 2, 0, 1, 1])  # chains of 3, 4 and 3 qubits, in no order
READS = np.array(
    [
        #2   0   1   0   2   1   2   0   1   1
        [1, -1, 1, -1, 1, 1, 1, -1, 1, 1],  # intact: -1, 1, 1
        [1, -1, 1, 1, -1, 1, -1, 1, 1, -1],  # majorities: 1, 1, -1
        [1, 1, 1, 1, 1, -1, 1, 1, -1, 1],  # 1, a tie, 1
    ],
    np.int8,
)  # fmt: skip
BROKEN = [[False, False, False], [True, True, True], [False, True, False]]


def rng(seed=0):
    return np.random.default_rng(seed)


def test_a_majority_decides_and_says_what_was_broken():
    resolved = resolve_chains(READS, UNIT, rng=rng())
    assert resolved.spins.dtype == np.int8
    assert resolved.spins[:2].tolist() == [[-1, 1, 1], [1, 1, -1]]
    assert resolved.spins[2, [0, 2]].tolist() == [1, 1]
    assert abs(resolved.spins[2, 1]) == 1
    assert resolved.broken.tolist() == BROKEN


def test_the_definition_chain_by_chain():
    reads = rng(5).choice(np.array([-1, 1], np.int8), (200, 40))
    unit = rng(6).permutation(np.arange(40) % 9)
    resolved = resolve_chains(reads, unit, rng=rng())
    for k in range(9):
        total = reads[:, unit == k].sum(axis=1)
        decided = total != 0
        np.testing.assert_array_equal(resolved.spins[decided, k], np.sign(total[decided]))
        np.testing.assert_array_equal(
            resolved.broken[:, k], np.ptp(reads[:, unit == k], axis=1) > 0
        )


def test_long_chains_are_summed_without_overflow():
    reads = np.ones((2, 301), np.int8)
    reads[1, :100] = -1
    resolved = resolve_chains(reads, np.zeros(301, int), rng=rng())
    assert resolved.spins.tolist() == [[1], [1]]
    assert resolved.broken.tolist() == [[False], [True]]


def test_chains_of_one_qubit_are_as_they_are():
    reads = rng(1).choice(np.array([-1, 1], np.int8), (20, 7))
    order = rng(2).permutation(7)
    resolved = resolve_chains(reads, order, rng=rng())
    np.testing.assert_array_equal(resolved.spins[:, order], reads)
    assert not resolved.broken.any()


# -- ties ----------------------------------------------------------------------------------------

N_READS, N_CHAINS = 400, 6


def tied():
    """Reads whose chains of two qubits all disagree."""
    pair = np.array([1, -1] * N_CHAINS, np.int8)
    return np.tile(pair, (N_READS, 1)), np.arange(2 * N_CHAINS) // 2


def coins(spins):
    """P-value that all spins are independent fair coins: each chain's count, and each pair's."""
    counts = (spins == 1).sum(axis=0)
    tests = [stats.binomtest(int(n), len(spins)).pvalue for n in counts]
    agree = spins.T.astype(int) @ spins
    pairs = ((len(spins) + agree) // 2)[np.triu_indices(spins.shape[1], 1)]
    tests += [stats.binomtest(int(n), len(spins)).pvalue for n in pairs]
    tests.append(stats.binomtest(int((spins[1:] == spins[:-1]).sum()), spins[1:].size).pvalue)
    return bonferroni(tests)


def test_ties_are_fair_coins_of_each_read_and_chain():
    spins = resolve_chains(*tied(), rng=rng(3)).spins
    assert coins(spins) > ACCEPT


def test_other_rules_for_ties_are_rejected():
    reads, _ = tied()
    plus = np.ones((N_READS, N_CHAINS), np.int8)
    assert coins(plus) < REJECT
    one_qubit_for_all_reads = reads[:, 2 * np.arange(N_CHAINS) + rng(3).integers(2, size=N_CHAINS)]
    assert coins(one_qubit_for_all_reads) < REJECT
    one_toss_a_read = np.repeat(rng(3).choice([-1, 1], (N_READS, 1)), N_CHAINS, axis=1)
    assert coins(one_toss_a_read) < REJECT


def test_ties_come_from_the_generator_that_is_given():
    first, again, other = (resolve_chains(*tied(), rng=rng(k)).spins for k in (1, 1, 2))
    np.testing.assert_array_equal(first, again)
    assert (first != other).any()


# -- arguments -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"physical": READS.astype(float)}, "physical: got dtype float64, expected signed"),
        ({"physical": READS[0]}, r"physical: got shape \(10,\), expected \(R, 10\)"),
        ({"physical": READS[:0]}, "with R at least 1"),
        ({"physical": READS * 3}, "physical: got 3 for qubit 0 of read 0, expected only -1 and 1"),
        ({"unit": UNIT[:-1]}, r"physical: got shape \(3, 10\), expected \(R, 9\)"),
        ({"unit": UNIT.astype(float)}, "unit: got dtype float64, expected integers"),
        ({"unit": UNIT - 1}, "unit: got -1, expected"),
        ({"unit": np.where(UNIT == 1, 3, UNIT)}, "unit: got no qubit for spin 1"),
        ({"unit": []}, "unit: got"),
    ],
)
def test_bad_arguments_are_named(change, message):
    arguments = {"physical": READS, "unit": UNIT} | change
    with pytest.raises((TypeError, ValueError), match=message):
        resolve_chains(**arguments, rng=rng())
