"""Its presence puts this folder on the import path: tests say ``from helpers.models import …``."""

import pytest
from hypothesis import settings

# The same examples on every run, and no example fails for being slow on a busy machine.
settings.register_profile("scorerbm", derandomize=True, deadline=None)
settings.load_profile("scorerbm")


@pytest.fixture(autouse=True)
def _own_cache(monkeypatch, tmp_path):
    """Embeddings that a user has kept are neither seen nor joined by those of tests."""
    monkeypatch.setenv("SCORERBM_CACHE", str(tmp_path / "cache"))
