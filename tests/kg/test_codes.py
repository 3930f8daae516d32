"""Codes of the printer are no names; what only looks a little like them stays."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from memctx.kg.codes import code_runs, without_codes
from memctx.kg.english import EnglishExtractor
from memctx.kg.other import OtherExtractor

CODES = (
    "VerDate Nov 24 2008 10:14 Jun 12, 2010 Jkt 055000 PO 00000 Frm 00001 Fmt 6633 "
    "Sfmt 6633 E:\\HR\\OC\\HR500.XXX HR500"
)
OTHERS = "Kvt 00412 Lrn 00077 Bzt 6633 Qmt 6602 V:\\OUT\\F412.XXX"


@pytest.mark.parametrize("codes", [CODES, OTHERS])
@pytest.mark.parametrize(("before", "after"), [("", ""), ("It passed. ", " The "), ("and\n", "\n")])
def test_codes_are_found_wherever_they_stand(codes: str, before: str, after: str) -> None:
    [(start, end)] = code_runs(f"{before}{codes}{after}")
    assert (start, end) == (len(before), len(before) + len(codes))


@pytest.mark.parametrize(
    "text",
    [
        "Paris 2024 Tokyo 2020 Rio 2016 London 2012 Beijing 2008",
        "Lakers 102 Bulls 99 Heat 95 Suns 90",
        "Anna Bell 0171 4960000 Bo Lee 0161 4960001 Cy Dee 0113 4960002",
        "Ada Lovelace, Byron House, 12 Main Street, London NW1 6XE, Tel. 020 7946 0958",
        "James Bond 007 met Agent 008, Agent 009 and Agent 006.",
        "| Item | A-012 | 0035 | Item | A-013 | 0050 |",
        "他在2008年8月8日出生于北京市，电话010 12345678。",
    ],
)
def test_results_addresses_and_tables_are_none(text: str) -> None:
    assert code_runs(text) == []
    assert without_codes(text) == text


@given(st.text(alphabet="Ab 019.\n\\:", max_size=80))
def test_offsets_stay_as_they_are(text: str) -> None:
    for whole in (text, f"{text}\n{CODES}\n{text}"):
        bare = without_codes(whole)
        assert len(bare) == len(whole)
        kept = [(old, new) for old, new in zip(whole, bare, strict=True) if not new.isspace()]
        assert all(old == new for old, new in kept)


@pytest.mark.parametrize("language", ["english", "other"])
def test_no_name_is_read_from_codes(language: str, english: EnglishExtractor) -> None:
    extractor = english if language == "english" else OtherExtractor()
    text = f"The bill was read by Anna Bell.\n\n{CODES}\n\nMr. Boris Quill spoke of Norwick."
    [found] = extractor.extract([text])
    names = " ".join(mention.text for mention in found.mentions)
    assert "Anna Bell" in names
    assert "Boris Quill" in names
    for code in ("VerDate", "Jkt", "Frm", "Fmt", "Sfmt", "PO"):
        assert code not in names
    for mention in found.mentions:
        assert text[mention.start : mention.end] == mention.text
