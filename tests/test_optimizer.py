"""Optimisers against their formulas, written out."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from scorerbm.train import SGD, Adam

RATES = {"constant": [1.0, 1.0, 1.0], "linear": [1.0, 0.5, 0.25], "cosine": [1.0, 0.5, 0.1464466]}


def gradients() -> list[dict[str, np.ndarray]]:
    rng = np.random.default_rng(0)
    return [
        {"weights": rng.normal(size=(3, 2)), "visible_bias": rng.normal(size=3)} for _ in range(3)
    ]


@pytest.mark.parametrize("decay", RATES)
def test_learning_rate_decays(decay: str) -> None:
    optimizer = SGD(learning_rate=2.0, decay=decay)
    rates = [optimizer.rate(x) for x in (0.0, 0.5, 0.75)]
    np.testing.assert_allclose(rates, 2.0 * np.array(RATES[decay]), rtol=1e-6)


def test_adam_takes_the_published_steps() -> None:
    options = Adam(learning_rate=0.1, decay="linear", weight_decay=0.3, beta1=0.8, beta2=0.9)
    stepper = options.start()
    start = {"weights": np.ones((3, 2)), "visible_bias": np.zeros(3)}
    got = {k: x.copy() for k, x in start.items()}
    for i, gradient in enumerate(gradients()):
        stepper.update(got, gradient, i / 3)
    for name, value in start.items():
        m, s, x = 0.0, 0.0, value.copy()
        for i, gradient in enumerate(gradients()):
            g, rate = gradient[name], 0.1 * (1 - i / 3)
            m, s = 0.8 * m + 0.2 * g, 0.9 * s + 0.1 * g**2
            if name == "weights":
                x = x - rate * 0.3 * x
            step = (m / (1 - 0.8 ** (i + 1))) / (np.sqrt(s / (1 - 0.9 ** (i + 1))) + 1e-8)
            x = x - rate * step
        np.testing.assert_allclose(got[name], x, rtol=1e-5)  # moments are in single precision


def test_momentum_accumulates() -> None:
    stepper = SGD(learning_rate=0.5, decay="constant", momentum=0.5).start()
    x = {"visible_bias": np.zeros(1)}
    for _ in range(3):
        stepper.update(x, {"visible_bias": np.ones(1)}, 0.0)
    assert x["visible_bias"][0] == pytest.approx(-0.5 * (1.0 + 1.5 + 1.75))


@pytest.mark.parametrize(
    ("cls", "options", "name"),
    [
        (Adam, {"learning_rate": 0.0}, "learning_rate: got 0.0"),
        (Adam, {"learning_rate": float("nan")}, "learning_rate: got nan"),
        (Adam, {"decay": "step"}, "decay: got 'step', expected one of"),
        (Adam, {"weight_decay": -1.0}, "weight_decay: got -1.0"),
        (Adam, {"beta1": 1.0}, "beta1: got 1.0"),
        (Adam, {"beta2": "x"}, "beta2: got str 'x'"),
        (Adam, {"epsilon": 0.0}, "epsilon: got 0.0"),
        (SGD, {"momentum": 1.0}, "momentum: got 1.0"),
    ],
)
def test_bad_options_are_named(cls: Any, options: dict[str, Any], name: str) -> None:
    with pytest.raises((ValueError, TypeError), match=name):
        cls(**options)
