"""Progress is silent, a bar, or the caller's own."""

from contextlib import contextmanager

import pytest

from helpers.models import random_bernoulli
from scorerbm import BlockGibbs, ReverseSDE
from scorerbm._progress import progress_bar


class Recorder:
    """A display that remembers what it was told."""

    def __init__(self):
        self.total, self.description, self.steps, self.shown = None, None, [], []
        self.closed = False

    @contextmanager
    def __call__(self, total, description):
        self.total, self.description = total, description

        def update(n=1, /, **shown):
            self.steps.append(n)
            self.shown.append(shown)

        yield update
        self.closed = True


def test_silent_by_default(capsys):
    with progress_bar(False, 3, "work") as update:
        update()
        update(2, loss=1.0)
    out = capsys.readouterr()
    assert out.out == ""
    assert out.err == ""


def test_a_bar_on_standard_error(capsys):
    with progress_bar(True, 3, "work") as update:
        update(1, loss=0.123456)
        update(2)
    out = capsys.readouterr()
    assert out.out == ""
    assert "work" in out.err
    assert "3/3" in out.err
    assert "loss=0.1235" in out.err


def test_the_callers_own_display():
    recorder = Recorder()
    with progress_bar(recorder, 3, "work") as update:
        update(2, loss=1.0)
        update()
    assert (recorder.total, recorder.description) == (3, "work")
    assert recorder.steps == [2, 1]
    assert recorder.shown == [{"loss": 1.0}, {}]
    assert recorder.closed


@pytest.mark.parametrize(
    ("sampler", "total"), [(BlockGibbs, 7), (ReverseSDE, 7)], ids=["gibbs", "reverse"]
)
def test_samplers_report_every_step(sampler, total):
    recorder = Recorder()
    sampler(total, progress=recorder).sample(random_bernoulli(3, 2), 4)
    assert recorder.total == sum(recorder.steps) == total
    assert recorder.closed
