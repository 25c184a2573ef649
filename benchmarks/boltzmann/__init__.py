"""Samples of Boltzmann distributions a second, at equal quality."""
