"""The README's examples are true, and what it and the documentation point at exists."""

from __future__ import annotations

import doctest
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
README = ROOT / "README.md"
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])


def python_examples(text):
    """The fenced Python blocks as one doctest, line numbers kept."""
    lines, inside = [], False
    for line in text.splitlines():
        fence = line.startswith("```")
        lines.append(line if inside and not fence else "")
        if fence:
            inside = line == "```python"
    return doctest.DocTestParser().get_doctest("\n".join(lines), {}, "README.md", str(README), 0)


def broken_links(page):
    """Relative targets of Markdown links that do not exist."""
    targets = re.findall(r"\]\(([^)\s]+)\)", page.read_text(encoding="utf-8"))
    local = [t.partition("#")[0] for t in targets if not re.match(r"[a-z]+:|#", t)]
    return [target for target in local if not (page.parent / target).exists()]


def failures(text):
    """Number of examples whose output is not the one shown, and of all examples."""
    runner = doctest.DocTestRunner()
    return runner.run(python_examples(text))


def test_examples_are_true():
    failed, attempted = failures(README.read_text(encoding="utf-8"))
    assert attempted > 10
    assert failed == 0


def test_a_false_example_fails(capsys):
    text = "```python\n>>> 1 + 1\n2\n```\n\n```python\n>>> 1 + 1\n3\n```\n"
    assert tuple(failures(text)) == (1, 2)
    assert "Expected:" in capsys.readouterr().out


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_somewhere(page):
    assert broken_links(page) == []


def test_a_dead_link_is_found(tmp_path):
    page = tmp_path / "page.md"
    page.write_text("[here](page.md#top) [away](https://example.org) [gone](missing.md)")
    assert broken_links(page) == ["missing.md"]
