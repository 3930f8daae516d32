"""The sample corpus and its questions hold what they promise."""

import email
import email.policy
import json
import re
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import docx
import openpyxl
import pypdfium2
import pytest

import memctx

SAMPLE = Path(memctx.__file__).parent / "data" / "sample"
DOCUMENTS = SAMPLE / "documents"
QUERIES: list[dict[str, Any]] = [
    json.loads(line) for line in (SAMPLE / "queries.jsonl").read_text("utf-8").splitlines()
]
ANSWERED = [query for query in QUERIES if query["type"] != "unanswerable"]
QUOTED = [query for query in ANSWERED if query["answers"] != ["yes"]]


def read_pdf(path: Path) -> str:
    report = pypdfium2.PdfDocument(path)
    try:
        return "\n".join(page.get_textpage().get_text_range() for page in report)
    finally:
        report.close()


def read_docx(path: Path) -> str:
    letter = docx.Document(str(path))
    rows = [[cell.text for cell in row.cells] for table in letter.tables for row in table.rows]
    return "\n".join([p.text for p in letter.paragraphs] + ["\t".join(row) for row in rows])


def read_xlsx(path: Path) -> str:
    book = openpyxl.load_workbook(path, data_only=True)
    rows = [row for sheet in book for row in sheet.iter_rows(values_only=True)]
    return "\n".join("\t".join(str(cell) for cell in row) for row in rows)


def read_mail(path: Path) -> str:
    message = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
    return f"{message['subject']}\n{message['cc']}\n{message.get_content()}"


def read_text(path: Path) -> str:
    return path.read_text("gb18030" if path.name == "news-2016.txt" else "utf-8")


READERS = {".pdf": read_pdf, ".docx": read_docx, ".xlsx": read_xlsx, ".eml": read_mail}


@pytest.fixture(scope="module")
def texts() -> Mapping[str, str]:
    """The text of every document under the key that ingestion gives it."""
    found: dict[str, str] = {}
    for path in DOCUMENTS.iterdir():
        if path.suffix == ".jsonl":
            records = map(json.loads, path.read_text("utf-8").splitlines())
            found |= {record["id"]: f"{record['title']}\n{record['text']}" for record in records}
        else:
            found[path.name] = READERS.get(path.suffix, read_text)(path)
    return found


@pytest.mark.parametrize("query", QUOTED, ids=lambda query: str(query["id"]))
def test_every_answer_stands_word_for_word_in_one_of_its_gold_documents(
    query: dict[str, Any], texts: Mapping[str, str]
) -> None:
    for answer in query["answers"]:
        assert any(answer in texts[key] for key in query["gold"])


def test_every_gold_key_is_a_document_and_every_file_is_gold_for_some_question(
    texts: Mapping[str, str],
) -> None:
    gold = {key for query in QUERIES for key in query["gold"]}
    assert gold <= texts.keys()
    assert {key for key in texts if not key.startswith("AK-")} <= gold


def test_questions_have_known_fields_and_ids_of_their_own() -> None:
    required = {"id", "question", "answers", "gold", "type", "language"}
    for query in QUERIES:
        assert required <= query.keys() <= required | {"demo", "conflict"}
        assert query["type"] in {"single", "bridge", "comparison", "unanswerable"}
        assert query["language"] == ("zh" if query["id"].startswith("zh") else "en")
    assert 24 <= len(QUERIES) == len({query["id"] for query in QUERIES}) <= 30


def test_questions_of_two_hops_need_two_documents_and_unanswerable_ones_have_none() -> None:
    for query in QUERIES:
        if query["type"] == "unanswerable":
            assert (query["answers"], query["gold"]) == ([], [])
        elif query["type"] in {"bridge", "comparison"}:
            assert len(query["gold"]) >= 2
        else:
            assert query["answers"]
            assert len(query["gold"]) == (2 if query.get("conflict") else 1)


def test_three_questions_are_for_showing() -> None:
    shown = [(query["language"], query["type"]) for query in QUERIES if query.get("demo")]
    assert sorted(shown) == [("en", "single"), ("en", "single"), ("zh", "single")]


def test_two_documents_disagree_about_the_year_of_the_dome(texts: Mapping[str, str]) -> None:
    said = {
        key: match[1]
        for key, text in texts.items()
        if (match := re.search(r"dome was completed in (?:\w+ )?(\d{4})", text))
    }
    assert said == {"history.md": "1902", "museum.html": "1904"}


def test_both_languages_are_there(texts: Mapping[str, str]) -> None:
    def is_chinese(text: str) -> bool:
        return len(re.findall("[一-鿿]", text)) > len(text) / 3

    chinese = {key for key, text in texts.items() if is_chinese(text)}
    files = {"wu-jinglan.md", "news-2016.txt", "chronometer-note.md"}
    assert chinese == files | {"AK-1909-02", "AK-1920-05"}
    assert {query["language"] for query in QUERIES} == {"en", "zh"}


def test_the_folder_is_small_and_keeps_its_questions_apart_from_its_documents() -> None:
    assert sum(path.stat().st_size for path in SAMPLE.rglob("*") if path.is_file()) < 300_000
    assert len(list(DOCUMENTS.iterdir())) == 14
    assert not list(DOCUMENTS.glob("*quer*"))


def test_the_news_report_can_only_be_read_as_gb18030() -> None:
    raw = (DOCUMENTS / "news-2016.txt").read_bytes()
    for encoding in ("utf-8", "gbk"):
        with pytest.raises(UnicodeDecodeError):
            raw.decode(encoding)


def test_the_report_has_three_pages_and_its_table_adds_up(texts: Mapping[str, str]) -> None:
    report = texts["inquiry-1932.pdf"]
    assert re.findall(r"Page \d of \d", report) == [f"Page {n} of 3" for n in (1, 2, 3)]
    appendix = report.partition("Appendix")[2].replace(",", "")
    first, second, third, paid, kept, price = map(int, re.findall(r"(\d+)\r?\n", appendix)[:6])
    assert first + second + third == paid
    assert paid + kept == price


def test_the_totals_of_the_budget_are_the_sums_of_their_columns() -> None:
    book = openpyxl.load_workbook(DOCUMENTS / "restoration-budget.xlsx", data_only=True)
    for sheet in book:
        *items, total = [row[2] for row in sheet.iter_rows(min_row=2, values_only=True)]
        assert sum(items) == total == 261_690


def test_the_generator_makes_the_committed_files_again(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "memctx.benchmarks.make_sample", str(tmp_path)]
    subprocess.run(command, check=True, capture_output=True, timeout=60)
    made = sorted(tmp_path.iterdir())
    assert len(made) == 5
    for path in made:
        assert path.read_bytes() == (DOCUMENTS / path.name).read_bytes(), path.name
