"""The estimators are scikit-learn's in every respect that it checks, and the package's models."""

from __future__ import annotations

import copy
import importlib.util
import pickle
import pickletools
import unittest

import numpy as np
import pytest
from scipy import sparse
from sklearn.base import clone
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.utils.estimator_checks import parametrize_with_checks

import scorerbm as sr
from helpers.statistics import ACCEPT, REJECT, chi_square_states
from scorerbm.sklearn import GaussianScoreRBM, ScoreRBM

FRAMES = all(importlib.util.find_spec(name) for name in ("pandas", "polars"))


def bits(n=200, seed=0):
    """Two modes, of four equal bits each, and a fair coin."""
    rng = np.random.default_rng(seed)
    mode = rng.integers(0, 2, (n, 1))
    return np.hstack([mode, mode, 1 - mode, 1 - mode, rng.integers(0, 2, (n, 1))]).astype(np.uint8)


def reals(n=200, seed=0):
    """Two modes in three units of very different spreads."""
    rng = np.random.default_rng(seed)
    return (rng.choice([-2.0, 2.0], (n, 1)) + rng.normal(size=(n, 3))) * [1.0, 100.0, 0.01] + 5.0


ESTIMATORS = {
    "bits": (ScoreRBM(n_hidden=3, n_epochs=8, random_state=1), bits()),
    "reals": (GaussianScoreRBM(n_hidden=3, n_epochs=8, random_state=1), reals()),
}


@pytest.fixture(params=ESTIMATORS)
def case(request):
    estimator, X = ESTIMATORS[request.param]
    return clone(estimator), X


# -- scikit-learn's own checks ---------------------------------------------------------------


@parametrize_with_checks(
    [ScoreRBM(n_hidden=3, n_epochs=2), GaussianScoreRBM(n_hidden=3, n_epochs=2)]
)
def test_scikit_learns_checks(estimator, check, monkeypatch):
    monkeypatch.setenv("SCIPY_ARRAY_API", "1")  # without it, what it is about is not checked
    try:
        check(estimator)
    except unittest.SkipTest as reason:
        if FRAMES:
            pytest.fail(f"left out although all is here: {reason}")
        pytest.skip(str(reason))


# -- the package behind it -------------------------------------------------------------------


def test_it_is_the_trainer(case):
    estimator, X = case
    estimator.set_params(batch_size=30, learning_rate=0.02, weight_decay=0.1, n_sweeps=2)
    options = {
        "n_hidden": 3, "n_epochs": 8, "batch_size": 30, "n_sweeps": 2,
        "visible": "bernoulli" if isinstance(estimator, ScoreRBM) else "gaussian",
        "optimizer": sr.Adam(learning_rate=0.02, weight_decay=0.1),
    }  # fmt: skip
    trainers = {
        "recovery": sr.ScoreMatching(**options),
        "covariance": sr.ScoreMatching(gradient="covariance", **options),
        "pcd": sr.ContrastiveDivergence(**options),
        "cd": sr.ContrastiveDivergence(persistent=False, **options),
    }
    for gradient, trainer in trainers.items():
        fit = trainer.fit(X, seed=1)
        estimator.set_params(gradient=gradient).fit(X)
        assert same(estimator.model_, fit.model)
        assert [row["loss"] for row in estimator.history_] == [row["loss"] for row in fit.history]
        seen = fit.model.standardise(X)
        assert (estimator.transform(X) == fit.model.hidden_probability(seen)).all()


def same(a, b):
    return all((x == b.parameters[name]).all() for name, x in a.parameters.items())


def test_further_options_of_the_trainer():
    X = bits()
    estimator = ScoreRBM(n_hidden=3, n_epochs=3, options={"recovery_snr": 4.0}, random_state=1)
    fit = sr.ScoreMatching(n_hidden=3, n_epochs=3, recovery_snr=4.0).fit(X, seed=1)
    assert same(estimator.fit(X).model_, fit.model)


def test_random_states(case):
    estimator, X = case
    models = {}
    for name, state in (("1", 1), ("one", np.random.RandomState(1)), ("none", None)):
        models[name] = [clone(estimator.set_params(random_state=state)).fit(X) for _ in range(2)]
    assert same(*(e.model_ for e in models["1"]))
    assert same(*(e.model_ for e in models["one"]))  # a clone has a copy of it
    assert not same(*(e.model_ for e in models["none"]))
    fitted = models["1"][0]
    assert (fitted.sample(20) == fitted.sample(20)).all()
    assert (fitted.sample(20) != fitted.sample(20, random_state=2)).any()


def test_score_is_the_log_density(case):
    """Sums to one over all states, or over a grid in the units of the data."""
    estimator, X = case
    estimator.set_params(n_epochs=100).fit(X)
    if isinstance(estimator, ScoreRBM):
        every = (np.arange(32)[:, None] >> np.arange(5)) & 1
        assert np.exp(estimator.score_samples(every)).sum() == pytest.approx(1.0, abs=1e-9)
    else:
        one = GaussianScoreRBM(n_hidden=3, n_epochs=8, random_state=1).fit(X[:, 1:2])
        grid = np.linspace(-1500.0, 1500.0, 4001)
        total = np.exp(one.score_samples(grid[:, None])).sum() * (grid[1] - grid[0])
        assert total == pytest.approx(1.0, abs=1e-6)
    assert estimator.log_partition_.method == "exact"
    assert estimator.score(X) == pytest.approx(estimator.score_samples(X).mean())
    rng = np.random.default_rng(3)
    shuffled = np.stack([rng.permutation(x) for x in X.T], axis=1)
    assert estimator.score(X) > estimator.score(shuffled) + 0.5


def test_large_models_are_annealed_once(monkeypatch):
    calls = []

    def annealed(model, **options):
        calls.append(options)
        return sr.LogPartition(30.0, 0.1, "ais")

    monkeypatch.setattr("scorerbm.sklearn.base.log_partition", annealed)
    estimator = ScoreRBM(n_hidden=3, n_epochs=2, random_state=4).fit(bits())
    before = estimator.score_samples(bits())
    assert (estimator.score_samples(bits()) == before).all()
    assert (before == -estimator.model_.free_energy(bits()) - 30.0).all()
    assert [options["seed"] for options in calls] == [4]
    estimator.fit(bits())
    estimator.score(bits())
    assert len(calls) == 2


def test_samples_follow_the_model():
    """With a model that is trained a little less for a control."""
    X = bits(1000)
    estimator = ScoreRBM(n_hidden=2, n_epochs=20, random_state=0).fit(X)
    every = (np.arange(32)[:, None] >> np.arange(5)) & 1
    law, other = (
        np.exp(e.score_samples(every))
        for e in (estimator, ScoreRBM(n_hidden=2, n_epochs=3, random_state=0).fit(X))
    )
    for sampler in (None, sr.BlockGibbs(n_sweeps=500)):
        drawn = estimator.sample(4000, random_state=5, sampler=sampler)
        assert drawn.shape == (4000, 5)
        assert drawn.dtype == np.uint8
        assert chi_square_states(drawn, law) > ACCEPT
        assert chi_square_states(drawn, other) < REJECT


def test_samples_of_real_units_are_in_the_units_of_the_data():
    X = reals(1000)
    drawn = GaussianScoreRBM(n_hidden=3, random_state=0, n_epochs=20).fit(X).sample(4000)
    error = np.sqrt(X.var(axis=0) * (1 / 1000 + 1 / 4000))
    assert (np.abs(drawn.mean(axis=0) - X.mean(axis=0)) < 6 * error).all()
    assert np.abs(np.log(drawn.std(axis=0) / X.std(axis=0))).max() < 0.1


# -- data ------------------------------------------------------------------------------------


def test_binarize():
    X = bits() * np.random.default_rng(0).uniform(0.6, 1.0, (200, 5))
    whole = ScoreRBM(n_hidden=2, n_epochs=2, random_state=0).fit(bits())
    assert same(whole.model_, clone(whole).fit(X).model_)
    assert same(whole.model_, clone(whole).set_params(binarize=127.0).fit(X * 255).model_)
    assert same(whole.model_, clone(whole).set_params(binarize=None).fit(bits()).model_)
    assert not same(whole.model_, clone(whole).set_params(binarize=0.8).fit(X).model_)
    with pytest.raises(ValueError, match=r"X: got .* expected only 0 and 1"):
        clone(whole).set_params(binarize=None).fit(X)
    with pytest.raises(TypeError, match="binarize: got str 'half'"):
        clone(whole).set_params(binarize="half").fit(X)


@pytest.mark.parametrize("kind", [sparse.csr_matrix, sparse.csc_array, sparse.coo_array])
@pytest.mark.parametrize("binarize", [None, 0.5, 0.0, -0.5])
def test_sparse_data_are_dense_data(kind, binarize):
    X = bits().astype(float) if binarize is None else bits() * 3.0 - 0.7 * bits(seed=1)
    dense = ScoreRBM(n_hidden=2, n_epochs=2, binarize=binarize, random_state=0)
    thin = clone(dense).fit(kind(X))
    dense.fit(X)
    assert same(thin.model_, dense.model_)
    assert (thin.transform(kind(X)) == dense.transform(X)).all()
    assert (thin.score_samples(kind(X)) == dense.score_samples(X)).all()


def test_precision_is_kept(case):
    estimator, X = case
    estimator.fit(X)
    assert estimator.transform(X.astype(np.float32)).dtype == np.float32
    assert estimator.transform(X.astype(np.float64)).dtype == np.float64


def test_many_rows_are_worked_on_in_parts(case, monkeypatch):
    estimator, X = case
    estimator.fit(X)
    whole = estimator.transform(X), estimator.score_samples(X)
    monkeypatch.setattr("scorerbm.sklearn.base._ROWS_AT_ONCE", 7)
    assert (estimator.transform(X) == whole[0]).all()
    assert (estimator.score_samples(X) == whole[1]).all()


@pytest.mark.parametrize("library", ["pandas", "polars"])
def test_names_come_from_frames(library, case):
    frames = pytest.importorskip(library)
    estimator, X = case
    names = [f"gene {i}" for i in range(X.shape[1])]
    frame = frames.DataFrame(dict(zip(names, X.T, strict=True)))
    assert same(clone(estimator).fit(X).model_, estimator.fit(frame).model_)
    assert estimator.feature_names_in_.tolist() == names
    kind = type(estimator).__name__.lower()
    assert estimator.get_feature_names_out().tolist() == [f"{kind}{j}" for j in range(3)]
    out = estimator.set_output(transform=library).transform(frame)
    assert isinstance(out, frames.DataFrame)
    assert list(out.columns) == [f"{kind}{j}" for j in range(3)]
    with pytest.raises(ValueError, match="feature names should match"):
        estimator.transform(frames.DataFrame(dict(zip(names[::-1], X.T, strict=True))))


# -- partial_fit -----------------------------------------------------------------------------


def test_partial_fit_is_the_stream(case):
    estimator, X = case
    family = "bernoulli" if isinstance(estimator, ScoreRBM) else "gaussian"
    stream = sr.ScoreMatching(n_hidden=3, visible=family).stream(X[:120], seed=1)
    for part in (X[:120], X[120:130], X[130:]):
        stream.update(part)
        estimator.partial_fit(part)
        assert same(estimator.model_, stream.model)


def test_partial_fit_learns(case):
    estimator, _ = case
    make = bits if isinstance(estimator, ScoreRBM) else reals
    held_out = make(1000, seed=99)
    for seed in range(30):
        estimator.partial_fit(make(100, seed=seed))
        if seed == 0:
            before = estimator.score(held_out)
    assert estimator.score(held_out) > before + 0.5


def test_partial_fit_goes_on_from_a_fit(case):
    estimator, X = case
    start = estimator.fit(X).model_
    estimator.partial_fit(X[:1])
    moved = np.abs(estimator.model_.weights - start.weights).max()
    assert 0.0 < moved < 0.1  # two learning rates' worth would be much


@pytest.mark.parametrize("begun_by", ["fit", "partial_fit"])
def test_a_training_that_goes_on_has_new_random_numbers(begun_by, case, monkeypatch):
    """Whatever the gradient draws with: rows, persistent chains, the starts of these."""
    estimator, X = case
    seeds, stream = [], sr.ContrastiveDivergence.stream

    def noted(trainer, first, **options):
        seeds.append(options["seed"])
        return stream(trainer, first, **options)

    monkeypatch.setattr(sr.ContrastiveDivergence, "stream", noted)
    getattr(estimator.set_params(gradient="pcd"), begun_by)(X[:100])
    for _ in range(2):
        estimator = pickle.loads(pickle.dumps(estimator))
        start = estimator.model_
        estimator.partial_fit(X[100:150])
        assert not same(start, estimator.model_)
    used = seeds if begun_by == "partial_fit" else [1, *seeds]
    assert used[0] == 1
    assert len(set(used)) == len(used) == 3


def test_what_is_known_of_the_data_outlasts_a_few_rows(case):
    estimator, X = case
    known = estimator.fit(X).model_.data_mean
    estimator.partial_fit(X[:1])
    assert (estimator.model_.data_mean == known).all()
    twin = pickle.loads(pickle.dumps(estimator)).partial_fit(X[:50])
    assert (twin.model_.data_mean == known).all()


# -- copies and pickles ----------------------------------------------------------------------


def test_pickles_hold_the_bytes_of_the_models_file(case, tmp_path):
    estimator, X = case
    estimator.fit(X)
    content = pickle.dumps(estimator)
    sr.save(estimator.model_, tmp_path / "m.safetensors")
    assert (tmp_path / "m.safetensors").read_bytes() in content
    for other in (pickle.loads(content), copy.deepcopy(estimator)):
        assert same(other.model_, estimator.model_)
        assert (other.transform(X) == estimator.transform(X)).all()
        assert (other.score_samples(X) == estimator.score_samples(X)).all()
    named = {arg for _, arg, _ in pickletools.genops(content) if isinstance(arg, str)}
    assert not any(name.startswith("scorerbm.rbm") for name in named)


def test_damaged_pickles_are_refused(case):
    estimator, X = case
    state = estimator.fit(X).__getstate__()
    state["model_"] = state["model_"][:-1]
    with pytest.raises(ValueError, match="content: not a readable model"):
        type(estimator)().__setstate__(state)


def test_unfitted_estimators_travel_too(case):
    estimator, _ = case
    assert pickle.loads(pickle.dumps(estimator)).get_params() == estimator.get_params()


# -- errors ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ({"n_hidden": 0}, "n_hidden: got 0"),
        ({"gradient": "newton"}, r"gradient: got 'newton', expected one of .*'cd'.*'recovery'"),
        ({"gradient": ["pcd"]}, r"gradient: got \['pcd'\]"),
        ({"random_state": -1}, "random_state: got -1"),
        ({"options": 3}, "options: got 3, expected a mapping"),
        ({"learning_rate": -1.0}, "learning_rate: got -1"),
        ({"n_epochs": 0}, "n_epochs: got 0"),
    ],
)
def test_wrong_parameters_are_named(case, parameters, message):
    estimator, X = case
    with pytest.raises((ValueError, TypeError), match=message):
        estimator.set_params(**parameters).fit(X)


def test_only_samplers_sample(case):
    estimator, X = case
    with pytest.raises(TypeError, match="sampler: got 'gibbs', expected a Sampler"):
        estimator.fit(X).sample(3, sampler="gibbs")


# -- in company ------------------------------------------------------------------------------


def test_pipelines_and_searches():
    """The likelihood finds that three modes take more than one hidden unit; so do the labels."""
    rng = np.random.default_rng(0)
    mode = rng.integers(0, 3, 300)
    prototypes = np.array([[0, 0, 1, 1, 0, 1], [1, 1, 0, 0, 0, 1], [0, 1, 0, 1, 1, 0]])
    X = prototypes[mode] ^ (rng.uniform(size=(300, 6)) < 0.05)
    rbm = ScoreRBM(n_epochs=30, random_state=0)
    model = make_pipeline(rbm, LogisticRegression())
    search = GridSearchCV(model, {"scorerbm__n_hidden": [1, 8]}, cv=2).fit(X, mode)
    assert search.best_params_ == {"scorerbm__n_hidden": 8}
    assert search.best_score_ > 0.9
    by_likelihood = GridSearchCV(rbm, {"n_hidden": [1, 8]}, cv=2).fit(X)
    assert by_likelihood.best_params_ == {"n_hidden": 8}
