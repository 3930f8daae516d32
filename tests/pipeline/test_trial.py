"""Trying a reader out, and answering by what came of it."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from memctx import Memory
from memctx.errors import UsageError
from memctx.memory.embedder import HashingEmbedder
from memctx.pipeline.ask import AskOptions, answer, is_read, prepared
from memctx.pipeline.calibration import Calibration, read_calibration
from memctx.pipeline.evidence import CALIBRATED_READ_FROM, READ_FROM
from memctx.pipeline.signs import SIGNS
from memctx.pipeline.verdict import Grounds, evidence_probability
from memctx.reader import ExtractiveReader, Reading, Window
from memctx.reader.citation import locate


class Guessing(ExtractiveReader):
    """Says the last word of its sentence, surer where the question's dome is in it."""

    @property
    def mode(self) -> str:
        return "memory"

    def read(
        self,
        question: str,
        window: Window,
        *,
        on_text: Callable[[str], None] | None = None,
        insist: bool = False,
    ) -> Reading:
        found = ExtractiveReader.read(self, question, window)
        text = found.text.rstrip(".").rpartition(" ")[2]
        number = question.rstrip("?").rpartition(" ")[2]
        sure = math.log(0.9 if f"Dome {number} " in found.text else 0.3)
        if on_text is not None:
            on_text(text)
        return Reading(
            text=text,
            declined=not text,
            mode=self.mode,
            evidence=locate(question, text, window),
            logprob=sure,
            least=sure,
            refusal=0.01,
            answer_tokens=1,
        )


@pytest.fixture
def memory(tmp_path: Path) -> Memory:
    texts = tmp_path / "docs.jsonl"
    lines = [{"id": f"d{i}", "text": f"Dome {i} was built by Builder{i}."} for i in range(30)]
    texts.write_text("\n".join(map(json.dumps, lines)))
    made = Memory(tmp_path / "memory", embedder=HashingEmbedder(), reader=Guessing())
    made.ingest(texts, graph=False)
    return made


def asked(folder: Path, count: int = 30) -> Path:
    """Questions about the domes; some of one that is in no document."""
    file = folder / "questions.jsonl"
    rows = [
        {"id": i, "question": f"Who built dome {i}?", "answers": [f"Builder{i}"], "gold": [f"d{i}"]}
        for i in range(count)
    ]
    nothing = [{"id": f"n{i}", "question": f"Who built dome {i}?"} for i in range(70, 80)]
    file.write_text("\n".join(map(json.dumps, [*rows, *nothing])))
    return file


def test_a_reader_is_tried_out_with_and_without_the_evidence(
    memory: Memory, tmp_path: Path
) -> None:
    report = memory.calibrate_reader(asked(tmp_path))
    assert report.answers == 30 + 15 + 10
    assert report.right == 30
    assert report.auroc > 0.95
    assert report.right_declined <= 0.2
    assert report.wrong_declined > 0.8
    assert sum(one.count for one in report.bins) == report.answers
    assert Path(report.file).parent == memory.path
    assert read_calibration(Path(report.file)).fitted == report.answers


def test_a_calibrated_reader_declines_what_is_not_there_and_says_nothing_of_it(
    memory: Memory, tmp_path: Path
) -> None:
    found = read_calibration(Path(memory.calibrate_reader(asked(tmp_path)).file))
    grounds = Grounds(10.0, reads_chinese=True, calibration=found)
    for number, known in ((3, True), (75, False)):
        told: list[str] = []
        result = memory.search(f"Who built dome {number}?", 5)
        given = answer(result, Guessing(), AskOptions(), grounds=grounds, on_text=told.append)
        assert given.abstained != known
        assert "".join(told) == given.answer
        assert (given.confidence > found.threshold) == known
        always = AskOptions(always_answer=True)
        forced = answer(result, Guessing(), always, grounds=grounds)
        assert not forced.abstained
        assert forced.answer.startswith("Builder")
        assert (forced.confidence > found.threshold) == known


def test_a_calibration_decides_for_reading_from_memory_alone(memory: Memory) -> None:
    class Plain(Guessing):
        @property
        def mode(self) -> str:
            return "prefill"

    strict = Calibration("guessing", None, -9.0, dict.fromkeys(SIGNS, 0.0), 0.5, 100)
    result = memory.search("Who built dome 3?", 5)
    grounds = Grounds(10.0, reads_chinese=True, calibration=strict)
    assert answer(result, Guessing(), AskOptions(), grounds=grounds).abstained
    assert not answer(result, Plain(), AskOptions(), grounds=grounds).abstained


def test_a_calibrated_reader_reads_where_another_gives_up_at_once(memory: Memory) -> None:
    question = "Where did the old ferryman sleep?"
    plain = Grounds(10.0, reads_chinese=True)
    found = memory.search(question, 5)
    dim = (
        replace(found, passages=tuple(replace(one, score=p) for one in found.passages))
        for p in (0.5 * 0.8**step for step in range(60))
    )
    result = next(
        one
        for one in dim
        if CALIBRATED_READ_FROM <= evidence_probability(question, one.passages, plain) < READ_FROM
    )
    lenient = Calibration("guessing", None, 9.0, dict.fromkeys(SIGNS, 0.0), 0.5, 100)
    calibrated = replace(plain, calibration=lenient)

    def reads(grounds: Grounds) -> bool:
        return is_read(prepared(result, Guessing(), AskOptions(), grounds, insist=False).asking)

    assert not reads(plain)
    assert reads(calibrated)


def test_a_reader_that_tells_nothing_of_its_words_cannot_be_calibrated(
    memory: Memory, tmp_path: Path
) -> None:
    silent = Memory(memory.path, embedder=HashingEmbedder(), reader=ExtractiveReader())
    with pytest.raises(UsageError, match="reading from memory"):
        silent.calibrate_reader(asked(tmp_path))


def test_too_few_questions_to_calibrate_by_are_refused_at_once(
    memory: Memory, tmp_path: Path
) -> None:
    with pytest.raises(UsageError, match="12 questions are too few"):
        memory.calibrate_reader(asked(tmp_path, 2))
