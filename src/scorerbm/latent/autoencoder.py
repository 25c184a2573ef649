"""A binary autoencoder, as arrays."""

from __future__ import annotations

from typing import Any

from numpy.typing import ArrayLike, NDArray

from .. import _check
from ..backends import in_use
from ..backends.protocol import Backend, Domain, Key, Reals, Words
from ..rbm import Standardisation
from .coding import Decoder, Encoder
from .network import DenseNetwork

__all__ = ["LIKELIHOODS", "BinaryAutoencoder"]

LIKELIHOODS = ("gaussian", "bernoulli")


class BinaryAutoencoder(Encoder, Decoder):
    r"""Two dense networks that code data in bits and decode them.

    .. math:: q(z_k = 1|x) = \sigma(f_k(y)), \qquad p(x|z): \; y_i \sim N(g_i(z), s_i^2)

    for standardised data y = (x - mean)/scale; or, for data from 0 to 1, :math:`p(x_i = 1|z) =
    \sigma(g_i(z))`. `AutoencoderTrainer` trains it, on PyTorch; it works and is saved without.

    Parameters
    ----------
    encoder : DenseNetwork
        f, from N numbers to K.
    decoder : DenseNetwork
        g, from K to N.
    mean, scale : array_like, (N,)
        Of the data, for the encoder and for Gaussian outputs; the scale is positive.
    residual : array_like, (N,), optional
        Width of the data around the decoder's means, in their own units: scale · s. Of Gaussian
        outputs only.
    likelihood : {"gaussian", "bernoulli"}

    Raises
    ------
    TypeError, ValueError
        If an argument is not as described.
    """

    def __init__(
        self,
        encoder: DenseNetwork,
        decoder: DenseNetwork,
        *,
        mean: ArrayLike,
        scale: ArrayLike,
        residual: ArrayLike | None = None,
        likelihood: str = "gaussian",
    ) -> None:
        for name, network in (("encoder", encoder), ("decoder", decoder)):
            if not isinstance(network, DenseNetwork):
                raise TypeError(f"{name}: got {type(network).__name__}, expected a DenseNetwork")
        sizes = encoder.n_outputs, encoder.n_inputs
        if (decoder.n_inputs, decoder.n_outputs) != sizes:
            raise ValueError(
                f"decoder: got {decoder.n_inputs} inputs and {decoder.n_outputs} outputs, expected "
                f"{sizes[0]} and {sizes[1]}"
            )
        self._encoder, self._decoder = encoder, decoder
        self._likelihood = _check.choice("likelihood", likelihood, LIKELIHOODS)
        n = encoder.n_inputs
        self._standardisation = Standardisation(
            _check.real_array("mean", mean, (n,)).copy(), _positive("scale", scale, n)
        )
        if residual is not None and likelihood != "gaussian":
            raise ValueError("residual: got an array, expected None for bits, which have no width")
        self._residual = None if residual is None else _positive("residual", residual, n, 0.0)
        self.n_bits = encoder.n_outputs

    @property
    def likelihood(self) -> str:
        """Of the data given a code."""
        return self._likelihood

    @property
    def standardisation(self) -> Standardisation:
        """What data go through before they are encoded."""
        return self._standardisation

    @property
    def networks(self) -> tuple[DenseNetwork, DenseNetwork]:
        """Encoder and decoder."""
        return self._encoder, self._decoder

    @property
    def n_visible(self) -> int:
        """Numbers N of a datum."""
        return self._encoder.n_inputs

    def log_odds(self, x: ArrayLike) -> Reals:
        """Log-odds of the bits, (n, K), for data in their own units, (n, N)."""
        y = self._standardisation.apply(_check.real_array("x", x, (None, self.n_visible)))
        return self._encoder(y)

    def probability(self, x: ArrayLike) -> Reals:
        """q(z_k = 1 | x), (n, K), for data in their own units, (n, N)."""
        return in_use()[0].sigmoid(self.log_odds(x))

    def mean(self, bits: ArrayLike) -> Reals:
        """E[x | z], (n, N), in the units of the data."""
        out = self._decoder(_check.bits("bits", bits, (None, self.n_bits)))
        if self._likelihood == "bernoulli":
            return in_use()[0].sigmoid(out)
        return self._standardisation.undo(out)

    @property
    def residual(self) -> Reals | None:
        """Standard deviation of x around its mean, in the units of the data, if it is known."""
        return self._residual

    @property
    def noisy(self) -> bool:
        """Whether it is known; bits are always drawn."""
        return self._likelihood == "bernoulli" or super().noisy

    def draw(self, bits: ArrayLike, rows: Words, key: Key, backend: Backend) -> NDArray[Any]:
        """Draw x given z: normal numbers around the means, or bits."""
        if self._likelihood == "bernoulli":
            return backend.bernoulli(self.mean(bits), rows, key, step=0, domain=Domain.VISIBLE)
        return super().draw(bits, rows, key, backend)

    def __repr__(self) -> str:
        return (
            f"BinaryAutoencoder(n_visible={self.n_visible}, n_bits={self.n_bits}, "
            f"likelihood={self._likelihood!r})"
        )


def _positive(name: str, value: ArrayLike, n: int, least: float | None = None) -> Reals:
    array = _check.real_array(name, value, (n,)).copy()
    if least is None and not (array > 0.0).all():
        raise ValueError(f"{name}: got {array.min()}, expected more than 0")
    if least is not None and not (array >= least).all():
        raise ValueError(f"{name}: got {array.min()}, expected at least {least:g}")
    return array
