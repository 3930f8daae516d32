"""A small memory of texts that say things twice, in English and Chinese."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from memctx import HashingEmbedder, Memory
from memctx.config import load_settings
from memctx.kg.recipe import Recipe
from memctx.pipeline.extract import reading_of
from memctx.pipeline.selftaught.made import Source

from ...reader.conftest import save_random

DOMES = (
    "Corrie Holt",
    "Fell Garth",
    "Ness Harbour",
    "Skerry Point",
    "Tarn Hows",
    "Wast Head",
    "Grey Nab",
    "Long Rigg",
    "Hart Crag",
    "Stone Edge",
    "Raven Scar",
    "Black Sail",
)
NAMES = (
    "Ada Reed",
    "Tomas Lind",
    "Marta Ohlin",
    "Caspar Wendel",
    "Edith Lowe",
    "Jonas Falk",
    "Ruth Arden",
    "Piet Brouwer",
    "Nora Kesh",
    "Emil Straub",
    "Vera Holm",
    "Otto Lamb",
)
INSTRUMENTS = ("transit", "comet", "solar", "lunar", "zenith", "prism") * 2
CHINESE = (
    ("邬静澜", "彗星轨道", "一九一八"),
    ("沈默存", "日全食", "一九二六"),
    ("陆望舒", "变星光度", "一九三三"),
    ("顾怀远", "星图绘制", "一九四一"),
)


def texts() -> dict[str, str]:
    """By key: for every dome what one text says of its founder, and another one too."""
    found = {}
    for number, (dome, name) in enumerate(zip(DOMES, NAMES, strict=True)):
        kind, year = INSTRUMENTS[number], 1871 + 3 * number
        found[f"house-{number}"] = (
            f"The {kind} observatory at {dome} stands above the valley. "
            f"In {year} {name} founded the {kind} observatory at {dome} with borrowed money. "
            "Its roof was repaired twice after heavy storms."
        )
        found[f"life-{number}"] = (
            f"{name} came from a family of clockmakers near the harbour. "
            f"The money for the {kind} observatory at {dome} was borrowed by {name} from a bank. "
            "Neighbours remember a patient and quiet person."
        )
    for number, (person, study, written) in enumerate(CHINESE):
        found[f"传记-{number}"] = (
            f"天文台的研究员{person}长期从事{study}的观测与计算工作。"
            f"{person}在山上的天文台住了很多年。"
        )
        found[f"记录-{number}"] = (
            f"关于{study}的观测与计算，当时的报告由{person}执笔，写于{written}年。"
            "报告后来保存在图书馆里。"
        )
    return found


def sources(rows: Mapping[str, str]) -> list[Source]:
    """Texts as passages, read as far as that needs no weights."""
    extracted = Recipe().extractor().extract(list(rows.values()))
    return [
        Source(number, text, reading_of(found))
        for number, (text, found) in enumerate(zip(rows.values(), extracted, strict=True), 1)
    ]


@pytest.fixture(scope="module")
def memory(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Memory]:
    """The texts in a memory with a graph, and a tiny random reader."""
    folder: Path = tmp_path_factory.mktemp("selftaught")
    save_random(folder / "tiny", "llama")
    rows = [{"id": key, "title": key, "text": text} for key, text in texts().items()]
    (folder / "docs.jsonl").write_text("\n".join(map(json.dumps, rows)))
    settings = load_settings(
        {
            "memory": folder / "memory",
            "reader": str(folder / "tiny"),
            "device": "cpu",
            "dtype": "float32",
        }
    )
    with Memory(settings=settings, embedder=HashingEmbedder()) as memory:
        memory.ingest(folder / "docs.jsonl")
        yield memory
