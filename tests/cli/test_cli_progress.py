"""Progress: live bars on a terminal, a few lines elsewhere."""

from __future__ import annotations

import io
import re

from rich.console import Console

from scorerbm.cli.progress import progress_on


def test_live_bars_share_one_display():
    console = Console(file=io.StringIO(), force_terminal=True, width=120)
    bars = progress_on(console)
    with bars(10, "outer") as outer, bars(4, "inner") as inner:
        inner(4, loss=0.25)
        outer(5)
        bars._display.refresh()
    shown = console.file.getvalue()
    for text in ("outer", "5/10", "inner", "4/4", "loss=0.25"):
        assert text in shown
    assert not bars._display.live.is_started
    with bars(2, "next"):
        assert [task.description for task in bars._display.tasks] == ["next"]


def test_progress_of_files_is_a_few_lines(capsys, monkeypatch):
    now = [0.0]
    monkeypatch.setattr("scorerbm.cli.progress.time.monotonic", lambda: now[0])
    display = progress_on(Console(file=io.StringIO(), force_terminal=False))
    with display(1000, "work") as update:
        for i in range(1000):
            now[0] += 1.0
            update(1, loss=i / 1000)
    lines = capsys.readouterr().err.splitlines()
    assert lines[0] == "work: 100/1000 (100 s) loss=0.099"
    assert [re.match(r"work: (\d+)/1000", line)[1] for line in lines] == [
        str(n) for n in range(100, 1001, 100)
    ]


def test_quick_work_shows_no_lines(capsys):
    with progress_on(Console(file=io.StringIO(), force_terminal=False))(10, "work") as update:
        for _ in range(10):
            update()
    assert capsys.readouterr().err == ""
