"""Each peer, and our own side of the comparison, samples the RBM that it is given."""

from __future__ import annotations

import numpy as np
import pytest

from peers import PEERS, MissingPeerError, load
from ratios import check
from ratios.ours import PRECISIONS, Ours


def build(name, problem):
    if name in PRECISIONS:
        return Ours(problem, name)
    try:
        return load(name)(problem)
    except MissingPeerError as missing:
        pytest.skip(str(missing))


@pytest.mark.parametrize("name", [*PRECISIONS, *PEERS])
def test_a_peer_samples_the_enumerated_distribution(name):
    problem = check.small_problem()
    peer = build(name, problem)
    assert check.p_value(peer, check.visible_probabilities(problem)) > check.ACCEPT


@pytest.mark.parametrize("name", ["int32", "numpy"])
@pytest.mark.parametrize("bias", ["visible_bias", "hidden_bias"])
def test_the_check_rejects_a_conditional_without_its_bias(name, bias):
    problem = check.small_problem()
    wrong = problem._replace(**{bias: np.zeros_like(getattr(problem, bias))})
    assert check.p_value(build(name, wrong), check.visible_probabilities(problem)) < check.REJECT


def test_the_check_rejects_chains_that_have_not_moved():
    problem = check.small_problem()
    peer = build("numpy", problem)
    assert check.p_value(peer, check.visible_probabilities(problem), n_sweeps=0) < check.REJECT
