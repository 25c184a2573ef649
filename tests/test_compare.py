"""The benchmark of roads: its floor is calibrated, and it tells right roads from wrong ones."""

import csv
import json
import math
from contextlib import contextmanager
from dataclasses import dataclass, replace
from types import SimpleNamespace

import numpy as np
import pytest
from scipy import stats

from helpers.models import random_bernoulli, state_index, states, visible_probabilities
from helpers.statistics import ACCEPT, REJECT, kolmogorov_smirnov, z_test
from scorerbm import Annealer, BlockGibbs, Exact, GibbsDenoiser, ReverseSDE
from scorerbm.evaluate.annealers import calibrated_once, simulated_device
from scorerbm.evaluate.floor import N_PERMUTATIONS, Floor, sets_needed
from scorerbm.evaluate.measurements import LEVEL
from scorerbm.evaluate.roads import Road, default_roads, select_roads
from scorerbm.plot.quality import road_style
from scorerbm.report import Comparison, compare

MODEL = random_bernoulli(10, 5, scale=1.5, seed=3)
SMALL = random_bernoulli(6, 3, scale=2.0, seed=3)


@dataclass(frozen=True, kw_only=True)
class FreshExact(Exact):
    """Exact samples from chains of their own, so that several budgets are independent."""

    first: int = 0

    def _sample(self, job):
        return super()._sample(replace(job, ids=job.ids + np.uint32(self.first)))


EXACT_ROAD = Road("exact", "runs", (1, 2, 3), lambda n: FreshExact(first=n << 20))


# -- the floor's test ------------------------------------------------------------------------


def skewed(rng, n, signed):
    """Errors as metrics have them: a skewed sum of squares, or a signed difference."""
    return rng.standard_normal(n) if signed else rng.chisquare(3, n)


def floor_p_values(n_seeds, *, signed, shift=0.0, n_sets=100, trials=300, summary=None):
    rng = np.random.default_rng(n_seeds)
    p_values = []
    for _ in range(trials):
        exact, road = (skewed(rng, n, signed) for n in (n_sets, n_seeds))
        floor = Floor({"e": exact}, frozenset({"e"} if signed else ()))
        road = road + shift if summary is None else np.array([summary(road)])
        p_values.append(floor.p_value("e", road))
    return np.array(p_values)


@pytest.mark.parametrize("n_seeds", [1, 3, 5])
@pytest.mark.parametrize("signed", [False, True])
def test_p_values_of_exact_errors_are_uniform(n_seeds, signed):
    p = floor_p_values(n_seeds, signed=signed)
    # With one seed p is a multiple of 1/(J+1); spread it within its step.
    step = 1.0 / math.comb(100 + n_seeds, n_seeds)
    p = p - step * np.random.default_rng(9).random(len(p)) * (n_seeds == 1)
    assert kolmogorov_smirnov(p, stats.uniform.cdf) > ACCEPT


def test_a_mean_held_against_single_errors_is_not_calibrated():
    p = floor_p_values(5, signed=False, summary=np.mean)
    assert kolmogorov_smirnov(p, stats.uniform.cdf) < REJECT


def test_larger_errors_are_seen_and_smaller_ones_are_not():
    assert (floor_p_values(3, signed=False, shift=10.0) < LEVEL / 3).all()
    assert (floor_p_values(3, signed=False, shift=-10.0) > 0.98).all()


@pytest.mark.parametrize("shift", [-4.0, 4.0])
def test_a_signed_error_is_seen_from_both_sides(shift):
    assert (floor_p_values(3, signed=True, shift=shift) < LEVEL / 3).all()


def test_the_p_value_is_the_fraction_of_all_subsets():
    rng = np.random.default_rng(4)
    exact, road = rng.random(12), rng.random(2) + 0.3
    pooled = np.concatenate([road, exact])
    means = [pooled[[i, j]].mean() for i in range(14) for j in range(i)]
    fraction = np.mean([m >= road.mean() - 1e-12 for m in means])
    error = math.sqrt(fraction * (1.0 - fraction) / N_PERMUTATIONS)
    assert 0.05 < fraction < 0.95
    assert abs(Floor({"e": exact}).p_value("e", road) - fraction) < 5.0 * error


def test_infinite_errors_are_as_large_as_can_be():
    floor = Floor({"e": np.arange(100.0)})
    assert floor.p_value("e", [math.inf] * 3) < LEVEL / 10
    assert floor.p_value("e", [math.inf] * 3) < floor.p_value("e", [math.inf, 0.0, 0.0]) < 0.1
    # An exact set can be infinitely wrong too.
    odd = Floor({"e": np.append(np.arange(99.0), math.inf)})
    assert odd.p_value("e", [math.inf] * 3) < LEVEL / 10
    assert odd.p_value("e", [98.0, 98.0, 98.0]) > LEVEL / 2


@pytest.mark.parametrize("n_seeds", [1, 2, 3, 10])
@pytest.mark.parametrize("n_metrics", [3, 5])
def test_enough_exact_sets_to_reject_at_the_level(n_seeds, n_metrics):
    n_sets = sets_needed(n_seeds, LEVEL / n_metrics)
    floor = Floor({"e": np.linspace(0.0, 1.0, n_sets)})
    assert floor.p_value("e", np.full(n_seeds, 2.0)) * n_metrics <= LEVEL
    assert n_sets >= 100


def test_the_floor_refuses_what_is_no_error():
    floor = Floor({"e": np.arange(100.0)})
    for wrong in ([], [math.nan], [[1.0]]):
        with pytest.raises(ValueError, match="errors: got"):
            floor.p_value("e", wrong)


def test_quantiles_of_the_floor_are_those_of_means():
    rng = np.random.default_rng(0)
    floor = Floor({"e": rng.standard_normal(500), "s": rng.standard_normal(500)}, {"s"})
    for n in (1, 4):
        assert abs(floor.quantile("e", 0.99, n) - stats.norm.ppf(0.99) / math.sqrt(n)) < 0.4
        assert abs(floor.quantile("s", 0.99, n) - stats.norm.ppf(0.995) / math.sqrt(n)) < 0.4


# -- whole comparisons -----------------------------------------------------------------------


def test_the_exact_sampler_reaches_the_floor_at_the_nominal_rate_and_a_biased_one_never():
    trials, off, p_values = 40, 0, {}
    roads = {"exact": EXACT_ROAD, "one sweep": BlockGibbs(n_sweeps=1)}
    for trial in range(trials):
        seeds = (3 * trial, 3 * trial + 1, 3 * trial + 2)
        result = compare(SMALL, samplers=roads, seeds=seeds, n_samples=100)
        exact, biased = result.summary
        off += sum(not point["at_floor"] for point in result.curve("exact"))
        assert (exact["reached"] == "1 run") == all(p["at_floor"] for p in result.curve("exact"))
        assert biased["reached"] == "not within 1 run"
        for metric in result.metrics:
            values = [point[f"{metric}_p_value"] for point in result.curve("exact")[:1]]
            p_values.setdefault(metric, []).extend(values)
    # Off the floor at most LEVEL of the time (Bonferroni is conservative).
    assert stats.binom.sf(off - 1, 3 * trials, LEVEL) > ACCEPT
    for metric, p in p_values.items():
        assert kolmogorov_smirnov(np.array(p), stats.uniform.cdf) > ACCEPT / len(p_values), metric
    assert set(p_values) == {
        "second_moment_error", "mmd2", "free_energy_gap", "kl", "total_variation",
    }  # fmt: skip


@pytest.fixture(scope="module")
def measured():
    budgets = {
        "sde-kept": (10, 500),
        "sde-restarted": (10, 300),
        "ode-kept": (5, 150),
        "sde-mean-field": (10, 20),
        "gibbs": (1, 100),
        "tempering": (1, 50),
        "annealer-ideal": (2,),
        "annealer-noisy": (2,),
    }
    data = Exact().sample(MODEL, 900, seed=77).visible
    return compare(MODEL, data, budgets=budgets, n_samples=500)


def test_roads_reach_the_floor_or_do_not_as_the_theory_says(measured):
    reached = {record["road"]: record["budget"] for record in measured.summary}
    assert reached == {
        "sde-kept": 500,
        "sde-restarted": None,
        "ode-kept": 150,
        "sde-mean-field": None,
        "gibbs": 100,
        "tempering": 50,
        "exact": 1,
        "annealer-ideal": 2,
        "annealer-noisy": None,
    }
    words = {record["road"]: record["reached"] for record in measured.summary}
    assert words["gibbs"] == "100 sweeps"
    assert words["exact"] == "1 enumeration"
    assert words["sde-restarted"] == "not within 300 steps"


def test_the_limit_of_the_floor_is_where_its_test_rejects(measured):
    for metric in measured.metrics:
        limit, spread = measured.floor_limit(metric), np.std(measured.floor.errors[metric])
        above, below = (measured.floor.p_value(metric, [x] * 3) for x in
                        (limit + spread, limit - spread))  # fmt: skip
        assert above < LEVEL / len(measured.metrics) < below


def test_the_floor_must_hold_from_a_budget_on(measured):
    values = {1: 5.0, 2: 0.0, 3: 5.0, 4: 0.0, 5: 0.0}
    road = Road("a", "steps", tuple(values), lambda n: Exact())
    base = {"road": "a", "label": "a", "unit": "steps", "score_evaluations": 1, "sweeps": 1,
            "device_seconds": None}  # fmt: skip
    table = [base | {"budget": b, "seed": s, "seconds": 1.0, "e": e + 0.1 * s}
             for b, e in values.items() for s in range(3)]  # fmt: skip
    floor = Floor({"e": np.random.default_rng(0).normal(0.1, 0.1, 200)})
    made = Comparison(MODEL, {}, {"a": road}, table, floor, {}, None)
    assert [point["at_floor"] for point in made.curves] == [False, True, False, True, True]
    assert made.summary[0]["budget"] == 4


def test_the_table_has_a_row_for_every_run_and_says_what_it_cost(measured):
    keys = [(row["road"], row["budget"], row["seed"]) for row in measured.table]
    n_runs = 3 * sum(len(road.budgets) for road in measured.roads.values())
    assert len(keys) == len(set(keys)) == n_runs
    for row in measured.table:
        assert row["seconds"] > 0.0
        evaluations = {
            "sde-kept": row["budget"],
            "sde-restarted": row["budget"],
            "ode-kept": 2 * row["budget"],
            "sde-mean-field": row["budget"] + 1,
        }.get(row["road"])
        assert row["score_evaluations"] == evaluations
        assert (row["device_seconds"] is None) == ("annealer" not in row["road"])
        if row["road"] == "gibbs":
            assert row["sweeps"] == row["budget"]
        if row["road"] == "tempering":
            assert row["sweeps"] % row["budget"] == 0
            assert row["sweeps"] > row["budget"]  # every replica counts


@dataclass(frozen=True, kw_only=True)
class Rented(Exact):
    """Exact samples that hold a device for as long as each of them takes it."""

    def _sample(self, job):
        drawn = super()._sample(job)
        return replace(drawn, info=drawn.info | {"device_seconds": 0.25 * len(job)})


def test_time_on_a_device_is_told_beside_wall_time_where_there_is_any(measured, tmp_path):
    roads = {"rented": Rented(), "gibbs": BlockGibbs(n_sweeps=50)}
    result = compare(SMALL, samplers=roads, n_samples=20, seeds=(0,))
    assert [row["device_seconds"] for row in result.table] == [5.0, None]
    assert [point["device_seconds"] for point in result.curves] == [5.0, None]
    assert result.summary[0]["device_seconds"] == 5.0
    page = result.report(tmp_path / "rented").read_text(encoding="utf-8")
    assert "device time" in page
    assert "<td>5 s</td>" in page
    computed = compare(SMALL, samplers={"gibbs": BlockGibbs()}, n_samples=20, seeds=(0,))
    assert not computed.on_a_device
    page = computed.report(tmp_path / "computed").read_text(encoding="utf-8")
    assert "device time" not in page


def test_simulated_devices_are_called_so_and_a_real_one_is_only_used_by_name(measured):
    for name in ("annealer-ideal", "annealer-noisy"):
        assert "(simulated)" in measured.roads[name].label
        assert "SimulatedQPU" in measured.settings["samplers"][name]
    assert measured.on_a_device
    assert "qpu" not in default_roads(SMALL)
    assert set(select_roads(SMALL, ["qpu"], None)) == {"qpu"}  # connects when it is asked to draw
    large = random_bernoulli(200, 100)
    assert not {"annealer-ideal", "annealer-noisy"} & set(default_roads(large))


def test_no_two_roads_look_alike(measured):
    styles = [road_style(measured, road) for road in measured.roads]
    assert len(styles) == 9
    assert len(set(styles)) == len(styles)


def test_a_device_is_calibrated_once_for_all_runs():
    calls = []

    def build():
        calls.append(1)
        return Annealer(simulated_device(control_errors=False))

    sampler = calibrated_once(build, SMALL)
    assert not calls
    first, second = sampler(1), sampler(4)
    assert len(calls) == 1
    assert (first.n_gauges, second.n_gauges) == (1, 4)
    assert first.beta == second.beta == pytest.approx(8.5, rel=0.05)


def test_a_row_can_be_drawn_again_by_hand(measured):
    row = next(r for r in measured.table if (r["road"], r["budget"], r["seed"]) == ("gibbs", 1, 2))
    v = BlockGibbs(n_sweeps=1).sample(MODEL, 500, seed=2).visible
    second = v.T.astype(float) @ v / 500
    p, all_v = visible_probabilities(MODEL), states(10)
    exact = (all_v * p[:, None]).T @ all_v
    assert math.isclose(row["second_moment_error"], np.sqrt(np.mean((second - exact) ** 2)))
    entropy = -(p * np.log(p)).sum()
    gap = np.log(p)[state_index(v)].mean() + entropy
    # The mean under p is estimated from 20 sets.
    error = math.sqrt(((p * np.log(p) ** 2).sum() - entropy**2) / (20 * 500))
    assert z_test(row["free_energy_gap"], gap, error) > ACCEPT
    frequency = np.bincount(state_index(v), minlength=1024) / 500
    assert math.isclose(row["total_variation"], 0.5 * np.abs(frequency - p).sum())


def test_data_are_measured_like_samples(measured):
    quantile = measured.floor.quantile("second_moment_error", 0.999, 1)
    assert 0.0 < measured.data_errors["second_moment_error"] < quantile
    wrong = compare(
        MODEL, 1 - measured.samples["data"], samplers=["gibbs"], budgets=[1, 2], n_samples=500
    )
    assert wrong.data_errors["second_moment_error"] > 10.0 * quantile


def without_times(result):
    return [{k: x for k, x in row.items() if k != "seconds"} for row in result.table]


def test_results_depend_on_the_seeds_alone():
    options = {"samplers": ["sde-kept", "gibbs", "exact"], "budgets": (2, 5), "n_samples": 50}
    first = compare(SMALL, **options, n_threads=1)
    again = compare(SMALL, **options, n_threads=3)
    twin = compare(SMALL, **options, backend="reference")
    other = compare(SMALL, **options, seeds=(5, 6, 7))
    assert without_times(first) == without_times(again) == without_times(twin)
    assert without_times(first) != without_times(other)
    for a, b in ((first, again), (first, twin)):
        assert all(np.array_equal(a.floor.errors[m], b.floor.errors[m]) for m in a.metrics)
        assert [c["p_value"] for c in a.curves] == [c["p_value"] for c in b.curves]
    assert not np.array_equal(first.floor.errors["mmd2"], other.floor.errors["mmd2"])


# -- the reference of models that cannot be enumerated ------------------------------------------


LARGE = random_bernoulli(21, 22, scale=0.2, seed=2)


@pytest.mark.parametrize("data", [None, np.zeros((7, 21))])
def test_large_models_are_held_against_long_chains_and_the_settings_say_so(data):
    result = compare(LARGE, data, samplers=["gibbs"], budgets=[1, 50], n_samples=40, seeds=(0, 1))
    assert result.settings["reference_is_exact"] is False
    assert "Not exact" in result.settings["reference"]
    start = "random states" if data is None else "rows of the data"
    assert start in result.settings["reference"]
    assert result.metrics == ("second_moment_error", "mmd2", "free_energy_gap")
    assert result.curves[-1]["at_floor"]
    assert "exact" not in default_roads(LARGE)


def test_long_chains_are_a_good_reference_of_a_model_that_mixes(monkeypatch):
    monkeypatch.setattr("scorerbm.evaluate.reference_sets.ENUMERABLE", 0)
    roads = {"exact": EXACT_ROAD, "one sweep": BlockGibbs(n_sweeps=1)}
    result = compare(SMALL, samplers=roads, n_samples=200)
    assert result.settings["reference_is_exact"] is False
    assert all(point["at_floor"] for point in result.curve("exact"))
    assert not result.curve("one sweep")[0]["at_floor"]


def test_a_given_reference_is_cut_into_separate_sets():
    rows = Exact().sample(SMALL, 6000, seed=5).visible
    roads = {"exact": EXACT_ROAD, "one sweep": BlockGibbs(n_sweeps=1)}
    result = compare(SMALL, samplers=roads, n_samples=50, reference=rows)
    assert "6000 given samples" in result.settings["reference"]
    assert all(point["at_floor"] for point in result.curve("exact"))
    assert not result.curve("one sweep")[0]["at_floor"]
    with pytest.raises(ValueError, match=r"reference: got 5999 rows, expected at least 6000 for"):
        compare(SMALL, n_samples=50, reference=rows[1:])
    with pytest.raises(ValueError, match=r"reference: got shape \(6000, 5\), expected \(any, 6\)"):
        compare(SMALL, n_samples=50, reference=rows[:, 1:])


def test_a_sampler_can_be_the_reference():
    roads = {"two sweeps": BlockGibbs(n_sweeps=2), "exact": Exact()}
    result = compare(SMALL, samplers=roads, n_samples=200, reference=BlockGibbs(n_sweeps=2))
    assert "BlockGibbs" in result.settings["reference"]
    assert result.settings["reference_is_exact"] is False
    assert [point["at_floor"] for point in result.curves] == [True, False]


# -- roads -----------------------------------------------------------------------------------


def test_roads_of_the_user_stand_beside_the_default_ones():
    mine = Road("my SDE", "steps", (2, 4), lambda n: ReverseSDE(n_steps=n))
    roads = default_roads(SMALL) | {"mine": mine, "bare": BlockGibbs(n_sweeps=3)}
    chosen = {name: roads[name] for name in ("exact", "mine", "bare")}
    result = compare(SMALL, samplers=chosen, budgets=[3, 6], n_samples=20, seeds=(0, 1))
    assert [(p["road"], p["budget"]) for p in result.curves] == [
        ("exact", 1), ("mine", 3), ("mine", 6), ("bare", 1),
    ]  # fmt: skip
    assert result.curve("bare")[0]["sweeps"] == 3


def test_where_to_run_is_passed_on_to_samplers():
    seen = set()

    @dataclass(frozen=True, kw_only=True)
    class Witness(Exact):
        def _sample(self, job):
            seen.add((job.backend.name, job.n_threads))
            return super()._sample(job)

    options = {"n_samples": 10, "seeds": (0, 1)}
    compare(SMALL, samplers={"a": Witness(n_threads=2, backend="reference")}, **options)
    assert seen == {("reference", 2)}
    seen.clear()
    told = {"n_threads": 1, "backend": "reference"}
    compare(SMALL, samplers={"a": Witness(n_threads=2)}, **told, **options)
    assert seen == {("reference", 1)}


def test_default_roads_line_up_in_score_evaluations():
    roads = default_roads(SMALL)
    assert [2 * n for n in roads["ode-kept"].budgets] == list(roads["sde-kept"].budgets)
    assert roads["sde-kept"].sampler(7) == ReverseSDE(n_steps=7)
    restarted = ReverseSDE(n_steps=7, denoiser=GibbsDenoiser(keep_chain=False))
    assert roads["sde-restarted"].sampler(7) == restarted


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"seeds": ()}, ValueError, r"seeds: got \(\), expected at least one"),
        ({"seeds": (1, 1)}, ValueError, "seeds: got .* all different"),
        ({"seeds": 3}, TypeError, "seeds: got 3, expected a sequence"),
        ({"seeds": (0.5,)}, TypeError, "seeds: got .*, expected a sequence of integers"),
        ({"n_samples": 9}, ValueError, "n_samples: got 9, expected at least 10"),
        ({"n_threads": 0}, ValueError, "n_threads: got 0"),
        ({"backend": "abacus"}, ValueError, "backend: got 'abacus'"),
        ({"samplers": "gibbs"}, TypeError, "samplers: got 'gibbs', expected a sequence"),
        ({"samplers": ["walk"]}, ValueError, "samplers: got 'walk', expected one of"),
        ({"samplers": []}, ValueError, r"samplers: got \[\], expected roads with"),
        (
            {"samplers": dict.fromkeys("ab", EXACT_ROAD)},
            ValueError,
            "labels of their own",
        ),
        ({"samplers": {"a": 3}}, TypeError, r"samplers\['a'\]: got 3, expected a Road"),
        ({"budgets": {"walk": [1]}}, ValueError, "budgets: got 'walk', expected one of"),
        ({"budgets": [2, 1]}, ValueError, r"budgets of .*: got \[2, 1\], expected increasing"),
        ({"budgets": []}, ValueError, "expected increasing integers"),
        ({"budgets": [0, 1]}, ValueError, "budgets: got 0, expected at least 1"),
        ({"budgets": ["x"]}, TypeError, r"got \['x'\], expected integers"),
        ({"data": np.full((3, 6), 0.5)}, ValueError, "data: got 0.5 at index"),
        ({"data": np.zeros((3, 5))}, ValueError, r"data: got shape \(3, 5\)"),
    ],
)
def test_bad_arguments_are_named(arguments, error, message):
    with pytest.raises(error, match=message):
        compare(SMALL, **arguments)


def test_what_is_no_model_or_no_sampler_is_refused():
    with pytest.raises(TypeError, match="model: got int, expected an RBM"):
        compare(3)
    with pytest.raises(TypeError, match="sampler: got 3, expected a callable"):
        Road("a", "steps", (1,), 3)
    road = Road("mine", "steps", (1, 2), lambda n: None)
    with pytest.raises(TypeError, match="sampler of 'mine': got None for budget 1"):
        compare(SMALL, samplers={"a": road}, n_samples=10)
    assert select_roads(SMALL, {"a": road}, None) == {"a": road}


# -- files and interruption --------------------------------------------------------------------


def test_tables_can_be_read_back(measured, tmp_path):
    measured.to_csv(tmp_path / "t.csv")
    with (tmp_path / "t.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == len(measured.table)
    for read, row in zip(rows, measured.table, strict=True):
        assert read == {k: "" if x is None else str(x) for k, x in row.items()}
    measured.to_json(tmp_path / "t.json")
    read = json.loads((tmp_path / "t.json").read_text("utf-8"))
    assert read["table"] == measured.table
    assert read["summary"] == measured.summary
    assert read["settings"] == measured.settings
    assert read["floor"]["mmd2"] == list(measured.floor.errors["mmd2"])


def test_json_has_no_infinity(measured, tmp_path):
    table = [row | {"kl": math.inf} for row in measured.table]
    infinite = replace(measured, table=table)
    infinite.to_json(tmp_path / "t.json")

    def refuse(constant):
        raise AssertionError(constant)

    read = json.loads((tmp_path / "t.json").read_text("utf-8"), parse_constant=refuse)
    assert {row["kl"] for row in read["table"]} == {None}
    assert not any(point["at_floor"] for point in infinite.curves)


@pytest.mark.parametrize("after", [3, 103])
def test_an_interruption_comes_through(after):
    seen, closed = [], []

    @contextmanager
    def display(total, description):
        def update(n=1, /, **shown):
            seen.append(n)
            if len(seen) > after:
                raise KeyboardInterrupt

        try:
            yield update
        finally:
            closed.append(True)

    with pytest.raises(KeyboardInterrupt):
        compare(SMALL, samplers=["gibbs"], n_samples=10, progress=display)
    assert len(seen) == after + 1
    assert closed == [True]


def test_progress_ends_at_its_total():
    totals, steps = [], []

    @contextmanager
    def display(total, description):
        totals.append(total)
        yield lambda n=1, /, **shown: steps.append(n)

    compare(SMALL, samplers=["gibbs", "exact"], budgets=[1, 4], n_samples=10, progress=display)
    assert totals == [sum(steps)]


@pytest.mark.parametrize(
    ("durations", "draws", "seconds"),
    [
        ([0.03, 0.01, 0.02, 0.04], 4, 0.01),  # until a tenth of a second has passed
        ([1e-3, 3e-3, 2e-3, 2e-3, 2e-3], 5, 1e-3),  # but five times at the most
        ([3.0], 1, 3.0),
    ],
)
def test_the_time_of_a_quick_run_is_the_least_of_several(monkeypatch, durations, draws, seconds):
    """What slows one draw, such as a start of threads, is not what the road costs."""
    clock, left = [0.0], list(durations)

    @dataclass(frozen=True, kw_only=True)
    class Timed(BlockGibbs):
        def _sample(self, job):
            clock[0] += left.pop(0)
            return super()._sample(job)

    watch = SimpleNamespace(perf_counter=lambda: clock[0])
    monkeypatch.setattr("scorerbm.evaluate.benchmark.time", watch)
    result = compare(SMALL, samplers={"timed": Timed(n_sweeps=1)}, n_samples=20, seeds=(0,))
    assert len(durations) - len(left) == draws
    assert result.table[0]["seconds"] == pytest.approx(seconds)
