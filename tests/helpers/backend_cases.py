"""Every operation of a backend on a problem of a given size, and a comparison of all their bits."""

from __future__ import annotations

import hashlib
from typing import Any

import numpy as np
from numpy.typing import NDArray

from helpers.dense_cases import dense_results
from helpers.graph_cases import graph_results
from helpers.real_cases import real_results
from scorerbm.backends import Backend, Domain, IntegerRBM
from scorerbm.backends.bits import pack_bits
from scorerbm.backends.protocol import (
    CORRECT,
    PLAIN,
    PREDICT,
    Centre,
    Descent,
    Grid,
    StageNumbers,
    Stages,
    Tilt,
)

Results = dict[str, NDArray[Any]]

KEY = (0x243F6A88, 0x85A308D3)
SIZES = [
    # chains, visible, hidden
    (0, 3, 2),
    (1, 1, 1),
    (3, 7, 8),
    (130, 9, 17),
    (3, 63, 64),
    (33, 65, 63),
    (1, 64, 65),
    (31, 17, 1),
    (32, 8, 130),
    (9, 300, 20),
]


class Problem:
    """Arguments of every operation, for one size."""

    def __init__(self, chains: int, visible: int, hidden: int, seed: int = 0) -> None:
        rng = np.random.default_rng([seed, chains, visible, hidden])
        self.shape = chains, visible, hidden
        weights = rng.integers(-3000, 3000, (visible, hidden), dtype=np.int32)
        biases = [
            rng.integers(-3000, 3000, shape, dtype=np.int32)
            for shape in [visible, (chains, visible), hidden, (chains, hidden)]
        ]
        self.shared, self.per_chain = (
            IntegerRBM(weights, np.ascontiguousarray(weights.T), b, biases[2], 1024.0)
            for b in biases[:2]
        )
        self.hidden_bias_per_chain = biases[3]
        # Sums of 16 bits, with biases that fit them too and with some that do not.
        narrow = np.clip(weights // max(1, max(visible, hidden) // 8), -1000, 1000)
        self.narrow, self.wide_bias = (
            IntegerRBM(narrow, np.ascontiguousarray(narrow.T), b, c, 512.0, 16)
            for b, c in [
                (biases[0] // 4, biases[2] // 4),
                (biases[0] * 100, biases[2] * 100),
            ]
        )
        self.frozen = rng.integers(0, 2, (chains, visible), dtype=np.uint8)
        self.v = rng.integers(0, 2, (chains, visible), dtype=np.uint8)
        self.chains = rng.integers(0, 2**32, chains, dtype=np.uint32)
        self.beta = rng.uniform(0.0, 2.0, chains)
        self.x = 20.0 * rng.standard_normal((chains, visible))
        self.probability = rng.uniform(0.0, 1.0, (chains, visible))
        self.matrix = rng.standard_normal((visible, hidden))
        self.bias = rng.standard_normal((chains, hidden))
        self.hidden_numbers = rng.standard_normal(hidden)
        self.visible_numbers = rng.standard_normal(visible)
        self.small = min(visible, 9)
        self.floats, self.more_floats = (x.astype(np.float32) for x in (self.x, self.probability))

    def run(self, backend: Backend, n_threads: int = 1) -> Results:
        """Call every operation; the results by name."""
        _, N, M = self.shape
        draw: dict[str, Any] = {"step": 7, "domain": Domain.UNIFORM | 0x300}
        sweep: dict[str, Any] = {"beta": self.beta, "n_threads": n_threads}
        two = backend.gibbs(
            self.shared, self.v, self.chains, KEY, first_sweep=0, n_sweeps=2, mean=False, **sweep
        )
        three = backend.gibbs(
            self.per_chain, self.v, self.chains, KEY, first_sweep=9, n_sweeps=3, mean=True, **sweep
        )
        assert two.mean is None
        assert three.mean is not None
        narrow, wide, shared_frozen, frozen = (
            backend.gibbs(
                rbm, self.v, self.chains, KEY, first_sweep=5, n_sweeps=2, mean=mean, frozen=mask,
                **sweep,
            )
            for rbm, mean, mask in [
                (self.narrow, False, None),
                (self.wide_bias, False, None),
                (self.narrow, True, self.frozen.max(axis=0, initial=0)),
                (self.per_chain, False, self.frozen),
            ]
        )  # fmt: skip
        tempered = {name: self.temper(backend, rbm, offset, n_threads) for name, rbm, offset in [
            ("int32", self.shared, None),
            ("int16", self.narrow, None),
            ("offset", self.wide_bias, self.visible_numbers),
        ]}  # fmt: skip
        paths = {
            f"path.{k}, {name}": x
            for name, rbm, n_sweeps in [
                ("int32", self.shared, 1),
                ("int16", self.narrow, 2),
                ("wide", self.wide_bias._replace(channel_limit=3.0), 1),
            ]
            for k, x in self.path(backend, rbm, n_sweeps, n_threads).items()
        }
        rbm, K = self.shared, self.small
        return {
            "gibbs.visible": two.visible,
            "gibbs.hidden": two.hidden,
            "gibbs.visible, biases": three.visible,
            "gibbs.hidden, biases": three.hidden,
            "gibbs.mean": three.mean,
            "gibbs.visible, int16": narrow.visible,
            "gibbs.hidden, int16": narrow.hidden,
            "gibbs.visible, int16, wide": wide.visible,
            "gibbs.hidden, int16, wide": wide.hidden,
            "gibbs.visible, int16, frozen": shared_frozen.visible,
            "gibbs.mean, int16, frozen": _present(shared_frozen.mean),
            "gibbs.visible, frozen": frozen.visible,
            **{f"temper.{k}, {n}": x for n, r in tempered.items() for k, x in r.items()},
            **paths,
            "energy, int16": backend.energy(self.narrow, narrow.visible, narrow.hidden, n_threads),
            "energy, int32": backend.energy(self.shared, two.visible, two.hidden, n_threads),
            "conditional": backend.conditional(
                self.v, rbm.weights, rbm.hidden_bias, rbm.scale, n_threads
            ),
            "conditional, biases": backend.conditional(
                self.v, rbm.weights, self.hidden_bias_per_chain, rbm.scale, n_threads
            ),
            "bernoulli": backend.bernoulli(self.probability, self.chains, KEY, **draw),
            "uniform": backend.uniform(self.chains, N, KEY, **draw),
            "normal": backend.normal(self.chains, N, KEY, **draw),
            "logistic": backend.logistic(self.chains, M, KEY, **draw),
            "sigmoid": backend.sigmoid(self.x),
            "softplus": backend.softplus(self.x),
            "linear": backend.linear(self.x, self.matrix, self.hidden_numbers, n_threads),
            "linear, biases": backend.linear(self.x, self.matrix, self.bias, n_threads),
            **{
                f"stage, {name}": backend.stage(
                    self.floats,
                    self.more_floats,
                    start,
                    numbers,
                    self.chains,
                    KEY,
                    step=3,
                    n_threads=n_threads,
                )
                for name, start, numbers in [
                    ("noise", None, StageNumbers(0.9, 0.1, spread=0.3)),
                    ("start", self.more_floats, StageNumbers(-0.5, 0.7, 0.25)),
                    ("both", self.more_floats, StageNumbers(0.9, 0.1, 0.25, 0.3)),
                ]
            },
            "enumerate_states": backend.enumerate_states(
                self.matrix[:K], self.visible_numbers[:K], self.hidden_numbers, n_threads
            ),
            **self.train(backend, n_threads),
            **dense_results(backend, self.shape, self.chains, n_threads),
            **graph_results(backend, self.shape, self.chains, n_threads),
            **real_results(backend, self.shape, self.chains, n_threads),
        }

    def train(self, backend: Backend, n_threads: int) -> dict[str, Any]:
        """Operations of training."""
        C = self.shape[0]
        mu, lam = self.visible_numbers, self.hidden_numbers
        sums = backend.weight_sums(self.matrix, mu, lam, n_threads)
        out: dict[str, Any] = {f"weight_sums.{k}": np.asarray(x) for k, x in sums._asdict().items()}
        adam = Descent(0.01, 0.99, 0.9, 0.1, 5.0, 0.99, 0.01, 50.0, 1e-8)
        for name, rule in {"adam": adam, "momentum": Descent(0.1, 1.0, 0.5)}.items():
            narrow = self.matrix.astype(np.float32)
            outer = Centre(*(x.astype(np.float32) for x in (mu, lam, mu + 1.0, lam + 1.0)))
            for centre in (None, outer):
                value, first = self.matrix.copy(), np.float32(0.1) * narrow
                second = np.square(narrow) if name == "adam" else None
                backend.descend(value, narrow[::-1].copy(), first, second, rule, centre, n_threads)
                out[f"descend.{name}, {centre is not None}"] = np.stack([value, first])
        words, more = pack_bits(self.v), pack_bits(self.frozen)
        for bits in (16, 32):
            grid = Grid(1024.0 if bits == 16 else 65536.0, bits, 3.0, 0.5)
            w = self.matrix / (8.0 if bits == 16 else 1.0)
            before = backend.round_to_grid(-w, mu, lam, grid, None, n_threads)
            rbm = backend.round_to_grid(w, mu, lam, grid, before, n_threads)
            assert rbm.bits == bits
            tilt = Tilt(
                more[::2].copy(),
                self.chains[::2].copy(),
                np.linspace(0.0, 9.0, len(more[::2]), dtype=np.float32),
                KEY,
                4,
            )
            pairs = np.repeat(words[::2], 2, axis=0), np.repeat(self.chains[::2], 2)
            for name, (start, ids, given) in {
                "free": (words, self.chains, None),
                "tilted": (*pairs, tilt),
            }.items():
                result = backend.sweep_bits(
                    rbm, start, ids, KEY, first_sweep=6, n_sweeps=3, tilt=given,
                    n_threads=n_threads,
                )  # fmt: skip
                out[f"sweep_bits, {name}, int{bits}"] = np.stack(result)
            if C > 0:
                contrast = backend.contrast(
                    rbm, words, more[: C // 2 + 1], free_energy=True, n_threads=n_threads
                )
                weighted = backend.weighted_statistics(rbm, words, self.beta - 1.0, n_threads)
                for name, found in {"contrast": contrast, "weighted": weighted}.items():
                    out |= {
                        f"{name}.{k}, int{bits}": np.asarray(x) for k, x in found._asdict().items()
                    }
        out["overlaps"] = backend.overlaps(np.repeat(words, 3, axis=0), more)
        return out

    def path(
        self, backend: Backend, rbm: IntegerRBM, n_sweeps: int, n_threads: int
    ) -> dict[str, Any]:
        """Stages of every kind."""
        numbers = [
            # rate, half, keep, pull, base, spread, kind
            (0.1, 0.05, 0.8, 0.3, 0.0, 0.5, PLAIN),
            (0.5, 0.25, 1.1, -0.2, 0.0, 0.0, PREDICT),
            (0.7, 0.35, 0.4, 0.5, 0.5, 0.0, CORRECT),
            (9.0, 4.5, 0.6, 0.4, 0.0, 0.1, PLAIN),
        ]
        *reals, kind = (list(column) for column in zip(*numbers, strict=True))
        stages = Stages(*(np.array(x, np.float32) for x in reals), np.array(kind, np.uint8))
        result = backend.posterior_path(
            rbm, self.floats, self.v, self.chains, KEY, (5, 6), stages=stages,
            first_sweep=4, n_sweeps=n_sweeps, first_stage=2, n_threads=n_threads,
        )  # fmt: skip
        return result._asdict()

    def temper(
        self, backend: Backend, rbm: IntegerRBM, offset: Any, n_threads: int
    ) -> dict[str, Any]:
        """Ladders of four replicas over as many of the chains as these fill."""
        R, L = 4, self.shape[0] // 4
        slots = np.tile(np.array([2, 0, 3, 1], np.uint16), (L, 1))
        result = backend.temper(
            rbm,
            self.v[: L * R],
            self.chains[: L * R],
            self.chains[:L],
            KEY,
            first_sweep=3,
            n_sweeps=5,
            swap_every=2,
            betas=np.array([0.1, 0.4, 0.5, 1.0]),
            slots=slots,
            offset=offset,
            n_threads=n_threads,
        )
        return result._asdict()


def _present(value: Any) -> Any:
    assert value is not None
    return value


def assert_same_bits(got: Results, expected: Results) -> None:
    assert got.keys() == expected.keys()
    for name, value in expected.items():
        assert got[name].dtype == value.dtype, name
        assert got[name].shape == value.shape, name
        assert got[name].tobytes() == value.tobytes(), name


def digests(results: Results) -> dict[str, str]:
    """A fingerprint of each result."""
    return {name: hashlib.sha256(value.tobytes()).hexdigest() for name, value in results.items()}
