"""How far answers can be trusted: right, sure, declined, cited, on questions no training saw.

    python -m memctx.benchmarks.trust --data EVAL/tune --memories DIR --work DIR
        [--sets xquad_en fit_en] [--limit 40] [--reader MODE] [--plot FILE.png] [--write FILE.json]

What is asked is in `benchmarks.trust_data`: public sets, whose memories below `--memories` are of
the whole corpus, and folders of the field set, which are made there. A calibration is
fitted to one half of the questions and told about the other, both ways round and in twenty
halvings; folders `report_*` are in no fit. `--write` keeps the calibration of all others.
Prints tables.
"""

from __future__ import annotations

import argparse
import random
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import TypeVar

from memctx.benchmarks.corpus import hashed
from memctx.benchmarks.trust_data import Asking, askings, kept
from memctx.commands.show_calibration import reliability_diagram
from memctx.config import load_settings
from memctx.pipeline.bootstrap import interval
from memctx.pipeline.calibrate import Judged, auroc, expected_error, fit, reliability
from memctx.pipeline.calibration import Calibration, write_calibration
from memctx.records import CalibrationReport, ReliabilityBin

SETS = (
    "fit_en",
    "fit_zh",
    "xquad_en",
    "hotpotqa",
    "cmrc2018",
    "xquad_zh",
    "2wiki",
    "drcd",
    "musique",
)
T = TypeVar("T")
_ROUNDS = 20


@dataclass(frozen=True, slots=True)
class Sure:
    """An asking, how sure the answer is, and whether it is declined."""

    asking: Asking
    confidence: float
    declined: bool

    @property
    def right(self) -> bool:
        """Whether the answer is right; without the evidence none is."""
        return self.asking.right

    @property
    def false(self) -> bool:
        """Whether a wrong answer is given."""
        return not self.declined and not self.right


def main() -> None:
    """Asks what was not asked yet, fits, prints."""
    options = _options()
    sets, work = options.sets, options.work
    if options.kept:
        found = [one for name in sets for one in kept(work, name)]
    else:
        places = (options.data, options.memories, work)
        found = list(
            askings(
                places, sets=sets, limit=options.limit, mode=options.reader, folds=options.folds
            )
        )
    reader = "extract" if options.reader == "extract" else load_settings().reader
    print("answers that were insisted on, own retrieval")
    for name in sets:
        _tell_set(name, [one for one in found if one.set == name])
    fitted = [one for one in found if not one.set.startswith("report_")]
    ours = [one for number in range(_ROUNDS) for one in _judged(fitted, number, reader)]
    line = fit(_known(fitted), reader=reader)
    ours += [_sure(one, line) for one in found if one.set.startswith("report_")] * _ROUNDS
    _tell("calibrated", ours)
    for name in sets:
        _tell(f"  {name}", [one for one in ours if one.asking.set == name])
    for part in _bins(ours):
        count = part.count // _ROUNDS
        print(f"    confidence {part.confidence:.2f}: right {part.right:.2f} of {count}")
    if options.plot:
        reliability_diagram(_report(ours), options.plot)
    if options.write:
        write_calibration(options.write, line)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    for name in ("data", "memories", "work"):
        parser.add_argument(f"--{name}", type=Path, required=True)
    parser.add_argument("--kept", action="store_true", help="ask nothing, tell what was read")
    parser.add_argument("--sets", nargs="+", default=list(SETS))
    parser.add_argument("--limit", type=int, help="questions of a set, of those reported")
    parser.add_argument("--reader", default="memory", help="memory or extract")
    parser.add_argument("--folds", type=Path, help="unit rankers that benchmarks.fit_units kept")
    parser.add_argument("--plot", type=Path, help="draw the reliability diagram")
    parser.add_argument("--write", type=Path, help="keep the calibration")
    return parser.parse_args()


def _judged(asked: Sequence[Asking], number: int, reader: str) -> list[Sure]:
    """Each half of the askings, by question, by a calibration of the other half."""
    halves: tuple[list[Asking], list[Asking]] = ([], [])
    for one in asked:
        halves[hashed(f"{number} {one.id}") % 2].append(one)
    found = []
    for ours, others in (halves, halves[::-1]):
        line = fit(_known(others), reader=reader)
        found += [_sure(one, line) for one in ours]
    return found


def _sure(one: Asking, line: Calibration) -> Sure:
    confidence = line.probability(one.signs) if one.signs else 0.0
    return Sure(one, confidence, one.no_answer or confidence < line.threshold)


def _known(asked: Iterable[Asking]) -> list[Judged]:
    return [
        Judged(one.signs, one.right, hashed(one.id), one.reading.adapter if one.reading else None)
        for one in asked
        if one.signs is not None and not one.no_answer
    ]


def _tell_set(name: str, asked: Sequence[Asking]) -> None:
    held = [one for one in asked if one.arm == "held"]
    if not held:
        return
    scored = [one for one in held if one.f1 is not None]
    f1 = f"F1 {_mean(scored, lambda a: a.f1 or 0.0)} ({_share(scored, lambda a: a.exact or 0.0)})"
    right = [one for one in held if one.right]
    print(
        f"{name:9} n {len(held):3}  right {_share(held, lambda a: a.right)}"
        f"  right or cited {_share(held, lambda a: a.right or a.cited)}"
        f"  {f1 if scored else ''}  cited right {_share(right, lambda a: a.cited)}"
        f"  no answer {_share(held, lambda a: a.no_answer)}"
        f"  seconds {median(a.seconds for a in held):.1f}"
    )


def _tell(what: str, ours: Sequence[Sure]) -> None:
    """Discrimination, and what is declined."""
    held = [one for one in ours if one.asking.arm == "held"]
    gone = [one for one in ours if one.asking.arm == "gone"]
    right, wrong = ([one for one in held if one.right == is_right] for is_right in (True, False))
    print(
        f"{what:12} AUROC {_auroc(ours):.3f}, of answerable alone {_auroc(held):.3f};"
        f" right and given {_share(held, lambda o: o.right and not o.declined)}%;"
        f" declined: evidence gone {_share(gone, _declined)}%, right {_share(right, _declined)}%,"
        f" wrong {_share(wrong, _declined)}%; false {_share(ours, lambda o: o.false)}%;"
        f" error {expected_error(_bins(ours)):.3f}"
    )


def _report(ours: Sequence[Sure]) -> CalibrationReport:
    """What the diagram is drawn from."""
    right = [one for one in ours if one.right]
    wrong = [one for one in ours if not one.right]
    return CalibrationReport(
        file="",
        answers=len(ours) // _ROUNDS,
        right=len(right) // _ROUNDS,
        threshold=0.0,
        auroc=_auroc(ours),
        error=expected_error(_bins(ours)),
        right_declined=sum(map(_declined, right)) / len(right),
        wrong_declined=sum(map(_declined, wrong)) / len(wrong),
        bins=tuple(_bins(ours)),
    )


def _bins(ours: Sequence[Sure]) -> list[ReliabilityBin]:
    return reliability([one.confidence for one in ours], [one.right for one in ours])


def _auroc(ours: Sequence[Sure]) -> float:
    return auroc([one.confidence for one in ours], [one.right for one in ours])


def _declined(sure: Sure) -> bool:
    return sure.declined


def _share(ours: Sequence[T], score: Callable[[T], float]) -> str:
    return f"{100 * sum(map(score, ours)) / len(ours):.1f}" if ours else "-"


def _mean(ours: Sequence[Asking], score: Callable[[Asking], float]) -> str:
    """The mean in percent with half of its 95% bootstrap interval."""
    if not ours:
        return "-"
    found = interval([score(one) for one in ours], random.Random(0))
    return f"{100 * found.mean:.1f} +- {100 * found.half:.1f}"


if __name__ == "__main__":
    main()
