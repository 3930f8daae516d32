"""What is taught shares no passage with what is reported on."""

import json
from pathlib import Path
from typing import Any

from memctx.benchmarks.split import REPORTED, split
from memctx.benchmarks.train_data import groups


def write_set(folder: Path, rows: list[dict[str, Any]]) -> None:
    folder.mkdir()
    lines = "".join(json.dumps(row) + "\n" for row in rows)
    (folder / "queries.jsonl").write_text(lines)
    keys = {key for row in rows for key in row["gold"]}
    passages = ({"id": key, "title": key, "text": f"About {key}."} for key in sorted(keys))
    (folder / "corpus.jsonl").write_text("".join(json.dumps(row) + "\n" for row in passages))


def chained(count: int) -> list[dict[str, Any]]:
    """Questions in chains of three: the first and the third share a passage with the second."""
    return [
        {
            "id": f"q{n}",
            "question": "?",
            "answers": ["x"],
            "gold": [f"p{n - n % 3 // 2}", f"s{n // 3}"],
        }
        for n in range(count)
    ]


def test_no_passage_is_on_two_sides(tmp_path: Path) -> None:
    write_set(tmp_path / "musique", chained(300))
    found = split(tmp_path, "musique")
    first, reported = (
        {k for q in part for k in q["gold"]} for part in (found.first, found.reported)
    )
    assert first
    assert len(found.reported) == REPORTED["musique"]
    assert not first & reported


def test_a_translation_is_where_its_twin_is(tmp_path: Path) -> None:
    rows = chained(300)
    write_set(tmp_path / "xquad_en", rows)
    write_set(
        tmp_path / "xquad_zh", [row | {"gold": [f"z{key}" for key in row["gold"]]} for row in rows]
    )
    first = {q["id"] for q in split(tmp_path, "xquad_en").first}
    assert {q["id"] for q in split(tmp_path, "xquad_zh").first} == first


def test_what_is_taught_stands_beside_no_reported_passage(tmp_path: Path) -> None:
    write_set(tmp_path / "musique", chained(300))
    parts = split(tmp_path, "musique")
    reported = {key for query in parts.reported for key in query["gold"]}
    (taught,) = groups(tmp_path, {"musique": 1000})
    assert len(taught.topics) == len(parts.first)
    shown = {p.title for topic in taught.topics for p in (*topic.gold, *topic.others)}
    assert shown
    assert not shown & reported
