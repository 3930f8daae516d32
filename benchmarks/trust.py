"""How far answers can be trusted: right, sure, declined, cited, on questions no training saw.

    python -m memctx.benchmarks.trust --data EVAL/tune --memories DIR --work DIR \\
        [--sets xquad_en hotpotqa] [--limit 40] [--plot FILE.png] [--write FILE.json]

What is asked and read is in `benchmarks.trust_data`; the memories below DIR are of each
set's whole corpus, made by `memctx ingest`. A calibration is fitted to one half of the answers
and told about the other, both ways round and in twenty halvings; answers that rest on the
same first passage are in one half. `--write` keeps the calibration of all. An answer is
right from an F1 of one half. Prints tables.
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
from memctx.pipeline.bootstrap import interval
from memctx.pipeline.calibrate import Judged, auroc, expected_error, fit, reliability
from memctx.pipeline.calibration import write_calibration
from memctx.pipeline.conflict import rival
from memctx.pipeline.metrics import answer_tokens, exact_match, token_f1
from memctx.pipeline.signs import signs_of
from memctx.pipeline.verdict import decide
from memctx.records import CalibrationReport, ReliabilityBin

SETS = ("xquad_en", "hotpotqa", "cmrc2018", "xquad_zh", "2wiki", "drcd", "musique")
T = TypeVar("T")
_READER = "gemma-3-270m"
_RIGHT = 0.5
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
        return self.asking.arm == "held" and f1(self.asking) >= _RIGHT


def f1(asking: Asking) -> float:
    """Of the answer that was insisted on."""
    return token_f1(asking.reading.text, asking.answers)


def main() -> None:
    """Asks what was not asked yet, fits, prints."""
    options = _options()
    sets, work = options.sets, options.work
    if options.kept:
        found = [one for name in sets for one in kept(work, name)]
    else:
        places = (options.data, options.memories, work)
        found = list(askings(*places, sets=sets, limit=options.limit))
    sets = [name for name in sets if any(one.set == name for one in found)]
    print("F1 (exact) when an answer is insisted on, own retrieval; closed: nothing to read")
    for name in sets:
        _tell_set(name, [one for one in found if one.set == name])
    asked = [one for one in found if one.arm != "closed"]
    ours = [one for number in range(_ROUNDS) for one in _judged(asked, number)]
    before = [_plainly(one) for one in asked]
    _tell("by formula", before)
    _tell("calibrated", ours)
    for name in sets:
        _tell(f"  {name}", [one for one in ours if one.asking.set == name])
    for part in _bins(ours):
        count = part.count // _ROUNDS
        print(f"    confidence {part.confidence:.2f}: right {part.right:.2f} of {count}")
    if options.plot:
        reliability_diagram(_report(ours), options.plot)
    if options.write:
        write_calibration(options.write, fit(_known(asked), reader=_READER))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    for name in ("data", "memories", "work"):
        parser.add_argument(f"--{name}", type=Path, required=True)
    parser.add_argument("--kept", action="store_true", help="ask nothing, tell what was read")
    parser.add_argument("--sets", nargs="+", default=list(SETS))
    parser.add_argument("--limit", type=int, help="questions of a set, of those reported")
    parser.add_argument("--plot", type=Path, help="draw the reliability diagram")
    parser.add_argument("--write", type=Path, help="keep the calibration")
    return parser.parse_args()


def _judged(asked: Sequence[Asking], number: int) -> list[Sure]:
    """Each half of the askings, by evidence, by a calibration of the other half."""
    halves: tuple[list[Asking], list[Asking]] = ([], [])
    for one in asked:
        halves[hashed(f"{number} {min(one.gold)}") % 2].append(one)
    found = []
    for ours, others in (halves, halves[::-1]):
        line = fit(_known(others), reader=_READER)
        for one in ours:
            verdict = decide(one.question, one.window, one.evidence, one.reading, line)
            found.append(Sure(one, verdict.confidence, verdict.doubted))
    return found


def _plainly(one: Asking) -> Sure:
    """An asking by the formula; a refusal that was likelier than not counts as one."""
    verdict = decide(one.question, one.window, one.evidence, one.reading, None)
    refused = (one.reading.refusal or 0.0) > 0.5
    confidence = min(verdict.confidence, 0.1) if refused else verdict.confidence
    return Sure(one, confidence, verdict.doubted or refused)


def _known(asked: Iterable[Asking]) -> list[Judged]:
    known = []
    for one in asked:
        signs = signs_of(one.question, one.window, one.evidence, one.reading)
        if signs is not None:
            right = one.arm == "held" and f1(one) >= _RIGHT
            known.append(Judged(signs, right, hashed(one.id), one.reading.adapter))
    return known


def _tell_set(name: str, asked: Sequence[Asking]) -> None:
    held, gone, closed = ([a for a in asked if a.arm == arm] for arm in ("held", "gone", "closed"))
    right = [one for one in held if f1(one) >= _RIGHT]
    conflicts = [one for one in held if rival(one.question, one.window, one.reading)]
    print(
        f"{name:9} n {len(held):3}  F1 {_mean(held, f1)} ({_share(held, _exact)})"
        f"  closed {_share(closed, f1)}  evidence gone {_share(gone, f1)}"
        f"  all gold read {_share(held, lambda a: set(a.gold) <= set(a.keys))}"
        f"  cited right {_share(right, _cited)} of {len(right)}"
        f"  conflicts {len(conflicts)}  seconds {median(a.seconds for a in held):.1f}"
    )


def _tell(what: str, ours: Sequence[Sure]) -> None:
    """Discrimination, and what is declined."""
    held = [one for one in ours if one.asking.arm == "held"]
    gone = [one for one in ours if one.asking.arm == "gone"]
    right, wrong = ([one for one in held if one.right == is_right] for is_right in (True, False))
    print(
        f"{what:12} AUROC {_auroc(ours):.3f}, of answerable alone {_auroc(held):.3f};"
        f" declined: evidence gone {_share(gone, _declined)}%, right {_share(right, _declined)}%,"
        f" wrong {_share(wrong, _declined)}%; error {expected_error(_bins(ours)):.3f}"
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


def _exact(asking: Asking) -> float:
    return exact_match(asking.reading.text, asking.answers)


def _declined(sure: Sure) -> bool:
    return sure.declined


def _cited(asking: Asking) -> bool:
    """Whether the sentence cited first holds a right answer or is of the evidence."""
    if not asking.reading.evidence:
        return False
    first = asking.reading.evidence[0]
    cited = {
        p.chunk_id: (p, key) for p, key in zip(asking.window.passages, asking.keys, strict=True)
    }
    passage, key = cited[first.chunk_id]
    said = f" {' '.join(answer_tokens(passage.text[first.start : first.end]))} "
    holds = any(f" {' '.join(answer_tokens(gold))} " in said for gold in asking.answers)
    return holds or key in asking.gold


def _share(ours: Sequence[T], score: Callable[[T], float]) -> str:
    return f"{100 * sum(map(score, ours)) / len(ours):.1f}" if ours else "-"


def _mean(ours: Sequence[Asking], score: Callable[[Asking], float]) -> str:
    """The mean in percent with half of its 95% bootstrap interval."""
    found = interval([score(one) for one in ours], random.Random(0))
    return f"{100 * found.mean:.1f} +- {100 * found.half:.1f}"


if __name__ == "__main__":
    main()
