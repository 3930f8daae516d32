from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from memctx.pipeline.loaders import Source, load
from memctx.records import Document, Skipped

LoadFile = Callable[..., list[Document | Skipped]]


def only(loaded: list[Document | Skipped]) -> Document:
    (document,) = loaded
    assert isinstance(document, Document), document
    return document


def test_each_line_of_jsonl_is_a_document_keyed_by_its_id(load_file: LoadFile) -> None:
    first, second = load_file(
        "c.jsonl",
        '{"id": 7, "title": "星", "text": "天文台\\r\\nx\\u0000\\ud83d", "year": 1932, "n": NaN}\n'
        '\n{"id": "b", "text": "two", "tags": ["x\\u0000"]}',
    )
    assert isinstance(first, Document)
    assert isinstance(second, Document)
    assert (first.key, first.title, first.text) == ("7", "星", "天文台\nx\ufffd")
    assert first.metadata == {"year": 1932}
    assert (second.key, second.title, second.metadata) == ("b", "", {"tags": ["x"]})


def test_a_broken_line_is_skipped_by_number_and_the_rest_goes_on(load_file: LoadFile) -> None:
    good = '{"id": "%s", "text": "x"}\n'
    lines = ['{"id": 1,\n', "[1]\n", '{"_id": 2, "text": ""}\n', '{"id": true, "text": "x"}\n']
    lines += ['{"id": 3}\n', '{"id": 4, "text": " "}\n', '{"id":5,"text":"x"}' + "[" * 9_999 + "\n"]
    deep = '{"id": 6, "text": "x", "a": ' + "[" * 99_999 + "\n"
    loaded = load_file("c.jsonl", good % "a" + "".join(lines) + deep + good % "z")
    assert [item.key for item in loaded if isinstance(item, Document)] == ["a", "z"]
    reasons = [item.reason for item in loaded if isinstance(item, Skipped)]
    assert reasons[0].startswith("line 2: not valid JSON (")
    assert reasons[1] == "line 3: expected an object, found list"
    assert reasons[2] == 'line 4: expected an "id" that is a string or a whole number'
    assert reasons[3] == 'line 5: expected an "id" that is a string or a whole number'
    assert reasons[4] == 'line 6: expected a "text" that is a string'
    assert reasons[5] == 'line 7: the text of "4" is empty'
    assert reasons[6].startswith("line 8: not valid JSON (Extra data")
    assert reasons[7] == "line 9: nested too deeply"


@pytest.mark.parametrize("encoding", ["gb18030", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
def test_jsonl_in_other_encodings_is_read(load_file: LoadFile, encoding: str) -> None:
    text = "玄武湖天文台由林清远创建，位于南京城东北。"
    lines = "".join(json.dumps({"id": n, "text": text}, ensure_ascii=False) + "\n" for n in (1, 2))
    loaded = load_file("c.jsonl", lines.encode(encoding))
    assert [item.text for item in loaded if isinstance(item, Document)] == [text, text]


def test_one_line_in_another_encoding_harms_no_other(load_file: LoadFile) -> None:
    line = '{"id": "%s", "text": "天文台的望远镜很大"}\n'
    data = (line % 1).encode() + (line % 2).encode("gb18030") + (line % 3).encode()
    first, second, third = load_file("c.jsonl", data)
    assert isinstance(second, Document)
    assert {item.text for item in (first, second, third) if isinstance(item, Document)} == {
        "天文台的望远镜很大"
    }
    assert second.metadata == {"encoding": "gb18030"}


def test_a_json_list_of_records_is_read_like_jsonl(load_file: LoadFile) -> None:
    first, second = load_file("a.json", '[{"id": 1, "text": "天"}, {"id": 2}]')
    assert isinstance(first, Document)
    assert first.key == "1"
    assert second == Skipped("a.json", 'record 2: expected a "text" that is a string')


def test_json_lines_named_json_are_read_all_the_same(load_file: LoadFile) -> None:
    loaded = load_file("a.json", '{"id": 1, "text": "x"}\n{"id": 2, "text": "y"}\n')
    assert [item.key for item in loaded] == ["1", "2"]


def test_any_other_json_is_laid_out_as_text(load_file: LoadFile) -> None:
    document = only(load_file("a.json", '{"台": [1, {"b": "\\ud83d"}]}'))
    assert document.text == '{\n  "台": [\n    1,\n    {\n      "b": "\ufffd"\n    }\n  ]\n}'
    assert (document.key, document.title) == ("a.json", "a")


def test_standard_input_is_records_or_one_text() -> None:
    def read(data: bytes) -> list[tuple[str, str]]:
        loaded = load(Source("stdin", "-", None, len(data), 0, data))
        return [(item.key, item.text) for item in loaded if isinstance(item, Document)]

    assert read('{"id": "a", "text": "天"}\nbroken\n'.encode()) == [("a", "天")]
    assert read("天文台\r\n".encode("gb18030") * 9) == [("stdin", "天文台\n" * 9)]
