"""Real data as bits: an RBM of binary codes between an encoder and a decoder."""

from .autoencoder import BinaryAutoencoder
from .autoencoder_fit import AutoencoderFit
from .autoencoder_trainer import AutoencoderTrainer
from .coding import Decoder, Encoder, FunctionDecoder, FunctionEncoder
from .fit import LatentFit, fit_latent
from .hidden_layer import HiddenLayer
from .model import LatentModel
from .network import DenseNetwork
from .residual import residual_width
from .samples import LatentSamples
from .storage import load, save

__all__ = [
    "AutoencoderFit",
    "AutoencoderTrainer",
    "BinaryAutoencoder",
    "Decoder",
    "DenseNetwork",
    "Encoder",
    "FunctionDecoder",
    "FunctionEncoder",
    "HiddenLayer",
    "LatentFit",
    "LatentModel",
    "LatentSamples",
    "fit_latent",
    "load",
    "residual_width",
    "save",
]
