"""Samplers for Ocean: drop-in `dimod.Sampler` classes."""
