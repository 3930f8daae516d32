"""Asking: what counts as an answer, how sure it is, and what is said while it is read."""

from __future__ import annotations

import json
import re
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from memctx.errors import UsageError
from memctx.pipeline.ask import AskOptions, answer
from memctx.pipeline.verdict import Grounds
from memctx.reader import EndpointReader, ExtractiveReader
from memctx.records import Answer, DocumentRef, Passage, SearchResult, Signals

QUESTION = "When was the dome of the observatory completed?"
TEXT = "The dome of the observatory was completed in 1902. Wendelow ground the lens."


@contextmanager
def saying(text: str) -> Iterator[EndpointReader]:
    """A reader behind a server that says `text`, in pieces where it is asked to stream."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            self.send_response(200)
            kind = "text/event-stream" if asked["stream"] else "application/json"
            self.send_header("Content-Type", kind)
            self.end_headers()
            if asked["stream"]:
                for word in text.split(" "):
                    piece = {"choices": [{"delta": {"content": word + " "}}]}
                    self.wfile.write(f"data: {json.dumps(piece)}\n\n".encode())
                self.wfile.write(b"data: [DONE]\n\n")
            else:
                self.wfile.write(json.dumps({"choices": [{"message": {"content": text}}]}).encode())

        def log_message(self, *_: object) -> None:
            """Keep the test's output clean."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield EndpointReader(f"http://127.0.0.1:{server.server_port}/v1", "big")
        server.shutdown()
        thread.join()


NEAR = Signals(dense=0.8, lexical=9.0)
GROUNDS = Grounds(10.0, reads_chinese=True)


def found(question: str, text: str = TEXT, signals: Signals = NEAR) -> SearchResult:
    document = DocumentRef(1, "dome.txt", "dome.txt", "")
    passage = Passage(document, 1, text, 0, len(text), None, "", 1.0, signals)
    return SearchResult(question, (passage,), (), {"total_ms": 1.0})


def ask(said: str, question: str = QUESTION, *, always: bool = False) -> Answer:
    with saying(said) as reader:
        options = AskOptions(always_answer=always)
        return answer(found(question), reader, options, grounds=GROUNDS)


def test_an_answer_is_given_with_its_source() -> None:
    given = ask("In 1902.")
    assert not given.abstained
    assert given.citations[0].quote == "The dome of the observatory was completed in 1902."


@pytest.mark.parametrize(
    ("said", "question"),
    [("Giovanni Schiaparelli", QUESTION), (QUESTION.rstrip("?"), QUESTION)],
    ids=["no source", "the question again"],
)
def test_what_has_no_source_or_only_repeats_the_question_is_declined(
    said: str, question: str
) -> None:
    declined = ask(said, question)
    assert declined.abstained
    assert declined.confidence <= 0.1
    assert declined.answer.startswith("No sure answer. Most likely here")
    assert declined.citations[0].quote in TEXT
    assert ask(said, question, always=True).answer == said


def test_confidence_falls_when_the_source_does_not_bear_out_the_answer() -> None:
    right, rephrased = ask("Completed in 1902."), ask("Completed was the dome")
    assert rephrased.confidence < 0.65 * right.confidence
    assert right.confidence > 0.9


def test_a_number_that_stands_nowhere_is_no_answer() -> None:
    assert ask("Completed in 1850.").abstained
    forced = ask("Completed in 1850.", always=True)
    assert forced.answer == "Completed in 1850."
    assert forced.confidence <= 0.1


@pytest.mark.parametrize("said", ["1902年", "In １９０２", "1,902"])
def test_a_number_counts_as_found_however_it_is_written(said: str) -> None:
    assert ask(said).confidence > 0.3


def test_a_window_that_holds_no_passage_names_the_smallest_that_does() -> None:
    with saying("Completed in 1902.") as reader:

        def within(window: int) -> Answer:
            options = AskOptions(window=window)
            return answer(found(QUESTION), reader, options, grounds=GROUNDS)

        with pytest.raises(UsageError, match="--window") as caught:
            within(reader.overhead(QUESTION) + 3)
        least = int(re.findall(r"--window (\d+)", str(caught.value))[0])
        assert within(least).window.used == least
        with pytest.raises(UsageError):
            within(least - 1)


@pytest.mark.parametrize("reads_chinese", [True, False])
def test_a_passage_that_is_hardly_evidence_is_not_read(reads_chinese: bool) -> None:
    result = found("天文台的猫叫什么？", "天文台由艾达创立。", Signals(dense=0.59, lexical=1.0))
    hardly = replace(result, passages=(replace(result.passages[0], score=0.01),))
    with saying("艾达") as reader:
        for searched, declines in ((result, False), (hardly, True)):
            given = answer(searched, reader, AskOptions(), grounds=Grounds(10.0, reads_chinese))
            assert given.abstained == declines


@pytest.mark.parametrize(
    ("said", "question"),
    [
        ("In the year 1902.", QUESTION),
        ("The passages do not mention it at all.", QUESTION),
        ("1850, in the year of the war", QUESTION),
        ("When was the dome completed", "When was the dome completed?"),
        ("Giovanni Schiaparelli wrote some opera there", "Which aria?"),
    ],
    ids=["an answer", "a refusal", "a made-up number", "an echo", "no source"],
)
def test_what_is_streamed_is_the_answer_and_nothing_else(said: str, question: str) -> None:
    told: list[str] = []
    with saying(said) as reader:
        given = answer(
            found(question),
            reader,
            AskOptions(),
            grounds=GROUNDS,
            on_text=told.append,
        )
    assert "".join(told) == given.answer
    assert (len(told) > 1) == (said == "In the year 1902.")


class Slow(ExtractiveReader):
    """An extracting reader that takes a moment to load."""

    def load(self) -> None:
        time.sleep(0.05)


def test_loading_a_reader_is_in_no_timing() -> None:
    began = time.perf_counter()
    given = answer(found(QUESTION), Slow(), AskOptions(), grounds=GROUNDS)
    passed = 1000 * (time.perf_counter() - began)
    spent = given.timings["total_ms"] or 0.0
    assert not given.abstained
    assert spent - 1.0 + 50 <= passed  # finding took a millisecond, before this began
