"""The estimator of binary data."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import issparse

from .. import _check
from .base import RBMEstimator

__all__ = ["ScoreRBM"]


class ScoreRBM(RBMEstimator):
    r"""A restricted Boltzmann machine of bits, trained by score matching.

    A transformer whose features are :math:`p(h_j = 1 | v)`, and a density: `score_samples` is
    :math:`\ln p(v) = -F(v) - \ln Z`. Dense and sparse data are taken.

    Parameters
    ----------
    n_hidden : int
        M, the number of features that `transform` makes.
    gradient : {"recovery", "covariance", "gumbel", "mean_field", "literal", "pcd", "cd"}
        How to train: the gradients of `scorerbm.ScoreMatching`, or `scorerbm.ContrastiveDivergence`
        with persistent chains or without.
    n_sweeps : int, optional
        Sweeps an update; by default the trainer's.
    n_epochs : int, optional
        Passes over the data; by default as many as make 8000 updates, and at least 25.
    batch_size : int
    learning_rate : float
        Initial rate of Adam, which goes linearly to 0.
    weight_decay : float
        Of the weights; see `scorerbm.Adam`.
    binarize : float or None
        Data above this threshold are 1, others 0: by default the bits themselves, and of greys in
        [0, 1] the nearer one. With None the data must be 0 and 1.
    options : mapping, optional
        Further options of the trainer, such as ``{"recovery_snr": 2.0}``.
    random_state : int, RandomState or None
        The same integer gives the same model, and is the ``seed`` of the trainer.
    n_threads : int, optional
        All cores by default. Does not change the result.
    verbose : bool
        Show a progress bar.

    Attributes
    ----------
    model_ : BernoulliRBM
        For everything else that the package does with models.
    history_ : list of dict
        Of the training by `fit`.
    log_partition_ : LogPartition
        ln Z, when first asked for.
    n_features_in_ : int
    feature_names_in_ : array of str
        Where the data came with names.

    Examples
    --------
    >>> import numpy as np
    >>> from scorerbm.sklearn import ScoreRBM
    >>> X = np.repeat([[0, 0, 1, 1], [1, 1, 0, 0]], 50, axis=0)
    >>> rbm = ScoreRBM(n_hidden=2, n_epochs=50, random_state=0).fit(X)
    >>> rbm.transform(X).shape
    (100, 2)
    >>> bool(rbm.score(X) > rbm.score(1 - X % 2 * [1, 0, 1, 0]))
    True
    """

    _family: ClassVar[str] = "bernoulli"

    def __init__(
        self,
        n_hidden: int = 64,
        *,
        gradient: str = "recovery",
        n_sweeps: int | None = None,
        n_epochs: int | None = None,
        batch_size: int = 50,
        learning_rate: float = 0.01,
        weight_decay: float = 0.0,
        binarize: float | None = 0.5,
        options: Mapping[str, Any] | None = None,
        random_state: Any = None,
        n_threads: int | None = None,
        verbose: bool = False,
    ) -> None:
        self.n_hidden = n_hidden
        self.gradient = gradient
        self.n_sweeps = n_sweeps
        self.n_epochs = n_epochs
        self.batch_size = batch_size
        self.learning_rate = learning_rate
        self.weight_decay = weight_decay
        self.binarize = binarize
        self.options = options
        self.random_state = random_state
        self.n_threads = n_threads
        self.verbose = verbose

    def _checked(self, X: Any, **options: Any) -> Any:
        return self._validated(X, accept_sparse="csr", **options)

    def _states(self, X: Any) -> NDArray[Any]:
        sparse: bool = issparse(X)
        if self.binarize is None:
            return _check.bits("X", X.toarray() if sparse else X, (None, None))
        threshold = _check.number("binarize", self.binarize)
        if sparse and threshold < 0.0:  # what is not stored is above it
            X = X.toarray()
            sparse = False
        above = threshold < X
        return np.asarray(above.toarray() if sparse else above, dtype=np.uint8)

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.sparse = True
        return tags
