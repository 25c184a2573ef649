"""Real data as bits with an RBM for a prior."""

from __future__ import annotations

from typing import Any

from numpy.typing import ArrayLike, NDArray

from .. import _check
from .._seed import derive_key
from ..backends import in_use
from ..backends.protocol import Bits, Reals
from ..rbm import BernoulliRBM
from ..rbm.base import check_one
from ..sample import BlockGibbs, SampleSet
from ..sample.base import Sampler
from .codes import code_probability, draw_codes, row_ids
from .coding import Decoder, Encoder
from .conversions import Decoding, Encoding, as_decoder, as_encoder
from .samples import LatentSamples

__all__ = ["LatentModel"]


class LatentModel:
    r"""An RBM of binary codes between an encoder and a decoder.

    .. math:: x \to z \sim q(z|x), \qquad p(x) = \sum_z p_\theta(z)\, p(x|z)

    The codes z are bits, so that whatever samples a `BernoulliRBM` generates x: block Gibbs,
    tempering, the reverse SDE, or one anneal.

    Parameters
    ----------
    encoder : Encoder, RBM or callable
        Gives the bits' probabilities q(z_k = 1|x). An RBM stands for its `HiddenLayer`, a callable
        for a `FunctionEncoder`: it takes data (n, …) and returns probabilities or bits (n, K).
    prior : BernoulliRBM
        Of the codes: its K visible units are their bits. `fit_latent` trains it.
    decoder : Decoder, RBM or callable
        Likewise: a callable takes bits (n, K) and returns data (n, …).

    Raises
    ------
    TypeError, ValueError
        If an argument is not as described, or the lengths of codes disagree.

    Examples
    --------
    >>> import numpy as np
    >>> import scorerbm as sr
    >>> x = np.random.default_rng(0).normal(size=(200, 3))
    >>> layer = sr.ScoreMatching(n_hidden=4, visible="gaussian", n_epochs=2).fit(x).model
    >>> fit = sr.fit_latent(x, layer, trainer=sr.ScoreMatching(n_hidden=5, n_epochs=2))
    >>> fit.model.sample(10, sr.ParallelTempering(20)).data.shape
    (10, 3)
    """

    def __init__(self, encoder: Encoding, prior: BernoulliRBM, decoder: Decoding) -> None:
        self._encoder, self._decoder = as_encoder(encoder), as_decoder(decoder)
        if not isinstance(prior, BernoulliRBM):
            raise TypeError(f"prior: got {type(prior).__name__}, expected a BernoulliRBM")
        check_one("prior", prior)
        self._prior = prior
        for name, coder in (("encoder", self._encoder), ("decoder", self._decoder)):
            if coder.n_bits not in (None, self.n_bits):
                raise ValueError(
                    f"{name}: got codes of {coder.n_bits} bits, expected {self.n_bits}, the "
                    "visible units of the prior"
                )

    @property
    def encoder(self) -> Encoder:
        """What gives data their codes."""
        return self._encoder

    @property
    def prior(self) -> BernoulliRBM:
        """The RBM of the codes."""
        return self._prior

    @property
    def decoder(self) -> Decoder:
        """What gives codes their data."""
        return self._decoder

    @property
    def n_bits(self) -> int:
        """Length K of a code."""
        return self._prior.n_visible

    def probability(self, x: ArrayLike) -> Reals:
        """q(z_k = 1 | x), (n, K), for data x, (n, …).

        Raises
        ------
        ValueError
            If the encoder returns anything but probabilities of this shape.
        """
        return code_probability(self._encoder, x, self.n_bits)

    def encode(self, x: ArrayLike, *, seed: int = 0, first_row: int = 0) -> Bits:
        """Draw a code of each datum.

        Parameters
        ----------
        x : array_like, (n, …)
            In the units of the data.
        seed : int
            The same seed gives the same codes, row by row.
        first_row : int
            Number of the first row, which selects its random numbers.

        Returns
        -------
        uint8 array, (n, K)
        """
        return draw_codes(self.probability(x), seed, first_row)

    def decode(
        self, bits: ArrayLike, *, noise: bool = False, seed: int = 0, first_row: int = 0
    ) -> NDArray[Any]:
        """Return data of codes.

        Parameters
        ----------
        bits : array_like, (n, K)
        noise : bool
            Draw x from p(x|z), with the decoder's residual width; else return its mean.
        seed, first_row : int
            Of the noise, as in `encode`.

        Returns
        -------
        array, (n, …)
            In the units of the data.

        Raises
        ------
        ValueError
            If they are not bits of this shape, or there is noise to draw of unknown width.
        TypeError
            If ``noise`` is neither True nor False.
        """
        z = _check.bits("bits", bits, (None, self.n_bits))
        if not _check.boolean("noise", noise):
            return self._decoder.mean(z)
        key = derive_key(seed, "decoder noise")
        return self._decoder.draw(z, row_ids(len(z), first_row), key, in_use()[0])

    def reconstruct(self, x: ArrayLike, *, noise: bool = False, seed: int = 0) -> NDArray[Any]:
        """Return `decode` of `encode`: how much of the data the codes keep, prior apart."""
        return self.decode(self.encode(x, seed=seed), noise=noise, seed=seed)

    def sample(
        self,
        n_samples: int,
        sampler: Sampler | None = None,
        *,
        noise: bool | None = None,
        seed: int = 0,
        first_chain: int = 0,
    ) -> LatentSamples:
        """Draw codes from the prior by any sampler, and decode them.

        Parameters
        ----------
        n_samples : int
        sampler : Sampler, optional
            Whatever samples a `BernoulliRBM`, an `Annealer` too; `BlockGibbs` by default.
        noise : bool, optional
            As in `decode`; by default wherever the decoder knows its noise.
        seed, first_chain : int
            As in `Sampler.sample`.

        Returns
        -------
        LatentSamples

        Raises
        ------
        TypeError, ValueError
            If an argument is not as described, or the sampler cannot draw from the prior.
        """
        if noise is not None:
            _check.boolean("noise", noise)
        sampler = BlockGibbs() if sampler is None else sampler
        if not isinstance(sampler, Sampler):
            raise TypeError(f"sampler: got {type(sampler).__name__}, expected a Sampler")
        codes = sampler.sample(self._prior, n_samples, seed=seed, first_chain=first_chain)
        return self.decoded(codes, noise=noise)

    def decoded(
        self, codes: SampleSet, *, noise: bool | None = None, seed: int | None = None
    ) -> LatentSamples:
        """Decode samples of the prior that were drawn elsewhere, as in a session of an annealer.

        Parameters
        ----------
        codes : SampleSet
            The number of its first chain is that of the noise.
        noise : bool, optional
            As in `sample`.
        seed : int, optional
            Of the noise, by default that of the codes. Later states of the same chains, which
            have the same seed, need another to get noise of their own.

        Returns
        -------
        LatentSamples
        """
        if not isinstance(codes, SampleSet):
            raise TypeError(f"codes: got {type(codes).__name__}, expected a SampleSet")
        noise = self._decoder.noisy if noise is None else noise
        seed = codes.info.get("seed", 0) if seed is None else seed
        first = codes.info.get("first_chain", 0)
        data = self.decode(codes.visible, noise=noise, seed=seed, first_row=first)
        return LatentSamples(data, codes)

    def __repr__(self) -> str:
        names = (type(x).__name__ for x in (self._encoder, self._prior, self._decoder))
        return f"LatentModel({', '.join(names)}, n_bits={self.n_bits})"
