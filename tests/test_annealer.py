"""What an annealer promises: so many samples, the same from a seed, and plain words otherwise."""

import itertools
import math
import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest

import scorerbm as sr
from helpers.devices import BETA, STRENGTH, OddSampler, ideal_qpu, long_chains
from helpers.gaussian import random_gaussian
from helpers.models import random_bernoulli
from scorerbm import Annealer, AnnealerError, BernoulliRBM
from scorerbm.annealing.calibration import CalibrationError
from scorerbm.annealing.device import Device
from scorerbm.annealing.drawing import draw_exactly
from scorerbm.annealing.energy_reference import energy_reference
from scorerbm.annealing.reads import Reads
from scorerbm.ising import to_ising

MODEL = random_bernoulli(4, 3, seed=1)
KNOWN = {"beta": BETA, "chain_strength": STRENGTH}


def same(a, b):
    return np.array_equal(a.visible, b.visible) and np.array_equal(a.hidden, b.hidden)


# -- so many samples ------------------------------------------------------------------------


@pytest.mark.parametrize("n", [1, 40])
@pytest.mark.parametrize("copies", [1, 3])
@pytest.mark.parametrize("chain_breaks", ["intact", "majority", "discard"])
@pytest.mark.parametrize("flips", [0.02, 0.2])
def test_there_are_as_many_samples_as_were_asked_for(n, copies, chain_breaks, flips):
    options = {"copies": copies, "chain_breaks": chain_breaks, "n_gauges": 3}
    samples = Annealer(ideal_qpu(flips), **KNOWN, **options).sample(MODEL, n)
    assert samples.visible.shape == (n, 4)
    assert samples.hidden.shape == (n, 3)
    assert samples.visible.dtype == samples.hidden.dtype == np.uint8
    report = samples.report
    assert report.n_kept == n
    assert report.n_reads >= n
    assert report.broken_by_unit.shape == (7,)
    assert report.broken_by_read.shape == (report.n_reads,)
    if chain_breaks == "majority":
        assert report.n_reads == -(-n // copies) * copies


def test_intact_reads_are_made_again_while_most_of_them_are():
    def report(flips):
        qpu = ideal_qpu(flips)
        chains = long_chains(qpu, 4, 3, 3)
        return Annealer(qpu, **KNOWN, embedding=chains).sample(MODEL, 400).report

    some, many = report(0.01), report(0.1)
    assert (some.chain_breaks, many.chain_breaks) == ("intact", "majority")
    assert 0.05 < some.broken_reads < 0.5 < many.broken_reads
    assert 400 < some.n_reads < 800
    assert many.n_reads == 400
    assert some.n_programmings > 10
    assert many.n_programmings == 10


def test_reads_are_intact_ones_only_if_most_are_however_few_are_wanted():
    def reads(share):
        broken = np.zeros((10, 7), bool)
        broken[share:, 0] = True
        return Reads(np.ones((10, 7), np.int8), broken, np.zeros(10, np.intp), None, None, ())

    chosen = [draw_exactly(lambda n, turn, k=k: reads(k), 3, "intact") for k in (4, 5)]
    assert [c.method for c in chosen] == ["majority", "intact"]


def test_reads_that_a_sampler_has_sorted_are_put_in_no_order():
    def repeated(raw):
        sampler = OddSampler("histogram")
        if not raw:
            sampler.parameters = {"num_reads": []}
        samples = Annealer(sampler, beta=1.0, n_gauges=1).sample(MODEL, 1000)
        states = np.hstack([samples.visible, samples.hidden])
        return (states[1:] == states[:-1]).all(axis=1).mean()

    assert repeated(raw=True) > 0.8  # 128 states, each in a row
    assert repeated(raw=False) < 0.05  # of coins 1 / 128


def test_reads_that_are_always_broken_end_in_an_error():
    qpu = ideal_qpu(0.5)
    annealer = Annealer(
        qpu, **KNOWN, chain_breaks="discard", n_gauges=1, embedding=long_chains(qpu, 4, 3, 5)
    )
    with pytest.raises(AnnealerError, match=r"\d of 200 reads are without a broken chain, 10 sam"):
        annealer.sample(MODEL, 10)


def test_a_device_that_takes_few_reads_at_once_is_programmed_more_often():
    qpu = ideal_qpu()
    qpu.properties["num_reads_range"] = [1, 30]
    report = Annealer(qpu, **KNOWN, n_gauges=2).sample(MODEL, 100).report
    assert report.n_programmings == 4


def test_slow_anneals_leave_room_for_fewer_reads_in_a_programming():
    slow = {"annealing_time": 1000.0}
    options = {**KNOWN, "n_gauges": 1, "sampler_options": slow}
    report = Annealer(ideal_qpu(), **options).sample(MODEL, 2000).report
    assert report.n_programmings > 1
    assert report.access_time == pytest.approx(report.access_time_estimate, rel=0.2)
    assert report.access_time > 2.0


# -- the same from a seed ---------------------------------------------------------------------


def test_the_same_seed_gives_the_same_samples():
    def drawn(seed, **more):
        return Annealer(ideal_qpu(0.05), **KNOWN, chain_breaks="majority").sample(
            MODEL, 60, seed=seed, **more
        )

    assert same(drawn(1), drawn(1))
    others = [drawn(1), drawn(2), drawn(1, first_chain=60)]
    for a, b in itertools.combinations(others, 2):
        assert not same(a, b)


def test_samplers_with_a_seed_are_given_one_for_each_programming():
    sampler = OddSampler()
    sampler.parameters = {**sampler.parameters, "seed": []}
    annealer = Annealer(sampler, beta=1.0, n_gauges=4)
    first, again = annealer.sample(MODEL, 10), annealer.sample(MODEL, 10)
    assert first.report.n_programmings == 4
    seeds = [call["seed"] for call in sampler.calls]
    assert seeds[:4] == seeds[4:]
    assert len(set(seeds)) == 4
    assert all(0 <= seed < 2**31 for seed in seeds)
    assert len(again) == 10


# -- what is sent ---------------------------------------------------------------------------


def test_reads_are_asked_for_raw_and_without_scaling():
    sampler = OddSampler()
    sampler.parameters = {**sampler.parameters, "auto_scale": [], "annealing_time": []}
    options = {"annealing_time": 20.0, "label": "mine"}
    Annealer(sampler, beta=1.0, n_gauges=1, sampler_options=options).sample(MODEL, 5)
    assert sampler.calls == [
        {
            "num_reads": 5,
            "answer_mode": "raw",
            "auto_scale": False,
            "annealing_time": 20.0,
            "label": "mine",
        }
    ]


def test_all_gauges_are_submitted_before_the_first_is_waited_for():
    sampler = OddSampler("stuck")
    with pytest.raises(AnnealerError, match=r"OddSampler gave no answer within timeout=0.02 sec"):
        Annealer(sampler, beta=1.0, n_gauges=6, timeout=0.02).sample(MODEL, 60)
    assert len(sampler.calls) == 6
    assert all(future.cancelled() for future in sampler.futures)


def test_what_was_submitted_is_called_off_when_the_next_cannot_be(monkeypatch):
    sampler = OddSampler("stuck")
    original = sampler.sample

    def second_fails(*arguments, **options):
        if sampler.calls:
            raise KeyboardInterrupt
        return original(*arguments, **options)

    monkeypatch.setattr(sampler, "sample", second_fails)
    with pytest.raises(KeyboardInterrupt):
        Annealer(sampler, beta=1.0, n_gauges=2).sample(MODEL, 60)
    assert [future.cancelled() for future in sampler.futures] == [True]


def test_jobs_are_called_off_through_composites():
    import dimod

    class Outer(dimod.ComposedSampler):
        children = parameters = properties = None

        def __init__(self, child):
            self.children, self.parameters, self.properties = [child], child.parameters, {}

        def sample(self, bqm, **options):
            return dimod.SampleSet.from_future(self.child.sample(bqm, **options))

    sampler = OddSampler("stuck")
    with pytest.raises(AnnealerError, match="gave no answer"):
        Annealer(Outer(Outer(sampler)), beta=1.0, n_gauges=2, timeout=0.02).sample(MODEL, 60)
    assert [future.cancelled() for future in sampler.futures] == [True, True]


@pytest.mark.parametrize("fault", ["histogram", "binary", "other order"])
def test_answers_of_other_forms_are_understood(fault):
    odd, plain = (
        Annealer(OddSampler(f), beta=1.0, n_gauges=2).sample(MODEL, 40) for f in (fault, "")
    )

    def rows(samples):
        joint = np.hstack([samples.visible, samples.hidden])
        return joint[np.lexsort(joint.T)]

    np.testing.assert_array_equal(rows(odd), rows(plain))


@pytest.mark.parametrize(
    ("fault", "message"),
    [
        ("too few reads", "gave 9 reads, 10 were asked for: take options, or a sampler, that"),
        ("a variable less", "gave no state of 1 of 7 qubits, the first of them 0"),
    ],
)
def test_wrong_answers_are_errors(fault, message):
    with pytest.raises(AnnealerError, match=message):
        Annealer(OddSampler(fault), beta=1.0, n_gauges=1).sample(MODEL, 10)


# -- the report -----------------------------------------------------------------------------


def test_the_report_says_what_was_done():
    qpu = ideal_qpu()
    samples = Annealer(qpu, **KNOWN, n_gauges=4).sample(MODEL, 1000, seed=5)
    report = samples.report
    assert report.beta == BETA
    assert report.chain_strength == STRENGTH or report.longest_chain == 1
    assert abs(report.effective_beta - 1.0) < 4.0 * report.effective_beta_error
    assert abs(report.estimated_beta - BETA) < 4.0 * report.estimated_beta_error
    assert report.broken_chains == report.broken_reads == 0.0
    assert (report.n_reads, report.n_kept, report.chain_breaks) == (1000, 1000, "intact")
    assert (report.n_programmings, report.n_gauges, report.n_copies) == (4, 4, 1)
    assert report.access_time == pytest.approx(report.access_time_estimate, rel=0.2)
    assert report.access_time > 1000 * 20e-6
    assert len(set(report.problem_ids)) == 4
    assert report.solver == qpu.properties["chip_id"]
    assert report.topology == "zephyr"
    assert report.graph_id
    assert (report.refine_sweeps, report.hybrid, report.seed) == (0, False, 5)
    assert samples.info["sampler"] == "Annealer"
    assert samples.info["effective_beta"] == report.effective_beta
    assert samples.info["device_seconds"] == report.access_time
    assert (report.calibration_reads, report.calibration_time) == (0, 0.0)
    text = str(report)
    for words in (qpu.properties["chip_id"], "1000 kept of 1000 (intact)", "beta", " ± ", "seed"):
        assert words in text
    assert len(text.splitlines()) == 16


def test_access_time_is_foretold_without_a_submission():
    with Annealer(ideal_qpu(), **KNOWN, n_gauges=4).session() as session:
        foretold = session.access_time(MODEL, 1000)
        assert session.device.sampler._submitted == {}
        assert foretold == session.sample(MODEL, 1000).report.access_time_estimate
    with Annealer(OddSampler(), beta=1.0).session() as session:
        assert session.access_time(MODEL, 1000) is None


def test_frozen_reads_are_infinitely_cold():
    cold = BernoulliRBM([[9.0]], [20.0], [20.0])
    report = Annealer(ideal_qpu(), **KNOWN).sample(cold, 50).report
    assert report.effective_beta == math.inf
    assert math.isnan(report.effective_beta_error)
    assert "inf" in str(report)


def test_one_read_tells_no_temperature():
    report = Annealer(ideal_qpu(), **KNOWN).sample(MODEL, 1).report
    assert not math.isfinite(report.effective_beta)


def test_chains_of_one_qubit_have_no_strength():
    report = Annealer(OddSampler(), beta=1.0).sample(MODEL, 20).report
    assert math.isnan(report.chain_strength)
    assert "chain strength          none" in str(report)
    assert (report.topology, report.graph_id, report.access_time) == ("", "", None)


# -- calibration ----------------------------------------------------------------------------


def test_beta_is_measured_if_it_is_not_given():
    annealer = Annealer(ideal_qpu(), chain_strength=STRENGTH)
    report = annealer.sample(MODEL, 4000, seed=1).report
    assert report.beta != 8.5
    assert report.calibration_reads >= 2000
    assert report.calibration_time > report.access_time / 2
    assert report.device_seconds == report.access_time + report.calibration_time
    assert abs(report.beta / BETA - 1.0) < 0.1
    assert abs(report.effective_beta - 1.0) < 0.1
    fixed = annealer.calibrated(MODEL, seed=1)
    assert isinstance(fixed.beta, float)
    assert replace(fixed, beta="auto") == annealer
    known = Annealer(OddSampler(), beta=1.0)
    assert known.calibrated(MODEL) == known


@pytest.mark.parametrize("start", [BETA / 2, 2 * BETA])
def test_a_calibration_may_start_a_factor_of_two_off(start):
    annealer = Annealer(ideal_qpu(), chain_strength=STRENGTH)
    with annealer.session() as session:
        spent = session.calibrate(to_ising(MODEL), 0, start=start)
        found = session.calibration
    assert spent.n_reads >= 4000  # it took more than one round
    assert found.rounds[0].beta == start
    assert abs(found.beta - BETA) < 4.0 * found.error < 0.2 * BETA
    again = replace(annealer, sampler=ideal_qpu())
    assert again.calibrated(MODEL, start=start).beta == found.beta
    with pytest.raises(ValueError, match=r"start: got 0.0"):
        annealer.calibrated(MODEL, start=0.0)


def test_a_session_keeps_what_it_has_measured():
    class Counting:
        def __init__(self):
            self.qpu = ideal_qpu()
            self.programmings = 0

        def __getattr__(self, name):
            return getattr(self.qpu, name)

        def sample(self, *arguments, **options):
            self.programmings += 1
            return self.qpu.sample(*arguments, **options)

    sampler = Counting()
    annealer = Annealer(sampler, chain_strength=STRENGTH, n_gauges=2)
    with annealer.session() as session:
        first = session.sample(MODEL, 10, seed=1)
        calibrated = sampler.programmings
        assert calibrated > 2
        second = session.sample(MODEL, 10, seed=2)
        assert sampler.programmings == calibrated + 2
        assert first.report.beta == second.report.beta == session.beta
        assert session.calibration.converged
        session.beta = 5.0
        assert session.sample(MODEL, 10).report.beta == 5.0
    assert not same(first, second)


@pytest.mark.parametrize("size", [0.0, 1e-3])
def test_a_flat_model_is_drawn_at_the_temperature_assumed(size):
    model = random_bernoulli(4, 3, scale=size, bias=size, seed=3)
    for seed in range(4):
        report = Annealer(ideal_qpu(), chain_strength=STRENGTH).sample(model, 50, seed=seed).report
        assert report.beta == 8.5


def test_how_a_calibration_is_made_can_be_said():
    annealer = Annealer(ideal_qpu(), chain_strength=STRENGTH)
    with annealer.session() as session:
        spent = session.calibrate(
            to_ising(MODEL), 0, n_reads=500, reference=energy_reference(to_ising(MODEL))
        )
        found = session.calibration
    assert spent.n_reads == 500 * len(found.rounds)
    assert abs(found.energy.beta - 1.0) < 4.0 * found.energy.error
    assert abs(found.gap.value) < 4.0 * found.gap.error
    with pytest.raises(CalibrationError, match=r"limits=\(7, 9\)"):
        annealer.calibrated(MODEL, limits=(7.0, 9.0))


def test_chains_of_unknown_strength_are_not_programmed():
    qpu = ideal_qpu()
    session = Annealer(qpu, embedding=long_chains(qpu, 4, 3, 2)).session()
    with pytest.raises(ValueError, match="chain_strength: got none, but there are chains of 2"):
        session.draw(to_ising(MODEL), 5)
    assert len(session.draw(to_ising(MODEL), 5, chain_strength=STRENGTH)) == 5


def test_where_to_start_from_is_known_of_topologies():
    assert Device(ideal_qpu()).starting_beta == 8.5
    assert Device(ideal_qpu(topology="pegasus")).starting_beta == 4.8
    assert Device(OddSampler()).starting_beta == 1.0


# -- bad arguments --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"beta": 0.0}, "beta: got 0.0, expected more than 0"),
        ({"beta": "warm"}, "beta: got str 'warm', expected a number"),
        ({"chain_strength": -1.0}, "chain_strength: got -1.0"),
        ({"n_gauges": 0}, "n_gauges: got 0"),
        ({"copies": 0}, "copies: got 0"),
        ({"copies": "all"}, "copies: got str 'all'"),
        ({"chain_breaks": "vote"}, "chain_breaks: got 'vote'"),
        ({"refine_sweeps": -1}, "refine_sweeps: got -1"),
        ({"timeout": 0.0}, "timeout: got 0.0"),
        ({"sampler_options": [1]}, "sampler_options: got list"),
        ({"embedding": 3}, "embedding: got int, expected a mapping or a path"),
    ],
)
def test_bad_arguments_are_named(options, message):
    with pytest.raises((TypeError, ValueError), match=message):
        Annealer(**options)


@pytest.mark.parametrize(
    ("option", "message"),
    [
        ({"num_reads": 3}, "got 'num_reads', expected none: the number of samples decides"),
        ({"auto_scale": True}, "got 'auto_scale', expected none: a scaled problem"),
        ({"time": 3}, r"got 'time', expected parameters of OddSampler: \['label'\]"),
    ],
)
def test_options_that_a_sampler_has_not_are_refused(option, message):
    sampler = OddSampler()
    session = Annealer(sampler, beta=1.0, sampler_options=option).session()
    for _ in range(2):
        with pytest.raises(ValueError, match=f"sampler_options: {message}"):
            session.sample(MODEL, 5)
    assert sampler.calls == []


@pytest.mark.parametrize("name", ["initial_state", "initial_states"])
def test_states_to_start_from_are_of_one_gauge(name):
    sampler = OddSampler()
    sampler.parameters = {**sampler.parameters, name: []}
    annealer = Annealer(sampler, beta=1.0, sampler_options={name: dict.fromkeys(range(7), 1)})
    with pytest.raises(ValueError, match=f"got '{name}' with n_gauges=10, expected n_gauges=1"):
        annealer.sample(MODEL, 5)
    assert len(replace(annealer, n_gauges=1).sample(MODEL, 5)) == 5


def test_what_is_no_sampler_is_refused():
    with pytest.raises(TypeError, match=r"sampler: got int without 'sample', expected a dimod\.S"):
        Annealer(3, beta=1.0).sample(MODEL, 5)
    import dimod

    with pytest.raises(ValueError, match="ExactSolver, which has no parameter num_reads"):
        Annealer(dimod.ExactSolver(), beta=1.0).sample(MODEL, 5)


def test_models_that_cannot_be_programmed_are_refused():
    sampler = OddSampler()
    annealer = Annealer(sampler, beta=1.0)
    with pytest.raises(TypeError, match="only binary units have an Ising form"):
        annealer.sample(random_gaussian(3, 2), 5)
    with pytest.raises(ValueError, match="got a batch of 2 tilted models"):
        annealer.sample(MODEL.tilt(np.zeros((2, 4)), 0.5, 0.5), 5)
    w, b, c = (np.array(x, np.float64) for x in MODEL.parameters.values())
    for array in (w, b, c):
        array.flat[0] = np.nan
        broken = BernoulliRBM.from_trusted(w, b, c, None)
        with pytest.raises(ValueError, match="model: got weights or biases that are not finite"):
            annealer.sample(broken, 5)
        array.flat[0] = 0.0
    large = random_bernoulli(60, 60)
    with pytest.raises(ValueError, match="60 visible and 60 hidden units, which do not fit"):
        Annealer(ideal_qpu(), **KNOWN).sample(large, 5)
    with pytest.raises(ValueError, match=r"model: .*programmed units"):
        Annealer(ideal_qpu(), beta=0.01, chain_strength=0.5).sample(MODEL, 5)
    assert sampler.calls == []


def test_a_token_is_not_shown():
    assert "secret" not in repr(Annealer(token="secret"))


def test_nothing_of_ocean_is_imported_with_the_package():
    code = (
        "import sys, scorerbm as sr; sr.Annealer(), sr.AnnealReport, sr.AnnealerError;"
        "print([m for m in ('dimod', 'dwave', 'minorminer', 'networkx') if m in sys.modules])"
    )
    result = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert result.stdout.strip() == "[]"
    assert sr.Annealer is Annealer
