"""How good are trained models, how fast do they become so, and where do they put weight?

    pip install matplotlib scikit-learn tqdm torch rbms            # the last two are compared with
    python benchmarks/quality.py --data FOLDER --out FOLDER        # everything
    python benchmarks/quality.py ... --parts tune curves           # likelihood against time
    python benchmarks/quality.py ... --parts curves --again        # the clock anew, settings kept
    python benchmarks/quality.py ... --parts observing             # other ways of recovery
    python benchmarks/quality.py ... --parts large modes pictures  # models too large to enumerate
    python benchmarks/quality.py ... --parts report                # tables and figures from files

Each run leaves its figures in a JSON file under ``--out``; what is there is not run again, so a
command that was stopped goes on where it was. The report shows what is there. FOLDER of ``--data``
has mnist10k.npz and the others; digits come with the package. One thread on one core.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

# Nothing that loads NumPy may be imported before the process is confined.
from ratios.confine import confine

if TYPE_CHECKING:
    from quality.large import Size, Variant
    from quality.method import Method
    from quality.problems import Problem

PARTS = ("tune", "curves", "observing", "large", "modes", "pictures", "report")
SMALL = ("digits", "plants", "nltcs", "mnist10k", "genomes805")
LARGE = ("genomes805", "mnist10k")
METHODS = ("recovery", "PCD", "gumbel", "rbms", "scikit-learn")
DRAWN = ("tempered from coins", "Gibbs", "reverse SDE")
TRAININGS = ("tuned", "first", "finished")


def parse(arguments: Sequence[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, help="folder with the data files")
    parser.add_argument("--out", type=Path, required=True, help="folder for all results")
    parser.add_argument("--parts", nargs="+", choices=PARTS, default=PARTS)
    parser.add_argument("--core", type=int, help="by default the last")
    curves = parser.add_argument_group("models that are enumerated")
    curves.add_argument("--problems", nargs="*", choices=SMALL, default=SMALL)
    curves.add_argument("--methods", nargs="+", choices=METHODS, default=METHODS)
    curves.add_argument("--again", action="store_true", help="forget the curves of these")
    curves.add_argument("--seeds", type=int, default=2, help="of each curve")
    curves.add_argument("--lengths", type=int, nargs="+", default=[500, 2000, 8000],
                        help="updates of each curve")  # fmt: skip
    curves.add_argument("--looks", type=int, default=8, help="models enumerated along a training")
    curves.add_argument("--tuning", type=int, default=3000, help="updates of a tuner's training")
    curves.add_argument("--observing", type=int, default=2000, help="updates of that part")
    curves.add_argument("--ways", nargs="+", help="of that part; by default all")
    large = parser.add_argument_group("models too large to enumerate")
    large.add_argument("--large", nargs="*", choices=LARGE, default=LARGE)
    large.add_argument("--trainings", nargs="+", choices=TRAININGS, default=TRAININGS)
    large.add_argument("--tune-only", action="store_true", help="of the part large")
    large.add_argument("--roads", nargs="+", choices=DRAWN, default=DRAWN, help="in pictures")
    large.add_argument("--tuning-epochs", type=int, help="of a tuner's training")
    large.add_argument("--epochs", type=int, help="of the tuned settings' trainings")
    return parser.parse_args(arguments)


def main(arguments: Sequence[str] | None = None) -> None:
    options = parse(arguments)
    confine(1, None if options.core is None else [options.core])
    Study(options).run()


class Study:
    """The parts asked for, each going on from files of the ones before."""

    def __init__(self, options: argparse.Namespace) -> None:
        from quality.cache import Cache

        self.options, self.cache = options, Cache(options.out)
        self.say: Any = lambda text: None

    def run(self) -> None:
        parts = self.options.parts
        if "tune" in parts or "curves" in parts:
            self.small("curves" in parts)
        for part in ("observing", "large", "modes", "pictures"):
            if part in parts:
                getattr(self, part)()
        if "report" in parts:
            self.report()

    # -- models that are enumerated ------------------------------------------------------------

    def small(self, with_curves: bool) -> None:
        work = list(self.pairs())
        if self.options.again:
            for problem, method in work:
                for path in (self.options.out / "curves" / problem.label).glob(f"{method.name}-*"):
                    path.unlink()
        for problem, method in self.bar(work):
            self.tuned(problem, method)
            if with_curves:
                self.curves(problem, method)
                self.far(problem, method)

    def pairs(self) -> Iterator[tuple[Problem, Method]]:
        from quality import curves, problems

        for name in self.options.problems:
            problem = problems.load(name, problems.SMALL[name], self.options.data)
            for method in self.options.methods:
                yield problem, curves.METHODS[method]()

    def tuned(self, problem: Problem, method: Method) -> dict[str, Any]:
        from quality import curves

        return curves.tuned(problem, method, self.options.tuning, self.cache, self.say)

    def curves(self, problem: Problem, method: Method) -> list[dict[str, Any]]:
        from quality import curves

        setting = self.tuned(problem, method)["setting"]
        lengths = {curves.limited(method, problem, n) for n in self.options.lengths}
        return [
            curves.curve(problem, method, setting, n, seed, self.cache, self.say,
                         self.options.looks)
            for n in sorted(lengths)
            for seed in range(self.options.seeds)
        ]  # fmt: skip

    def far(self, problem: Problem, method: Method) -> dict[str, Any]:
        """Of the longest training with the first seed."""
        from quality import curves

        last = self.curves(problem, method)[-self.options.seeds]
        found = curves.far_weight(problem, method, last["setting"], last["n_updates"], last["seed"],
                                  self.cache, self.say)  # fmt: skip
        return found | {"test": last["points"][-1]["test"]}

    def observing(self) -> None:
        for problem, way, seed in self.bar(list(self.ways())):
            self.observed(problem, way, seed)

    def ways(self) -> Iterator[tuple[Problem, str, int]]:
        from quality import observing, problems

        for name in self.options.problems:
            problem = problems.load(name, problems.SMALL[name], self.options.data)
            for seed in range(self.options.seeds):
                for way in self.options.ways or observing.WAYS:
                    yield problem, way, seed

    def observed(self, problem: Problem, way: str, seed: int) -> dict[str, Any]:
        from quality import observing

        return observing.observed(problem, way, self.options.observing, seed, self.cache, self.say)

    # -- models too large to enumerate ---------------------------------------------------------

    def size(self, name: str) -> Size:
        from dataclasses import replace

        from quality import large

        size, options = large.SIZES[name], self.options
        return replace(size, tuning=options.tuning_epochs or size.tuning,
                       epochs=options.epochs or size.epochs)  # fmt: skip

    def variants(self) -> Iterator[tuple[Problem, Variant]]:
        from quality import large, problems
        from quality.cache import MissingResultError

        for name in self.options.large:
            problem = problems.load(name, problems.LARGE[name], self.options.data)
            size = self.size(name)
            try:
                tuned = large.tuned_variants(problem, size, self.cache, self.say)
            except MissingResultError:
                continue
            chosen = {"tuned": tuned, "first": large.first_variants(size),
                      "finished": [large.finished(*tuned, size)]}  # fmt: skip
            if not self.options.tune_only:
                for kind in self.options.trainings:
                    for variant in chosen[kind]:
                        yield problem, variant

    def large(self) -> None:
        from quality import large

        for problem, variant in self.bar(self.variants()):
            model = large.train(problem, variant, self.cache, self.say)
            size = self.size(problem.name)
            large.likelihoods(problem, variant, model, size, self.cache, self.say)

    def states(
        self, problem: Problem, variant: Variant, which: Sequence[str] | None = None
    ) -> dict[str, Any]:
        from quality import large, roads

        model = large.train(problem, variant, self.cache, self.say)
        size = self.size(problem.name)
        return roads.samples(
            problem, variant, model, size, self.cache, self.say, roads=which or roads.ROADS
        )

    def modes(self) -> None:
        for problem, variant in self.bar(self.variants()):
            self.compared(problem, variant)

    def compared(self, problem: Problem, variant: Variant) -> dict[str, Any]:
        from quality import roads

        name = f"large/{problem.label}/{variant.name}/modes"
        return self.cache.get(name, lambda: roads.compared(problem, self.states(problem, variant)))

    def pictures(self) -> None:
        from quality.pictures import draw_digits, draw_plane

        sets: dict[str, dict[str, Any]] = {}
        of: dict[str, Problem] = {}
        for problem, variant in self.bar(self.variants()):
            of[problem.name] = problem
            rows = sets.setdefault(problem.name, {"data": problem.train})
            for road, drawn in self.states(problem, variant, self.options.roads).items():
                rows[f"{variant.title}:\n{road}"] = drawn
        for name, rows in sets.items():
            path = self.options.out / f"quality-{name}.png"
            if name == "mnist10k":
                draw_digits(rows, (28, 28), path)
            else:
                draw_plane(of[name], rows, path)

    # -- what is shown -------------------------------------------------------------------------

    def report(self) -> None:
        from quality import report
        from quality.cache import MissingResultError
        from quality.pictures import draw_curves

        self.cache.read_only = True
        curves: dict[str, dict[str, Any]] = {}
        tuned: dict[str, dict[str, Any]] = {}
        far: dict[str, dict[str, Any]] = {}
        floors: dict[str, float] = {}
        for problem, method in self.bar(self.pairs()):
            with suppress(MissingResultError):
                tuned.setdefault(problem.name, {})[method.name] = self.tuned(problem, method)
                curves.setdefault(problem.name, {})[method.name] = self.curves(problem, method)
                far.setdefault(problem.name, {})[method.name] = self.far(problem, method)
            floors[problem.name] = problem.merged().independent()
        parts = []
        if curves:
            parts += [report.tuning_table(tuned), report.curve_table(curves, floors),
                      report.target_table(curves), report.far_table(far)]  # fmt: skip
            draw_curves(curves, floors, report.TARGETS, self.options.out / "quality-curves.png")
        parts += self.observing_tables() + self.large_tables()
        text = "\n\n".join(parts) + "\n"
        (self.options.out / "quality-tables.md").write_text(text, encoding="utf-8")
        print(text)

    def observing_tables(self) -> list[str]:
        from quality import report
        from quality.cache import MissingResultError

        found: dict[str, dict[str, list[dict[str, Any]]]] = {}
        for problem, way, seed in self.bar(list(self.ways())):
            with suppress(MissingResultError):
                result = self.observed(problem, way, seed)
                found.setdefault(way, {}).setdefault(problem.name, []).append(result)
        return [report.observing_table(found)] if found else []

    def large_tables(self) -> list[str]:
        from quality import large, report
        from quality.cache import MissingResultError

        likelihoods: dict[str, dict[str, Any]] = {}
        modes: dict[str, dict[str, Any]] = {}
        searches: dict[str, dict[str, Any]] = {}
        for problem, variant in self.bar(self.variants()):
            size = self.size(problem.name)
            searches[problem.label] = large.searched(problem, size, self.cache, self.say)
            with suppress(MissingResultError):
                model = large.train(problem, variant, self.cache, self.say)
                likelihoods.setdefault(problem.label, {})[variant.title] = large.likelihoods(
                    problem, variant, model, size, self.cache, self.say
                )
                of = modes.setdefault(problem.name, {})
                of[variant.title] = self.compared(problem, variant)
        if not likelihoods:
            return []
        tables = [report.search_table(searches), report.likelihood_table(likelihoods)]
        return tables + [report.mode_table(of) for of in modes.values()]

    def bar(self, work: Any) -> Iterator[Any]:
        """A progress bar on standard error that says what is being done."""
        from tqdm import tqdm

        with tqdm(work, unit="run", file=sys.stderr) as bar:
            self.say = bar.set_description
            yield from bar


if __name__ == "__main__":
    main()
