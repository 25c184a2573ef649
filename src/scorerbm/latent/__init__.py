"""Real data as bits: an RBM of binary codes between an encoder and a decoder."""

from .coding import Decoder, Encoder, FunctionDecoder, FunctionEncoder
from .fit import LatentFit, fit_latent
from .hidden_layer import HiddenLayer
from .model import LatentModel
from .residual import residual_width
from .samples import LatentSamples

__all__ = [
    "Decoder",
    "Encoder",
    "FunctionDecoder",
    "FunctionEncoder",
    "HiddenLayer",
    "LatentFit",
    "LatentModel",
    "LatentSamples",
    "fit_latent",
    "residual_width",
]
