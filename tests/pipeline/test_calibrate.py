"""Fitting how sure an answer is, and where declining begins."""

from __future__ import annotations

import random
from dataclasses import replace
from importlib.resources import files as package_files
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from memctx.config import load_settings
from memctx.errors import ModelError, UsageError
from memctx.pipeline.calibrate import Judged, auroc, expected_error, fit, reliability, unseen
from memctx.pipeline.calibration import read_calibration, write_calibration
from memctx.pipeline.engines import Places, find_calibration, find_plain_reader
from memctx.pipeline.signs import SIGNS, Signs

from ..reader.conftest import save_random


def judged(count: int, *, seed: int = 0) -> list[Judged]:
    """Answers that are the likelier right the likelier their words were; the rest is noise."""
    rng = random.Random(seed)
    found = []
    for group in range(count):
        signs = Signs(*(rng.gauss(0, 1) for _ in SIGNS))
        found.append(Judged(signs, rng.gauss(2 * signs.least, 1) > 0, group, "digest"))
    return found


def test_what_tells_right_from_wrong_is_found_and_holds_for_others() -> None:
    line = fit(judged(1000), reader="r")
    assert max(SIGNS, key=lambda name: abs(line.weights[name])) == "least"
    others = judged(1000, seed=1)
    sure = [line.probability(one.signs) for one in others]
    right = [one.right for one in others]
    assert auroc(sure, right) > 0.9
    assert expected_error(reliability(sure, right)) < 0.1


@pytest.mark.parametrize("lost", [0.0, 0.1, 0.3])
def test_of_others_about_as_many_right_answers_are_declined_as_may_be(lost: float) -> None:
    line = fit(judged(600), reader="r", lost=lost)
    right = [line.probability(one.signs) for one in judged(600, seed=1) if one.right]
    declined = sum(sure < line.threshold for sure in right) / len(right)
    assert declined == pytest.approx(lost, abs=0.1)


def test_unseen_answers_are_judged_by_calibrations_that_did_not_see_their_group() -> None:
    answers = judged(100)
    before = unseen(answers, reader="r")
    turned = [replace(one, right=not one.right) if one.group == 7 else one for one in answers]
    after = unseen(turned, reader="r")
    assert before.sure[7] == after.sure[7]
    assert before.sure[8] != after.sure[8]


def test_too_few_answers_or_all_alike_are_refused() -> None:
    alike = [replace(one, right=True) for one in judged(40)]
    for answers in (judged(5), alike):
        with pytest.raises(UsageError, match="right ones"):
            fit(answers, reader="r")


def test_a_calibration_is_kept_and_a_damaged_one_named(tmp_path: Path) -> None:
    line, file = fit(judged(60), reader="r"), tmp_path / "memory" / "calibration.json"
    write_calibration(file, line)
    assert read_calibration(file) == line
    assert line.suits("r", taught=True)
    assert not line.suits("r", taught=False)
    file.write_text(file.read_text().replace('"least"', '"most"'))
    with pytest.raises(ModelError, match="memctx reader calibrate"):
        read_calibration(file)


scores = st.lists(st.tuples(st.sampled_from([0.1, 0.2, 0.5, 0.9]), st.booleans()), max_size=12)


@given(scores)
def test_auroc_is_the_share_of_pairs_in_order(pairs: list[tuple[float, bool]]) -> None:
    good = [score for score, right in pairs if right]
    bad = [score for score, right in pairs if not right]
    found = auroc([score for score, _ in pairs], [right for _, right in pairs])
    if not good or not bad:
        assert found != found
        return
    wins = [1.0 if g > b else 0.5 if g == b else 0.0 for g in good for b in bad]
    assert found == pytest.approx(sum(wins) / len(wins))


@given(st.integers(8, 60))
def test_bins_hold_every_answer_once(count: int) -> None:
    rng = random.Random(count)
    sure = [rng.random() for _ in range(count)]
    bins = reliability(sure, [rng.random() < p for p in sure])
    assert sum(one.count for one in bins) == count
    assert [one.confidence for one in bins] == sorted(one.confidence for one in bins)


def test_a_calibration_speaks_for_the_reader_that_it_was_made_with_alone(tmp_path: Path) -> None:
    save_random(tmp_path / "tiny", "llama")
    settings = load_settings({"reader": str(tmp_path / "tiny")})
    name = find_plain_reader(settings).name
    places = Places(calibration=tmp_path / "calibration.json")
    assert find_calibration(settings, places) is None
    plain = replace(fit(judged(60), reader=name), adapter=None)
    for known, line in ((True, plain), (False, replace(plain, adapter="digest"))):
        write_calibration(tmp_path / "calibration.json", line)
        assert find_calibration(settings, places) == (line if known else None)


def test_the_calibrations_that_are_shipped_are_whole() -> None:
    folder = Path(str(package_files("memctx"))) / "data" / "calibration"
    for file in folder.glob("*.json"):
        assert read_calibration(file).suits(file.stem, taught=file.stem == "gemma-3-270m")
