"""Samples of an annealer have the law of the model, through chains, gauges and copies."""

import numpy as np
import pytest

from helpers.devices import (
    BETA,
    STRENGTH,
    flipped_law,
    ideal_qpu,
    long_chains,
    wrong_majority,
    wrong_when_intact,
)
from helpers.models import joint_probabilities, random_bernoulli
from helpers.statistics import ACCEPT, REJECT, chi_square_states
from scorerbm import Annealer, BernoulliRBM
from scorerbm.annealing import submission
from scorerbm.annealing.simulated import SimulatedQPU, ThermalAnnealer

MODEL = random_bernoulli(4, 3, seed=1, scale=1.2, bias=0.8)
N = 20_000


def joint(samples):
    return np.hstack([samples.visible, samples.hidden])


def annealer(qpu, **options):
    return Annealer(qpu, **({"beta": BETA, "chain_strength": STRENGTH} | options))


@pytest.fixture(scope="module")
def samples():
    qpu = ideal_qpu()
    return annealer(qpu, embedding=long_chains(qpu, 4, 3, 3)).sample(MODEL, N, seed=1)


def test_the_law_is_that_of_the_model(samples):
    assert samples.report.longest_chain == 3
    assert samples.report.n_gauges == 10
    assert chi_square_states(joint(samples), joint_probabilities(MODEL)) > ACCEPT


@pytest.mark.parametrize(
    "wrong",
    [
        BernoulliRBM(MODEL.weights, MODEL.visible_bias[::-1], MODEL.hidden_bias),
        BernoulliRBM(MODEL.weights[:, ::-1], MODEL.visible_bias, MODEL.hidden_bias),
        BernoulliRBM(-MODEL.weights, MODEL.visible_bias, MODEL.hidden_bias),
        BernoulliRBM(1.1 * MODEL.weights, 1.1 * MODEL.visible_bias, 1.1 * MODEL.hidden_bias),
    ],
    ids=["order of visible units", "order of hidden units", "sign", "temperature"],
)
def test_the_law_of_another_model_is_told_from_it(samples, wrong):
    assert chi_square_states(joint(samples), joint_probabilities(wrong)) < REJECT


def test_layers_that_are_swapped_are_told_from_each_other():
    model = random_bernoulli(3, 3, seed=5, scale=1.2, bias=0.8)
    drawn = annealer(ideal_qpu()).sample(model, N)
    swapped = np.hstack([drawn.hidden, drawn.visible])
    assert chi_square_states(joint(drawn), joint_probabilities(model)) > ACCEPT
    assert chi_square_states(swapped, joint_probabilities(model)) < REJECT


def test_reads_that_are_left_in_their_gauge_are_rejected(monkeypatch):
    monkeypatch.setattr(submission, "ungauge", lambda *_: None)
    drawn = annealer(ideal_qpu()).sample(MODEL, N)
    assert chi_square_states(joint(drawn), joint_probabilities(MODEL)) < REJECT


def test_the_law_at_another_beta_is_that_of_the_model_at_that_temperature():
    """Programmed for a device at 4 what reads at 6, the samples are colder by 3/2."""
    drawn = annealer(ideal_qpu(), beta=4.0).sample(MODEL, N)
    assert chi_square_states(joint(drawn), joint_probabilities(MODEL, 1.5)) > ACCEPT
    assert chi_square_states(joint(drawn), joint_probabilities(MODEL)) < REJECT
    report = drawn.report
    assert abs(report.estimated_beta - BETA) < 4.0 * report.estimated_beta_error
    assert abs(report.effective_beta - 1.0) > 4.0 * report.effective_beta_error


@pytest.mark.parametrize("copies", [3, "auto"])
def test_copies_are_independent_samples(copies):
    drawn = annealer(ideal_qpu(), copies=copies).sample(MODEL, N)
    c = drawn.report.n_copies
    assert c == 3 or copies == "auto"
    assert c >= 3
    assert drawn.report.n_reads == -(-N // c) * c
    assert chi_square_states(joint(drawn), joint_probabilities(MODEL)) > ACCEPT
    # Of two copies of one read, the first visible units agree no more often than by chance.
    v = drawn.visible[: N - N % c].reshape(-1, c, 4)[:, :2, 0]
    p = drawn.visible[:, 0].mean()
    agree, expected = (v[:, 0] == v[:, 1]).mean(), p * p + (1 - p) ** 2
    assert abs(agree - expected) < 4.0 * np.sqrt(expected * (1 - expected) / len(v))


@pytest.mark.parametrize(
    ("chain_breaks", "wrong"), [("discard", wrong_when_intact), ("majority", wrong_majority)]
)
def test_broken_chains_are_resolved_with_the_errors_that_cannot_be_seen(chain_breaks, wrong):
    """Each qubit of a chain of two is read wrongly once in ten times."""
    flips, length = 0.1, 2
    qpu = ideal_qpu(flips)
    options = {"embedding": long_chains(qpu, 4, 3, length), "chain_breaks": chain_breaks}
    drawn = annealer(qpu, **options).sample(MODEL, N, seed=2)
    law = flipped_law(MODEL, wrong(flips, length))
    assert chi_square_states(joint(drawn), law) > ACCEPT
    other = wrong_majority if wrong is wrong_when_intact else wrong_when_intact
    assert chi_square_states(joint(drawn), flipped_law(MODEL, other(flips, length))) < REJECT
    report = drawn.report
    broken = 2 * flips * (1 - flips)
    error = np.sqrt(broken * (1 - broken) / report.n_reads)
    assert np.abs(report.broken_by_unit - broken).max() < 5.0 * error
    assert abs(report.broken_reads - (1 - (1 - broken) ** 7)) < 5.0 * error
    assert report.chain_breaks == {"discard": "intact"}.get(chain_breaks, chain_breaks)


def test_sweeps_repair_what_the_device_does_wrong():
    wrong = {"beta": 4.0, "seed": 3}
    seed = wrong.pop("seed")
    drawn = annealer(ideal_qpu(), refine_sweeps=30, **wrong).sample(MODEL, N, seed=seed)
    assert chi_square_states(joint(drawn), joint_probabilities(MODEL)) > ACCEPT
    assert drawn.info["hybrid"] is True
    assert drawn.report.refine_sweeps == 30
    assert drawn.report.effective_beta > 1.3  # of the reads, before they were refined
    plain = annealer(ideal_qpu(), **wrong).sample(MODEL, N, seed=seed)
    assert chi_square_states(joint(plain), joint_probabilities(MODEL)) < REJECT
    assert plain.info["hybrid"] is False


def test_a_sampler_without_a_graph_gets_the_couplings_of_the_model():
    """Heat-bath sweeps at one temperature, of the whole model."""
    from dwave.samplers import SimulatedAnnealingSampler

    options = {
        "beta_range": (1.0, 1.0),
        "num_sweeps": 60,
        "proposal_acceptance_criteria": "Gibbs",
    }
    sampler = SimulatedAnnealingSampler()
    drawn = Annealer(sampler, beta=1.0, sampler_options=options).sample(MODEL, 6000, seed=4)
    assert drawn.report.longest_chain == 1
    assert chi_square_states(joint(drawn), joint_probabilities(MODEL)) > ACCEPT
    hot = {**options, "beta_range": (0.7, 0.7)}
    drawn = Annealer(sampler, beta=1.0, sampler_options=hot).sample(MODEL, 6000, seed=4)
    assert chi_square_states(joint(drawn), joint_probabilities(MODEL)) < REJECT


def test_our_own_sampler_is_one_whose_beta_is_1():
    from scorerbm.ocean import GibbsSampler

    drawn = Annealer(GibbsSampler(), beta=1.0).sample(MODEL, 6000, seed=4)
    assert chi_square_states(joint(drawn), joint_probabilities(MODEL)) > ACCEPT
    drawn = Annealer(GibbsSampler(), beta=1.2).sample(MODEL, 6000, seed=4)
    assert chi_square_states(joint(drawn), joint_probabilities(MODEL)) < REJECT


def test_a_composite_embeds_by_itself():
    """Its chains are its own affair, and its answers come when they are looked at."""
    from dwave.system import FixedEmbeddingComposite

    qpu = ideal_qpu()
    composite = FixedEmbeddingComposite(qpu, long_chains(qpu, 4, 3, 2))
    options = {"sampler_options": {"chain_strength": STRENGTH}}
    drawn = Annealer(composite, beta=BETA, **options).sample(MODEL, 6000, seed=5)
    assert drawn.report.longest_chain == 1
    assert drawn.report.solver == qpu.properties["chip_id"]
    assert drawn.report.topology == "zephyr"
    assert chi_square_states(joint(drawn), joint_probabilities(MODEL)) > ACCEPT
    drawn = Annealer(composite, beta=5.0, **options).sample(MODEL, 6000, seed=5)
    assert chi_square_states(joint(drawn), joint_probabilities(MODEL)) < REJECT


def test_a_device_whose_chains_freeze_is_calibrated_with_its_chains():
    """Taken to be as cold as it is in the bath, and with strong chains, its reads are too warm."""
    qpu = SimulatedQPU(ThermalAnnealer(BETA), size=2)
    options = {"embedding": long_chains(qpu, 4, 3, 3)}
    report = Annealer(qpu, **options).sample(MODEL, 2000, seed=1).report
    assert abs(report.effective_beta - 1.0) < 0.1
    assert 0.1 < report.chain_strength < 0.6
    strong = Annealer(qpu, beta=BETA, chain_strength=1.5, **options).sample(MODEL, 2000, seed=1)
    assert strong.report.effective_beta < 0.8
    assert strong.report.broken_chains < report.broken_chains
