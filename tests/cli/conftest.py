"""What all tests of the command line share."""

from __future__ import annotations

import pytest


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """An empty working folder."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("SCORERBM_DEBUG", raising=False)
    return tmp_path
