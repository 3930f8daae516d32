"""Which entities a picture of the graph shows: names first, no furniture, nothing alone."""

from __future__ import annotations

from collections.abc import Mapping

from memctx.memory.graph_rows import FactRow, NameRow
from memctx.pipeline.graph_picture import Picture, picture
from memctx.pipeline.graph_whole import WholeGraph
from memctx.records import DocumentRef

DOCUMENT = DocumentRef(1, "a.txt", "a", "a.txt")


class Drawn:
    """Entities by name, to be drawn: what each was taken for, where it stands, what is told."""

    def __init__(self) -> None:
        self.names: dict[int, list[NameRow]] = {}
        self.votes: dict[int, Mapping[str, int]] = {}
        self.mentions: list[tuple[int, int, int]] = []
        self.facts: list[FactRow] = []

    def entity(
        self, *names: str, kind: str, passages: range, votes: Mapping[str, int] | None = None
    ) -> int:
        number = len(self.names) + 1
        self.names[number] = [NameRow(number, name, kind, number) for name in names]
        self.votes[number] = votes or {kind: len(passages)}
        self.mentions += [(chunk, number, 1) for chunk in passages]
        return number

    def fact(self, subject: int, object_: int) -> None:
        texts = self.names[subject][0].text, self.names[object_][0].text
        number = len(self.facts)
        self.facts.append(
            FactRow(number, 0, DOCUMENT, texts[0], subject, "met", texts[1], object_, None, 0, 1)
        )

    def picture(self) -> Picture:
        passages = {chunk: "a.txt" for chunk, *_ in self.mentions}
        return picture(WholeGraph(self.names, passages, self.mentions, self.facts), self.votes)

    def shown(self) -> list[str]:
        return [self.names[entity][0].text for entity in self.picture().entities]


def people(drawn: Drawn, count: int = 50) -> list[int]:
    """So many people that no general term is needed, each met in two passages."""
    return [
        drawn.entity(f"Person {n}", kind="person", passages=range(n, n + 2)) for n in range(count)
    ]


def test_general_terms_dates_and_numbers_are_not_shown_beside_names() -> None:
    drawn = Drawn()
    people(drawn)
    drawn.entity("report", kind="term", passages=range(50))
    drawn.entity("2008", kind="date", passages=range(50))
    drawn.entity("two", kind="number", passages=range(50))
    assert not {"report", "2008", "two"} & set(drawn.shown())
    assert len(drawn.shown()) == 50


def test_where_there_are_few_names_terms_make_up_for_them() -> None:
    drawn = Drawn()
    ada = drawn.entity("Ada Moss", kind="person", passages=range(2))
    bo = drawn.entity("Bo Lee", kind="person", passages=range(2, 4))
    drawn.entity("gradient descent", kind="term", passages=range(4))
    both = drawn.entity("steam engine", kind="term", passages=range(1))
    drawn.fact(ada, both)
    drawn.fact(bo, both)
    assert drawn.shown() == ["Ada Moss", "Bo Lee", "steam engine", "gradient descent"]


def test_a_thing_is_what_it_is_most_often_taken_for() -> None:
    drawn = Drawn()
    people(drawn)
    moss = drawn.entity(
        *("Moss", "moss"),
        kind="organisation",
        passages=range(9),
        votes={"organisation": 3, "person": 6},
    )
    drawn.entity("Director", kind="person", passages=range(9), votes={"person": 2, "term": 7})
    assert drawn.picture().kinds[moss] == "person"
    assert "Director" not in drawn.shown()


def test_a_word_that_is_also_written_small_is_no_name() -> None:
    drawn = Drawn()
    people(drawn)
    drawn.entity("Caption", "caption", kind="name", passages=range(20))
    drawn.entity("Heron", kind="name", passages=range(20))
    assert "Caption" not in drawn.shown()
    assert "Heron" in drawn.shown()


def test_furniture_of_which_nothing_is_said_comes_after_what_is_told_of() -> None:
    drawn = Drawn()
    someone = people(drawn)
    drawn.entity("Running Head", kind="organisation", passages=range(40))
    told = drawn.entity("Ada Moss", kind="person", passages=range(10))
    for other in someone[:10]:
        drawn.fact(told, other)
    shown = drawn.shown()
    assert shown.index("Ada Moss") < shown.index("Running Head")


def test_single_words_cells_and_identifiers_of_unsure_kind_need_more_than_a_glimpse() -> None:
    drawn = Drawn()
    people(drawn)
    for name in ("Total", "Ada\nMoss", "made_in", "> Ines", "Ada Moss"):
        drawn.entity(name, kind="name", passages=range(2))
    shown = set(drawn.shown())
    assert "Ada Moss" in shown
    assert not {"Total", "Ada\nMoss", "made_in", "> Ines"} & shown


def test_a_hub_keeps_the_links_of_all_who_share_its_passages() -> None:
    drawn = Drawn()
    hub = drawn.entity("Harland Institute", kind="organisation", passages=range(90))
    for n in range(90):
        drawn.entity(f"Person {n}", kind="person", passages=range(n, n + 1))
    links = drawn.picture().links
    assert sum(hub in (link.source, link.target) for link in links) == 90


def test_a_picture_has_room_for_some_hundreds_and_nothing_on_it_stands_alone() -> None:
    drawn = Drawn()
    people(drawn, 600)
    drawn.entity("Loner", kind="person", passages=range(700, 800))
    found = drawn.picture()
    ends = {end for link in found.links for end in (link.source, link.target)}
    assert len(found.entities) < 400
    assert set(found.entities) == ends
    assert "Loner" not in drawn.shown()
