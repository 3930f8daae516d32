"""Looking into the knowledge graph: entities, the way between two, and its figures."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from math import log2

import numpy as np

from ..errors import EntityNotFound
from ..kg.arrays import GraphArrays
from ..kg.communities import Communities, communities
from ..kg.graph import KnowledgeGraph
from ..kg.nearest import nearest, pieces
from ..kg.parse import VALUES
from ..kg.route import route
from ..kg.spellings import form_of, hash_of
from ..memory.graph_rows import FactRow, MentionRow, NameRow
from ..memory.store import Store
from ..records import DocumentRef, Fact
from .graph_reports import (
    CommunityReport,
    EntityRef,
    EntityReport,
    GraphPath,
    GraphStats,
    MentionReport,
    MergeReport,
    PathStep,
    TimedFact,
)

_RELATED = 12
_SHOWN = 10
_HINTS = 3
_COMPARED = 2000  # names that are compared with an unknown one


class GraphView:
    """The graph of a store, as it is when the view is made."""

    def __init__(self, store: Store, graph: KnowledgeGraph) -> None:
        self._store, self._graph = store, graph

    @property
    def arrays(self) -> GraphArrays:
        """The graph as walks see it."""
        return self._graph.arrays()

    def entity(self, name: str, *, limit: int = 20) -> EntityReport:
        """All about the entity of a name: at most `limit` mentions and facts.

        Raises:
            EntityNotFound: no text has this name; names that come near are listed.
        """
        entity, *others = self.find(name)
        store = self._store
        names = store.names_of([entity])
        texts = {row.id: row.text for row in names}
        merges = store.merges_of(list(texts))
        missing = {end for row in merges for end in (row.kept_id, row.merged_id)} - texts.keys()
        texts |= {row.id: row.text for row in store.names(list(missing))}
        return EntityReport(
            entity=_head(names),
            names=tuple(row.text for row in names),
            merges=tuple(
                MergeReport(texts[m.kept_id], texts[m.merged_id], m.why, m.score, m.parted)
                for m in merges
            ),
            passage_count=len(self._rows_of(entity)),
            subject_of=self._documents_about(entity),
            mentions=tuple(map(_mention, store.mentions_of_entity(entity, limit))),
            facts=tuple(
                TimedFact(fact_of(row), row.time) for row in store.facts_of_entity(entity, limit)
            ),
            related=self._related(entity),
            also=tuple(self.refs(others)),
        )

    def path(self, source: str, target: str) -> GraphPath:
        """The shortest way from one name's entity to another's, over passages.

        Raises:
            EntityNotFound: as `entity`.
        """
        ends = [self.find(name)[0] for name in (source, target)]
        arrays = self.arrays
        columns = [_place(arrays.entity_ids, end) for end in ends]
        way = None
        if min(columns) >= 0:
            way = route(arrays, columns[0], columns[1])
        first, last = self.refs(ends)
        if way is None:
            return GraphPath(first, last, found=ends[0] == ends[1], steps=())
        return GraphPath(first, last, found=True, steps=self._steps(way))

    def stats(self) -> GraphStats:
        """The graph's figures, its largest communities and its commonest entities."""
        arrays, counts = self.arrays, self._store.graph_counts()
        groups = communities(arrays)
        spread = _spread(arrays)
        commonest = arrays.entity_ids[np.argsort(-spread, kind="stable")[:_SHOWN]]
        return GraphStats(
            passages=len(arrays.chunk_ids),
            unread=counts.unread,
            entities=counts.entities,
            names=counts.names,
            mentions=counts.mentions,
            facts=counts.facts,
            merges=counts.merges,
            extractors=self._store.extractors(),
            communities=len(groups.sizes),
            largest=self._largest(groups, spread),
            commonest=tuple(self.refs(commonest.tolist())),
            kinds=self._store.kinds(),
        )

    def find(self, name: str) -> list[int]:
        """The entities that go by a name, the most mentioned first.

        Raises:
            EntityNotFound: as `entity`.
        """
        rows = self._store.names_like(hash_of(form_of(name).bare))
        if not rows:
            near = self._near(name)
            hint = f"did you mean {', '.join(near)}?" if near else "`memctx graph stats` shows some"
            raise EntityNotFound(f"no text that was read names {name}; {hint}")
        exact = {row.entity_id for row in rows if row.text == name}
        entities = {row.entity_id for row in rows}
        count = {entity: len(self._rows_of(entity)) for entity in entities}
        return sorted(entities, key=lambda entity: (entity not in exact, -count[entity], entity))

    def refs(self, entities: Sequence[int]) -> list[EntityRef]:
        """The entities by the names that they go by, in the order given."""
        heads = {
            row.id: EntityRef(row.id, row.text, row.kind) for row in self._store.names(entities)
        }
        return [heads[entity] for entity in entities if entity in heads]

    def _near(self, name: str) -> list[str]:
        """What an unknown name may mean: names that hold it, and names spelled nearly like it.

        Names of things come before general terms, and no entity comes twice.
        """
        wanted = form_of(name).bare
        if not wanted:
            return []
        store = self._store
        rows = [*store.names_with([name], _COMPARED), *store.names_with(pieces(wanted), _COMPARED)]
        proper = {row.text: row.entity_id for row in rows if row.kind not in VALUES | {"term"}}
        terms = {row.text: row.entity_id for row in rows if row.kind == "term"}
        near: dict[int, str] = {}
        for named in (proper, terms):
            holding = sorted((n for n in named if name.casefold() in n.casefold()), key=len)
            for text in [*holding[:_HINTS], *nearest(name, named, _HINTS)]:
                near.setdefault(named[text], text)
        return list(near.values())[:_HINTS]

    def _rows_of(self, entity: int) -> list[int]:
        """Rows of the passages that mention an entity."""
        arrays = self.arrays
        column = _place(arrays.entity_ids, entity)
        if column < 0:
            return []
        return sorted(arrays.mentions[:, [column]].nonzero()[0].tolist())

    def _related(self, entity: int) -> tuple[EntityRef, ...]:
        arrays = self.arrays
        shared: Counter[int] = Counter()
        for row in self._rows_of(entity):
            shared.update(arrays.mentions[row].indices.tolist())
        shared.pop(_place(arrays.entity_ids, entity), None)
        spread = _spread(arrays).tolist()
        best = sorted(shared, key=lambda c: (-shared[c] / log2(1 + max(spread[c], 1)), c))
        return tuple(self.refs([int(arrays.entity_ids[c]) for c in best[:_RELATED]]))

    def _documents_about(self, entity: int) -> tuple[DocumentRef, ...]:
        arrays = self.arrays
        column = _place(arrays.entity_ids, entity)
        rows = np.flatnonzero(arrays.subjects == column).tolist() if column >= 0 else []
        chunks = self._store.chunks([int(arrays.chunk_ids[row]) for row in rows])
        return tuple(dict.fromkeys(chunk.document for chunk in chunks.values()))

    def _steps(self, way: list[int]) -> tuple[PathStep, ...]:
        arrays = self.arrays
        entities = [int(arrays.entity_ids[column]) for column in way[::2]]
        passages = [int(arrays.chunk_ids[row]) for row in way[1::2]]
        chunks, facts = self._store.chunks(passages), self._store.facts_of(passages)
        refs = self.refs(entities)
        return tuple(
            PathStep(
                source=one,
                target=other,
                document=chunks[passage].document,
                chunk_id=passage,
                text=chunks[passage].chunk.text,
                facts=tuple(_joining(facts, passage, one.id, other.id)),
            )
            for one, passage, other in zip(refs, passages, refs[1:], strict=False)
        )

    def _largest(self, groups: Communities, spread: np.ndarray) -> tuple[CommunityReport, ...]:
        found = []
        for community, size in list(groups.sizes.items())[:_SHOWN]:
            members = np.flatnonzero(groups.entities == community)
            top = members[np.argsort(-spread[members], kind="stable")[:5]]
            refs = self.refs(self.arrays.entity_ids[top].tolist())
            found.append(CommunityReport(community, size, tuple(refs)))
        return tuple(found)


def fact_of(row: FactRow) -> Fact:
    """A stored fact as results have it."""
    return Fact(
        subject=row.subject,
        relation=row.relation,
        object=row.object,
        document=row.document,
        chunk_id=row.chunk_id,
        start=row.start,
        end=row.end,
        score=1.0,
    )


def _joining(facts: Iterable[FactRow], passage: int, one: int, other: int) -> Iterable[Fact]:
    for row in facts:
        if row.chunk_id == passage and {row.subject_id, row.object_id} == {one, other}:
            yield fact_of(row)


def _mention(row: MentionRow) -> MentionReport:
    return MentionReport(row.name, row.document, row.chunk_id, row.start, row.end)


def _head(names: Sequence[NameRow]) -> EntityRef:
    """Names are in the order of their ids, and an entity goes by its first."""
    return EntityRef(names[0].entity_id, names[0].text, names[0].kind)


def _spread(arrays: GraphArrays) -> np.ndarray:
    """How many passages mention each entity."""
    return np.asarray(arrays.mentions.getnnz(axis=0))


def _place(ids: np.ndarray, wanted: int) -> int:
    """Where an id stands among ascending ones; -1 if it does not."""
    place = int(np.searchsorted(ids, wanted))
    return place if place < len(ids) and ids[place] == wanted else -1
