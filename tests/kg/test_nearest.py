"""Names that come near an unknown one."""

from __future__ import annotations

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from memctx.kg.nearest import nearest, pieces

NAMES = ["Caspar Wendelow", "Corrieholt", "Ardenskaw Observatory", "邬静澜", "Lisbet", "Bo"]


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("Caspar Wendlow", "Caspar Wendelow"),
        ("wendelov", "Caspar Wendelow"),
        ("Corieholt", "Corrieholt"),
        ("Ardenskow Observatory", "Ardenskaw Observatory"),
        ("邬静兰", "邬静澜"),
        ("Lisbeth", "Lisbet"),
    ],
)
def test_a_slip_finds_the_name_that_is_meant(typed: str, meant: str) -> None:
    assert nearest(typed, NAMES, 1) == [meant]
    assert any(piece in meant.casefold() for piece in pieces(typed.casefold()))


@pytest.mark.parametrize("typed", ["Zzyzx", "Halvorsen", "黄河"])
def test_a_name_like_none_finds_none(typed: str) -> None:
    assert nearest(typed, NAMES, 3) == []


@given(st.text(alphabet="abcd", min_size=7, max_size=20), st.data())
def test_two_slips_leave_one_piece_whole(name: str, data: st.DataObject) -> None:
    mistyped = name
    for _ in range(2):
        place = data.draw(st.integers(0, len(mistyped) - 1))
        letter = data.draw(st.sampled_from(["", "x", f"{mistyped[place]}x"]))
        mistyped = mistyped[:place] + letter + mistyped[place + 1 :]
    assume(mistyped)
    assert any(piece in mistyped for piece in pieces(name))
