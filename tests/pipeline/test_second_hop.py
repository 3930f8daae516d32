"""What the second hop asks for."""

from __future__ import annotations

from memctx.memory.rows import ChunkRow
from memctx.pipeline.second_hop import hop_query, nearest_sentence, nearest_span
from memctx.records import Chunk, DocumentRef

TEXT = "It rained. The Long Tide was directed by Ada Brook. Critics slept."


def row(text: str, title: str = "") -> ChunkRow:
    chunk = Chunk(0, len(text), text, None, "", "")
    return ChunkRow(1, DocumentRef(1, "a", title, ""), b"", chunk)


def test_the_sentence_that_shares_the_question_s_words_is_taken() -> None:
    question = "Who directed The Long Tide?"
    assert nearest_sentence(question, TEXT) == "The Long Tide was directed by Ada Brook."
    start, end = nearest_span(question, TEXT)
    assert TEXT[start:end] == "The Long Tide was directed by Ada Brook."


def test_a_query_holds_question_title_and_sentence() -> None:
    query = hop_query("Who directed it?", row(TEXT, "The Long Tide"))
    assert query.startswith("Who directed it? The Long Tide: ")
    assert "Ada Brook" in query


def test_a_text_without_sentences_gives_all_of_itself() -> None:
    assert nearest_span("anything", "") == (0, 0)
    assert hop_query("anything", row("")) == "anything "
