"""Real-valued digits: likelihoods of Gaussian–Bernoulli RBMs beside those of other densities."""
