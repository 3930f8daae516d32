"""From the signs of an answer to the probability that it is right.

A logistic line for one reader, with the probability below which it declines; kept as a
small JSON file with a memory, or shipped for the default reader. How it comes about is
`calibrate`'s business.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

from ..errors import ModelError, OldCalibration
from ..files import read_json, write_json
from .signs import SIGNS, Signs

_FORMAT = 2  # changes with the signs


@dataclass(frozen=True, slots=True)
class Calibration:
    """p(right) = 1 / (1 + exp(-bias - sum of weights and signs)).

    `reader` is the model's name, `adapter` the digest of what it had been taught, if it had;
    of several adapters the first that answered.
    Answers less likely right than `threshold` are declined. It was fitted to `fitted` answers.
    """

    reader: str
    adapter: str | None
    bias: float
    weights: Mapping[str, float]
    threshold: float
    fitted: int

    def __post_init__(self) -> None:
        if set(self.weights) != set(SIGNS) or not 0 <= self.threshold <= 1:
            raise ValueError(
                f"a calibration weighs {', '.join(SIGNS)} and has a threshold in [0, 1]; "
                f"found {', '.join(self.weights)} and {self.threshold}"
            )

    def suits(self, reader: str, *, taught: bool) -> bool:
        """Whether it may speak for a reader: the same model, and taught if that was."""
        return self.reader == reader and (self.adapter is not None) == taught

    def probability(self, signs: Signs) -> float:
        """How likely an answer with these signs is right."""
        pairs = zip(SIGNS, signs.numbers(), strict=True)
        logit = self.bias + sum(self.weights[name] * value for name, value in pairs)
        return 1 / (1 + math.exp(-max(min(logit, 60.0), -60.0)))


def read_calibration(path: Path) -> Calibration:
    """What `write_calibration` wrote.

    Raises:
        OldCalibration: it is of an earlier version, whose signs are no longer known.
        ModelError: it is none.
    """
    row = read_json(path)
    try:
        if row.pop("format") < _FORMAT:
            raise OldCalibration(
                f"{path} is of an earlier version and is not used; run `memctx reader calibrate`"
            )
        return Calibration(**row)
    except (KeyError, TypeError, ValueError) as error:
        raise ModelError(
            f"{path} should hold a calibration and does not ({error}); "
            "remove it, or run `memctx reader calibrate`"
        ) from error


def write_calibration(path: Path, calibration: Calibration) -> None:
    """Keeps a calibration."""
    path.parent.mkdir(parents=True, exist_ok=True)
    write_json(path, {"format": _FORMAT, **asdict(calibration)})
