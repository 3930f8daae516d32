"""Summaries of real memories, with vectors by hashing."""

from __future__ import annotations

import json
import random
import re
import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from memctx import HashingEmbedder, Memory, load_settings
from memctx.errors import DocumentNotFound, UsageError
from memctx.memory.lock import WriterLock
from memctx.records import Summary

WORDS = re.findall(
    r"\w+",
    "dome copper mirror town ledger winter glass mountain observatory letter chronometer debt "
    "trustee harbour journey star plate engine roof window road river keeper child answer",
)
SETTINGS = load_settings({"reader": "no-such-reader"})  # tokens are estimated: nothing to load


class CountingEmbedder(HashingEmbedder):
    """Knows how many passages and sentences it was given."""

    seen = 0

    def encode(self, texts: Sequence[str], **rest: object) -> np.ndarray:
        self.seen += len(texts)
        return super().encode(texts)


DYING = """
import os, signal, sys
from memctx import HashingEmbedder, Memory, load_settings
from memctx.pipeline.summary import embedding

embedding._SAVE_SECONDS = 0


class Dying(HashingEmbedder):
    left = 900

    def encode(self, texts, **rest):
        self.left -= len(texts)
        if self.left < 0:
            os.kill(os.getpid(), signal.SIGKILL)
        return super().encode(texts)


settings = load_settings({"reader": "no-such-reader"})
Memory(sys.argv[1], embedder=Dying(), settings=settings).summarise("story")
"""


def story(sentences: int, seed: int = 0) -> str:
    rng = random.Random(seed)
    made = [
        f"{' '.join(rng.choices(WORDS, k=rng.randint(5, 14))).capitalize()}."
        for _ in range(sentences)
    ]
    return "\n\n".join(" ".join(made[i : i + 7]) for i in range(0, len(made), 7))


def remember(folder: Path, texts: dict[str, str]) -> Memory:
    rows = [{"id": key, "title": key, "text": text} for key, text in texts.items()]
    (folder / "corpus.jsonl").write_text("\n".join(map(json.dumps, rows)))
    memory = Memory(folder / "memory", embedder=CountingEmbedder(), settings=SETTINGS)
    memory.ingest(folder / "corpus.jsonl", graph=False)
    return memory


def check(memory: Memory, summary: Summary, budget: int) -> None:
    assert summary.tokens <= budget
    for citation in summary.citations:
        text = memory.show(citation.document.key)
        assert text[citation.start : citation.end] == citation.quote
        assert citation.quote in summary.summary
    assert abs(sum(citation.weight for citation in summary.citations) - 1) < 0.01


def sentences_made(memory: Memory, key: str) -> int:
    embedder = memory._workspace.embedder
    assert isinstance(embedder, CountingEmbedder)
    embedder.seen = 0
    memory.summarise(key)
    return embedder.seen


@pytest.mark.parametrize("budget", [4, 9, 60, 300, 100_000])
def test_a_summary_keeps_to_its_budget_and_its_sources(tmp_path: Path, budget: int) -> None:
    with remember(tmp_path, {"story": story(80)}) as memory:
        summary = memory.summarise("story", max_tokens=budget)
        check(memory, summary, budget)
        assert (summary.scope, summary.method) == ("document", "extract")
        starts = [citation.start for citation in summary.citations]
        assert starts == sorted(starts)
        if budget == 100_000:
            assert len(summary.citations) == 80
        if budget == 300:
            assert summary.tokens > 200
            assert all(citation.quote.endswith(".") for citation in summary.citations)


HARBOUR = """
The ferry to Brenna stopped in the winter of that year, when ice lay between the piers. Its
captain went home to his sister and mended nets. In March the council met twice about the new
road, and could not agree on who should pay for the bridge. The schoolmaster wrote a letter to
the county, which nobody answered. Meanwhile the roof of the chapel had begun to leak over the
organ. {told} The money went into the box behind the altar. By June the road was marked with
stakes, and two of the farmers had pulled theirs out again. A surveyor from the capital stayed
for nine days at the inn and drew a map. The bridge was built of larch from the northern slope.
On the day when it was opened, the band played in the rain until the drums were wet. The ferry
never sailed again, and its bell hangs in the school.
"""


def test_a_query_brings_the_sentences_that_bear_on_it(tmp_path: Path) -> None:
    told = "The treasurer sold seven brass lanterns to a sailor named Odhran."
    with remember(tmp_path, {"story": HARBOUR.format(told=told)}) as memory:
        summary = memory.summarise("story", query="who bought lanterns", max_tokens=60)
        check(memory, summary, 60)
        assert told in summary.summary


def test_a_query_over_all_documents_cites_each_by_its_own(tmp_path: Path) -> None:
    texts = {
        "one": f"{story(20)} Seven lanterns were sold to the sailor Odhran.",
        "two": f"{story(20, 1)} The sailor Odhran lost the lanterns at sea.",
    }
    with remember(tmp_path, texts) as memory:
        summary = memory.summarise(query="what became of the lanterns of Odhran", max_tokens=60)
        check(memory, summary, 60)
        assert summary.scope == "query"
        assert {citation.document.key for citation in summary.citations} == {"one", "two"}


def test_a_query_leaves_out_what_has_nothing_to_do_with_it(tmp_path: Path) -> None:
    texts = {
        "works": "# 考察报告\n\n陈思远考察了青山厂。\n\n## 产能\n\n工厂每月生产睡袋一万二千个。",
        "returns": "退货规定。顾客收到商品后三十天内可以退货。退款在五个工作日内完成。",
        "policy": "Order records are kept for seven years. Access logs are kept for 90 days.",
    }
    with remember(tmp_path, texts) as memory:
        summary = memory.summarise(query="睡袋产能", max_tokens=200)
        assert "工厂每月生产睡袋一万二千个。" in summary.summary
        assert {citation.document.key for citation in summary.citations} == {"works"}


def test_chinese_sentences_are_whole(tmp_path: Path) -> None:
    text = "".join(f"第{n}号观测员在山上的天文台记录了{n * 7}颗新的星星。" for n in range(1, 60))
    with remember(tmp_path, {"观测": text}) as memory:
        summary = memory.summarise("观测", max_tokens=120)
        check(memory, summary, 120)
        assert len(summary.citations) > 2
        assert all(citation.quote.endswith("。") for citation in summary.citations)


def test_a_second_summary_embeds_nothing_and_says_the_same(tmp_path: Path) -> None:
    with remember(tmp_path, {"story": story(300)}) as memory:
        assert sentences_made(memory, "story") == 300
        assert sentences_made(memory, "story") == 0
        first = memory.summarise("story", max_tokens=90)
    with Memory(tmp_path / "memory", embedder=CountingEmbedder(), settings=SETTINGS) as again:
        assert again.summarise("story", max_tokens=90).summary == first.summary


def test_after_an_edit_only_what_changed_is_embedded_again(tmp_path: Path) -> None:
    text = story(600)
    with remember(tmp_path, {"story": text}) as memory:
        assert sentences_made(memory, "story") == 600
        edited = text[:9000] + "The dome fell into the sea. " + text[9000:]
        row = {"id": "story", "title": "story", "text": edited}
        (tmp_path / "corpus.jsonl").write_text(json.dumps(row))
        memory.ingest(tmp_path / "corpus.jsonl", graph=False)
        assert 0 < sentences_made(memory, "story") < 200
        parts = memory._workspace.store.part_count()
        assert sentences_made(memory, "story") == 0
        assert memory._workspace.store.part_count() == parts


def test_after_a_kill_it_goes_on_from_what_was_stored(tmp_path: Path) -> None:
    with remember(tmp_path, {"story": story(1500)}) as memory:
        killed = subprocess.run([sys.executable, "-c", DYING, str(memory.path)], check=False)
        assert killed.returncode == -signal.SIGKILL
        assert memory._workspace.store.part_count() > 0
        assert 900 < sentences_made(memory, "story") < 1000
        assert sentences_made(memory, "story") == 0


def test_a_forgotten_document_leaves_nothing_of_its_summaries(tmp_path: Path) -> None:
    with remember(tmp_path, {"story": story(90), "other": story(90, 1)}) as memory:
        for key in ("story", "other"):
            memory.summarise(key)
        both = memory._workspace.store.part_count()
        memory.forget("story")
        assert 0 < memory._workspace.store.part_count() < both
        memory.forget("other")
        assert memory._workspace.store.part_count() == 0


def test_while_another_writes_a_summary_is_made_and_not_kept(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with remember(tmp_path, {"story": story(40)}) as memory, WriterLock(memory.path):
        assert memory.summarise("story", max_tokens=50).citations
        assert memory._workspace.store.part_count() == 0
    assert "nothing of it is kept" in caplog.text


def test_what_cannot_be_summarised_is_refused_in_one_line(tmp_path: Path) -> None:
    with remember(tmp_path, {"story": story(10)}) as memory:
        with pytest.raises(DocumentNotFound, match="tale"):
            memory.summarise("tale")
        with pytest.raises(UsageError, match="extract, abstract"):
            memory.summarise("story", method="magic")
        with pytest.raises(UsageError, match="at least 1"):
            memory.summarise("story", max_tokens=0)
        with pytest.raises(UsageError, match="query is empty"):
            memory.summarise(query="  ")


async def summary_of(memory: Memory) -> Summary:
    return await memory.asummarise("story", max_tokens=40)


def test_the_async_twin_gives_the_same(tmp_path: Path) -> None:
    import asyncio

    with remember(tmp_path, {"story": story(30)}) as memory:
        found = asyncio.run(summary_of(memory))
        assert found.summary == memory.summarise("story", max_tokens=40).summary


def test_of_nothing_there_is_an_empty_summary(tmp_path: Path) -> None:
    with remember(tmp_path, {"story": story(10), "empty": "1904"}) as memory:
        assert memory.summarise("empty", max_tokens=20).text == "1904"
        assert memory.summarise(query="the dome", collection="other").text == ""
        assert memory.summarise(collection="other").text == ""
        memory.forget("story", "empty")
        assert memory.summarise().citations == ()
        assert memory.summarise(query="the dome").citations == ()
