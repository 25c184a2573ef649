"""The version is the same wherever it is written."""

from __future__ import annotations

import re
import tomllib
from datetime import date
from importlib import metadata
from pathlib import Path

ROOT = Path(__file__).parents[1]


def first_match(pattern, path):
    matches = re.findall(pattern, (ROOT / path).read_text(encoding="utf-8"), re.MULTILINE)
    assert matches, f"{path} has no line like {pattern}"
    return matches[0]


def project_version():
    return tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]


def test_the_installed_package_has_the_projects_version():
    assert metadata.version("scorerbm") == project_version()


def test_citation_has_the_projects_version():
    assert first_match(r"^version: (\S+)$", "CITATION.cff") == project_version()


def test_newest_entry_of_the_changelog_is_the_projects_version():
    newest, _ = first_match(r"^## \[(\d\S*)\] - (\S+)$", "CHANGELOG.md")
    assert newest == project_version()


def test_changelog_and_citation_agree_on_the_day():
    _, changelog = first_match(r"^## \[(\d\S*)\] - (\S+)$", "CHANGELOG.md")
    citation = first_match(r"^date-released: (\S+)$", "CITATION.cff")
    assert date.fromisoformat(changelog) == date.fromisoformat(citation)
