"""Reading again with a passage out of sight, on tiny real models."""

from __future__ import annotations

from dataclasses import replace

import pytest
from torch import Tensor

from memctx.reader import LanguageModel, MemoryReader, Window
from memctx.reader.attention import Plan, planned
from memctx.reader.generation import Manner, Written, greedy
from memctx.reader.second import contested, hiding, other_answer, read_again

from .test_memory_reader import reader_of

QUESTION = "Who founded it?"


@pytest.fixture
def reader(random_model: LanguageModel) -> MemoryReader:
    return reader_of(random_model, None)


def worth(logprobs: Tensor, written: Written) -> float:
    """The mean log-probability of the tokens written."""
    return float(logprobs[range(len(written.ids)), list(written.ids)].mean())


def test_with_nothing_hidden_the_second_reading_is_the_first(
    reader: MemoryReader, window: Window
) -> None:
    prepared = reader.prepare(QUESTION, window)
    layout, cache = prepared.assembled.layout, prepared.assembled.cache
    with planned(Plan()):
        written = greedy(reader.model, prepared.ids, limit=8, cache=cache)
    plan = Plan(bias_from=layout.length)
    for _ in range(2):  # what was read after the window is dropped each time
        again = read_again(reader.model, prepared.ids, written, cache, plan)
        assert worth(again, written) == pytest.approx(written.logprob, abs=1e-4)
        assert other_answer(reader.model, prepared.ids, written, cache, plan) is None


def test_a_hidden_passage_might_as_well_say_anything(reader: MemoryReader, window: Window) -> None:
    found = set()
    for text in ("The dome was built by Tomas Lind.", "It froze twice that year and thawed."):
        first, *rest = window.passages
        other = Window((first, *rest[:-1], replace(rest[-1], text=text[:28])))
        prepared = reader.prepare(QUESTION, other)
        layout, cache = prepared.assembled.layout, prepared.assembled.cache
        with planned(Plan()):
            written = greedy(reader.model, prepared.ids, limit=1, cache=cache)
        written = replace(written, ids=(40, 50, 60))
        plan = hiding(Plan(), layout, len(other.passages) - 1)
        again = read_again(reader.model, prepared.ids, written, cache, plan)
        found.add(round(worth(again, written), 3))
    assert len(found) == 1


def test_what_another_passage_may_contradict_is_read_again_without_its_own(
    reader: MemoryReader, window: Window
) -> None:
    contrary = replace(window.passages[2], text="Ida Moe founded it, the observatory, in 1904.")
    window = Window((*window.passages[:2], contrary))
    reading = reader.read(QUESTION, window, insist=True)
    prepared = reader.prepare(QUESTION, window)
    cache, layout = prepared.assembled.cache, prepared.assembled.layout
    with planned(Plan()):
        written = greedy(
            reader.model, prepared.ids, limit=12, cache=cache, manner=Manner(insists=True)
        )
    cited = [p.chunk_id for p in window.passages].index(reading.evidence[0].chunk_id)
    plan = hiding(Plan(bias_from=layout.length), layout, cited)
    other = other_answer(reader.model, prepared.ids, written, cache, plan)
    assert (other and other.text) == (reading.other and reading.other.text)
    assert reader.read(QUESTION, replace(window, passages=window.passages[:1])).other is None
    once = replace(reader, twice=False).read(QUESTION, window, insist=True)
    assert once == replace(
        reading, other=None, first_token_ms=once.first_token_ms, load_ms=once.load_ms
    )


def test_an_answer_is_contested_where_another_passage_speaks_of_the_matter(window: Window) -> None:
    asked = "Who founded the observatory?"
    assert not contested(asked, replace(window, passages=window.passages[::2]), 0)
    contrary = replace(window.passages[2], text="It thaws. Ida Moe founded the observatory.")
    assert contested(asked, Window((window.passages[0], contrary)), 0)


def test_another_answer_begins_with_the_pass_that_found_it(
    reader: MemoryReader, window: Window
) -> None:
    prepared = reader.prepare(QUESTION, window)
    layout, cache = prepared.assembled.layout, prepared.assembled.cache
    plan = hiding(Plan(bias_from=layout.length), layout, 0)
    with planned(plan):
        wanted = greedy(
            reader.model, prepared.ids, limit=6, cache=cache, manner=Manner(insists=True)
        )
    passes: list[int] = []
    for kept in (0, 2, 6):
        draft = (*wanted.ids[:kept], *(40 + place for place in range(6 - kept)))
        drafted = replace(wanted, ids=draft)
        rows = read_again(reader.model, prepared.ids, drafted, cache, plan)
        passes.clear()
        hook = reader.model.weights.register_forward_hook(lambda *_: passes.append(1))
        with planned(plan):
            manner = Manner(insists=True, draft=draft, rows=rows)
            found = greedy(reader.model, prepared.ids, limit=6, cache=cache, manner=manner)
        hook.remove()
        assert found.ids == wanted.ids
        assert found.logprob == pytest.approx(wanted.logprob, abs=1e-4)
        assert len(passes) == max(0, len(wanted.ids) - kept - 1)
