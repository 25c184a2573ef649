"""What the estimators of every family share."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.base import BaseEstimator, ClassNamePrefixFeaturesOutMixin, TransformerMixin
from sklearn.utils import check_random_state
from sklearn.utils.validation import check_is_fitted, validate_data

from .. import _check
from .._seed import derive_key
from ..backends.protocol import Reals
from ..evaluate import LogPartition, log_likelihood, log_partition
from ..evaluate.enumeration import ENUMERABLE
from ..files import from_bytes, to_bytes
from ..rbm import RBM
from ..rbm.base import n_enumerable
from ..sample import BlockGibbs, Exact, Sampler
from ..train import Adam, ContrastiveDivergence, ScoreMatching, Stream
from ..train.score_matching import OPTIONS
from ..train.trainer import Trainer

__all__ = ["RBMEstimator"]

_ROWS_AT_ONCE = 4096
_CHAIN_SWEEPS = 1000
_OF_CHAINS = {"pcd": True, "cd": False}  # gradient of `ContrastiveDivergence` → persistent


class RBMEstimator(ClassNamePrefixFeaturesOutMixin, TransformerMixin, BaseEstimator, ABC):  # type: ignore[misc]
    """A trainer and its model behind scikit-learn's interface."""

    _family: ClassVar[str]
    _of_family: ClassVar[tuple[str, ...]] = ()
    """Parameters that the trainer has for this family alone."""

    n_hidden: int
    gradient: str
    n_sweeps: int | None
    n_epochs: int | None
    batch_size: int
    learning_rate: float
    weight_decay: float
    options: Mapping[str, Any] | None
    random_state: Any
    n_threads: int | None
    verbose: bool

    # -- what a family adds ------------------------------------------------------------------

    @abstractmethod
    def _checked(self, X: Any, **options: Any) -> Any:
        """Return what scikit-learn's check makes of data in their own units, (n, N)."""

    @abstractmethod
    def _states(self, X: Any) -> NDArray[Any]:
        """Return checked data as the trainer takes them."""

    # -- training ----------------------------------------------------------------------------

    def fit(self, X: Any, y: object = None) -> Self:
        """Train a model on data.

        Parameters
        ----------
        X : array_like, (n, N)
        y : ignored

        Returns
        -------
        self
        """
        v = self._states(self._checked(X, ensure_min_samples=2))
        self._seed = self._new_seed()
        fit = self._trainer().fit(v, seed=self._seed)
        self._take(fit.model)
        self.history_ = fit.history
        self._stream, self._rows_seen = None, 0
        return self

    def partial_fit(self, X: Any, y: object = None) -> Self:
        """Train on further rows, each once, in the order in which they come.

        The frequencies of bits, or the mean and spread of real units, are those of the first call.
        A model that was fitted before is trained on. The learning rate does not decay. Moments of
        the optimiser and persistent chains are kept between calls, but not in a pickle. Parameters
        that are set between calls do not change a training under way.

        Parameters
        ----------
        X : array_like, (n, N)
        y : ignored

        Returns
        -------
        self
        """
        new = not hasattr(self, "model_")
        v = self._states(self._checked(X, reset=new, ensure_min_samples=2 if new else 1))
        if new:
            self._seed, self._rows_seen, self._stream = self._new_seed(), 0, None
        if self._stream is None:
            # A model knows of its data more than a row says, which is there for its width.
            first = v if len(v) > 1 else np.repeat(v, 2, axis=0)
            init, seed = (None, self._seed) if new else (self.model_, self._next_seed())
            self._stream = self._trainer().stream(first, init=init, seed=seed)
        self._stream.update(v)
        self._rows_seen += len(v)
        self._take(self._stream.model)
        return self

    def _next_seed(self) -> int:
        """Return a seed for going on, whose random numbers have not made the present model."""
        high, low = derive_key(self._seed, "going on", self._rows_seen)
        return high << 32 | low

    def _take(self, model: RBM) -> None:
        self.model_ = model
        self._n_features_out = model.n_hidden
        self._log_partition: LogPartition | None = None

    def _trainer(self) -> Trainer:
        gradient = _check.choice("gradient", self.gradient, (*OPTIONS, *_OF_CHAINS))
        if not isinstance(self.options, (Mapping, type(None))):
            raise TypeError(f"options: got {self.options!r}, expected a mapping of names to values")
        given: dict[str, Any] = {
            "visible": self._family,
            "n_hidden": self.n_hidden,
            "n_epochs": self.n_epochs,
            "batch_size": self.batch_size,
            "optimizer": Adam(learning_rate=self.learning_rate, weight_decay=self.weight_decay),
            "n_threads": self.n_threads,
            "progress": bool(self.verbose),
            **{name: getattr(self, name) for name in self._of_family},
            **(self.options or {}),
        }
        if self.n_sweeps is not None:
            given["n_sweeps"] = self.n_sweeps
        if gradient in _OF_CHAINS:
            return ContrastiveDivergence(persistent=_OF_CHAINS[gradient], **given)
        return ScoreMatching(gradient=gradient, **given)

    def _new_seed(self, random_state: Any = None) -> int:
        """Return the seed that a random state stands for: an integer is one."""
        state = self.random_state if random_state is None else random_state
        if isinstance(state, (int, np.integer)) and not isinstance(state, bool):
            return _check.integer("random_state", state)
        return int(check_random_state(state).randint(np.iinfo(np.int32).max))

    # -- the model at work -------------------------------------------------------------------

    def transform(self, X: Any) -> NDArray[np.floating[Any]]:
        """Return p(h = 1 | v) of each row, (n, M): features for what comes next in a pipeline.

        Parameters
        ----------
        X : array_like, (n, N)

        Returns
        -------
        float array, (n, M)
            In single precision if the data are.
        """
        check_is_fitted(self)
        X = self._checked(X, reset=False)
        dtype = np.float32 if X.dtype == np.float32 else np.float64
        model = self.model_
        each = self._by_rows(lambda x: model.hidden_probability(model.standardise(x)), X)
        return each.astype(dtype, copy=False)

    def score_samples(self, X: Any) -> Reals:
        """Return ln p of each row, in nats; of real units the log-density in the data's units.

        ln Z is found at the first call; see ``log_partition_``.

        Parameters
        ----------
        X : array_like, (n, N)

        Returns
        -------
        float64 array, (n,)
        """
        log_z = self.log_partition_
        X = self._checked(X, reset=False)
        return self._by_rows(lambda x: log_likelihood(self.model_, x, log_z, units="data"), X)

    def score(self, X: Any, y: object = None) -> float:
        """Return the mean of `score_samples`: the larger, the better the model.

        Parameters
        ----------
        X : array_like, (n, N)
        y : ignored

        Returns
        -------
        float
        """
        return float(self.score_samples(X).mean())

    @property
    def log_partition_(self) -> LogPartition:
        """The model's ln Z, exact or with its standard error, found when first asked for.

        By enumeration up to 20 units in a layer (of real models, the hidden one), else by annealed
        importance sampling: `scorerbm.log_partition`.
        """
        check_is_fitted(self)
        if self._log_partition is None:
            self._log_partition = log_partition(
                self.model_, seed=self._seed, n_threads=self.n_threads
            )
        return self._log_partition

    def sample(
        self, n_samples: int = 1, *, random_state: Any = None, sampler: Sampler | None = None
    ) -> NDArray[Any]:
        """Draw samples of the model.

        Parameters
        ----------
        n_samples : int
        random_state : int, RandomState or None
            By default that of the estimator.
        sampler : Sampler, optional
            By default `scorerbm.Exact` where a layer can be enumerated, else `scorerbm.BlockGibbs`
            with 1000 sweeps, which do not cross between well separated modes.

        Returns
        -------
        array, (n_samples, N)
            Bits as uint8, or real numbers in the units of the data.
        """
        check_is_fitted(self)
        if not isinstance(sampler, (Sampler, type(None))):
            raise TypeError(f"sampler: got {sampler!r}, expected a Sampler")
        if sampler is None:
            few = n_enumerable(self.model_) <= ENUMERABLE
            sampler = (
                Exact(n_threads=self.n_threads)
                if few
                else BlockGibbs(n_sweeps=_CHAIN_SWEEPS, n_threads=self.n_threads)
            )
        return sampler.sample(self.model_, n_samples, seed=self._new_seed(random_state)).data

    def _by_rows(self, function: Callable[[ArrayLike], Reals], X: Any) -> Reals:
        """Apply a function to some rows at a time."""
        starts = range(0, X.shape[0], _ROWS_AT_ONCE)
        parts = (self._states(X[k : k + _ROWS_AT_ONCE]) for k in starts)
        return np.concatenate([function(x) for x in parts])

    # -- scikit-learn's protocols ------------------------------------------------------------

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.transformer_tags.preserves_dtype = ["float64", "float32"]
        return tags

    def __sklearn_is_fitted__(self) -> bool:
        return hasattr(self, "model_")

    def __getstate__(self) -> dict[str, Any]:
        """The model as the bytes of its file, which execute nothing; no training under way."""
        state = dict(super().__getstate__())
        if "model_" in state:
            state |= {"model_": to_bytes(self.model_), "_stream": None}
        return state

    def __setstate__(self, state: dict[str, Any]) -> None:
        super().__setstate__(state)
        if "model_" in state:
            self.model_ = from_bytes(state["model_"])

    def _validated(self, X: Any, **options: Any) -> Any:
        return validate_data(self, X, **options)

    _stream: Stream | None
