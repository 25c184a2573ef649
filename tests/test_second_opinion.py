"""Another library's exact sampler, on the Ising form of a model: samples and ln Z.

dwave-samplers sums over a tree decomposition of the graph, which for a small RBM is exact. It
shares nothing with this package but the energies that `to_ising` states.
"""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from helpers.models import (
    joint_log_weights,
    joint_probabilities,
    log_sum_exp,
    random_bernoulli,
    state_index,
)
from helpers.statistics import ACCEPT, REJECT, bonferroni, chi_square_states
from scorerbm import BlockGibbs, Exact, log_partition, to_ising

pytest.importorskip("dwave.samplers")

import dimod
from dwave.samplers import TreeDecompositionSampler

N_SAMPLES = 40_000
MODELS = [
    random_bernoulli(5, 4, seed=5, scale=1.0, bias=0.5),
    random_bernoulli(4, 6, seed=6, scale=1.5, bias=1.0),
    random_bernoulli(9, 3, seed=7, scale=0.7, bias=2.0),
]


def their_samples(model, beta=1.0, n_samples=1, *, with_offset=True):
    """States (v, h) and ln Z of exp(-beta E), by dwave-samplers."""
    ising = to_ising(model)
    fields = {k: float(h) for k, h in enumerate(ising.h)}
    couplings = {(i, ising.n_visible + j): float(x) for (i, j), x in np.ndenumerate(ising.J)}
    offset = ising.offset if with_offset else 0.0
    bqm = dimod.BinaryQuadraticModel(fields, couplings, offset, "SPIN")
    found = TreeDecompositionSampler().sample(bqm, num_reads=n_samples, beta=beta, seed=1)
    order = [list(found.variables).index(k) for k in range(len(fields))]
    assert len(found.record.sample) == n_samples
    spins = found.record.sample[:, order]
    return (spins > 0).astype(np.uint8), float(found.info["log_partition_function"])


def our_samples(model, sampler):
    drawn = sampler.sample(model, N_SAMPLES)
    return np.hstack([drawn.visible, drawn.hidden])


def same_distribution(a, b, p):
    """P-value that two sets of states are of one distribution; cells are pooled as p says."""
    size = len(p)
    counts = np.array([np.bincount(state_index(x), minlength=size) for x in (a, b)])
    order = np.argsort(p, kind="stable")
    # Cells in the order of p, joined until about 20 of each sample are expected in a group.
    group = np.empty(size, int)
    group[order] = np.minimum(np.cumsum(p[order]) * len(a) // 20, len(a) // 20 - 1)
    pooled = np.array([np.bincount(group, weights=x) for x in counts])
    pooled = pooled[:, pooled.sum(axis=0) > 0]
    return float(stats.chi2_contingency(pooled, correction=False).pvalue)


@pytest.mark.parametrize("beta", [0.3, 1.0, 1.7])
@pytest.mark.parametrize("model", MODELS, ids=lambda m: f"{m.n_visible}x{m.n_hidden}")
def test_ln_z_is_theirs(model, beta):
    """To rounding: both sum exactly. Their ln Z includes the offset, β times it."""
    _, theirs = their_samples(model, beta)
    tempered = model.from_trusted(
        *(beta * p.astype(float) for p in model.parameters.values()), None
    )
    ours = log_partition(tempered, "exact").value
    assert theirs == pytest.approx(ours, rel=1e-10)
    assert theirs == pytest.approx(log_sum_exp(joint_log_weights(model, beta)), rel=1e-10)
    _, without = their_samples(model, beta, with_offset=False)
    assert theirs - without == pytest.approx(-beta * to_ising(model).offset, rel=1e-8)
    assert abs(theirs - without) > 0.1


@pytest.mark.parametrize("model", MODELS, ids=lambda m: f"{m.n_visible}x{m.n_hidden}")
def test_samples_are_theirs_and_those_of_enumeration(model):
    theirs, _ = their_samples(model, 1.0, N_SAMPLES)
    p = joint_probabilities(model)
    assert chi_square_states(theirs, p) > ACCEPT
    ours = {
        "int16": our_samples(model, BlockGibbs(60, precision="int16")),
        "int32": our_samples(model, BlockGibbs(60, precision="int32")),
        "exact": our_samples(model, Exact()),
    }
    assert bonferroni(same_distribution(x, theirs, p) for x in ours.values()) > ACCEPT
    assert bonferroni(chi_square_states(x, p) for x in ours.values()) > ACCEPT
    # Theirs at another temperature are told from ours, and ours before the chains have mixed.
    colder, _ = their_samples(model, 1.1, N_SAMPLES)
    assert same_distribution(ours["int16"], colder, p) < REJECT
    assert same_distribution(our_samples(model, BlockGibbs(1)), theirs, p) < REJECT
