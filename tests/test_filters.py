"""Conditions through the library: which documents are listed and searched, and what hits say."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from memctx import AskOptions, Document, HashingEmbedder, Memory, Scope, where
from memctx.conditions import Where
from memctx.errors import UsageError

RECORDS: list[dict[str, Any]] = [
    {"id": "dome", "title": "Dome", "text": "The dome of the observatory.", "year": 1902}
    | {"tags": ["cost", "dome"], "date": "1902-05-01"},
    {"id": "lens", "text": "The lens of the observatory.", "year": "1905", "tags": ["lens"]}
    | {"date": "1905-03"},
    {"id": "wu", "text": "天文台的邬静澜。The observatory.", "year": 1910, "作者": "邬静澜"}
    | {"date": "1910", "draft": True},
    {"id": "log", "text": "The log of the observatory."},
]
EXTRACT = AskOptions(reader="extract", always_answer=True)


@pytest.fixture
def memory(tmp_path: Path) -> Iterator[Memory]:
    with Memory(tmp_path / "memory", embedder=HashingEmbedder()) as opened:
        yield opened


@pytest.fixture(scope="module")
def full(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Memory]:
    with Memory(tmp_path_factory.mktemp("full"), embedder=HashingEmbedder()) as opened:
        opened.add(RECORDS)
        yield opened


@pytest.mark.parametrize(
    ("condition", "keys"),
    [
        ("year=1902", "dome"),
        ("year>=1905", "lens wu"),
        ("year<1905", "dome"),
        ("year!=1902", "lens log wu"),
        ("tags=cost", "dome"),
        ("tags!=cost", "lens log wu"),
        ("tags in cost,lens", "dome lens"),
        ("date>1902", "lens wu"),
        ("date=1905", "lens"),
        ("date<=1905-03", "dome lens"),
        ("作者=邬静澜", "wu"),
        ("作者!=邬静澜", "dome lens log"),
        ("draft=true", "wu"),
        ("title=Dome", "dome"),
        ("title=", "lens log wu"),
        ("key in dome,log", "dome log"),
        ("collection=default", "dome lens log wu"),
        ("collection=other", ""),
        ("nothing=1", ""),
        ("nothing<1", ""),
        (["year>=1902", "tags=lens"], "lens"),
        ({"year": 1902, "tags": "cost"}, "dome"),
        ({"year": "1902"}, "dome"),
        ((where("year") >= 1905) & (where("tags") == "lens"), "lens"),
        ((where("作者") == "邬静澜") | (where("tags") == "cost"), "dome wu"),
        (where("date") < date(1902, 6, 1), "dome"),
        (where("draft") == True, "wu"),  # noqa: E712
    ],
)
def test_the_same_documents_are_listed_and_searched(
    full: Memory, condition: Where, keys: str
) -> None:
    assert [row.key for row in full.documents(where=condition)] == keys.split()
    found = full.search("observatory", 9, scope=Scope(where=condition))
    assert sorted({passage.document.key for passage in found}) == keys.split()


def test_metadata_that_has_the_name_of_a_documents_own_key_wins(memory: Memory) -> None:
    memory.add(Document("a", "The dome.", title="Dome", metadata={"title": "Lens", "key": "b"}))
    assert len(memory.documents(where="title=Lens")) == 1
    assert memory.documents(where="title=Dome") == memory.documents(where="key=a") == []


def test_a_malformed_condition_is_refused_when_it_is_made(full: Memory) -> None:
    with pytest.raises(UsageError, match="year>=1905"):
        Scope(where="year")
    with pytest.raises(UsageError, match="keys of a scope are a list"):
        Scope(keys="dome")
    for half in ("ye\ud83d=1", "year!=\ud83d"):
        with pytest.raises(UsageError, match="is not text"):
            full.search("observatory", scope=Scope(where=half))


def test_a_mistyped_key_is_told_from_no_match(
    full: Memory, caplog: pytest.LogCaptureFixture
) -> None:
    scope = Scope(where=(where("yaer") != 1902) & (where("year") > 1900))
    assert len(full.search("observatory", 9, scope=scope)) == 3
    assert full.search("observatory", scope=Scope("defualt")).passages == ()
    assert [message.partition(";")[0] for message in caplog.messages] == [
        "no document has the metadata yaer (did you mean year?)",
        "no collection is called defualt (did you mean default?)",
    ]


def test_every_hit_citation_and_fact_says_collection_and_metadata(memory: Memory) -> None:
    texts = ["Edmund Wendelow was born in Sundermoor.", "邬静澜出生于槐渡。"]
    metadata = {"year": 1902, "tags": ["人"]}
    memory.add(texts, metadata=metadata, collection="people")
    expected = {"collection": "people", "metadata": metadata}
    for question in ("Where was Edmund Wendelow born?", "邬静澜出生于哪里？"):
        answer = memory.ask(question, options=EXTRACT).to_dict()
        found = memory.search(question).to_dict()
        assert answer["citations"]
        assert found["facts"] or "邬" in question
        for item in (*answer["citations"], *found["passages"], *found["facts"]):
            assert {name: item["document"][name] for name in expected} == expected
    entity = memory.graph().entity("Edmund Wendelow").to_dict()
    assert entity["mentions"][0]["document"]["metadata"] == metadata
    assert len({passage.document for passage in memory.search("born")}) == 2


def test_a_blank_query_is_refused(full: Memory) -> None:
    for blank in ("", " \n\t", "\u3000"):
        for call in (full.search, full.ask, lambda text: full.summarise(query=text)):
            with pytest.raises(UsageError, match="empty"):
                call(blank)


def test_errors_name_the_parameter_and_the_flag(full: Memory) -> None:
    for call, words in (
        (lambda: full.ask("x", options=AskOptions(reader="y")), r"a reader \(--reader\)"),
        (lambda: full.summarise(method="y"), r"a method \(--method\)"),
        (lambda: full.summarise(max_tokens=0), r"max_tokens \(--max-tokens\)"),
        (lambda: full.export_graph("x", format="y"), r"a format \(--format\)"),
    ):
        with pytest.raises(UsageError, match=words):
            call()
