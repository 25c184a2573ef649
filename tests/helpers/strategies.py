"""Hypothesis strategies."""

from hypothesis import strategies as st

from .models import random_bernoulli

bernoulli_models = st.builds(
    lambda n, m, seed, scale: random_bernoulli(n, m, seed=seed, scale=scale),
    st.integers(1, 6),
    st.integers(1, 6),
    st.integers(0, 999),
    st.sampled_from([0.0, 0.1, 1.0, 5.0, 50.0]),
)
"""Small enough to enumerate; from independent units to couplings that saturate."""
