"""`Memory`: the library's public surface.

Each method is one flow of the pipeline; this module, with `contents.py`, wires them to one
memory and does nothing else. Methods with an `a` in front are the same for asyncio.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from .config import Settings
from .contents import Contents, PathLike
from .errors import UsageError
from .memory.embedder import Embedder
from .memory.faults import check_text
from .pipeline.ask import AskOptions, answer
from .pipeline.engines import find_embedder
from .pipeline.finding import Indexes
from .pipeline.graph_reports import GraphExport
from .pipeline.graph_view import GraphView
from .pipeline.progress import Progress
from .pipeline.readers import Readers
from .pipeline.retrieve import Retriever, Scope
from .pipeline.stages import Stages, listed
from .pipeline.status import status
from .pipeline.verdict import Grounds
from .reader.reading import Reader
from .records import (
    Answer,
    CalibrationReport,
    Fidelity,
    Passage,
    SearchResult,
    Status,
    Summary,
    TrainReport,
    WarmReport,
)
from .twins import twin

if TYPE_CHECKING:
    from .pipeline.evaluate import EvaluateOptions
    from .pipeline.evaluation import EvaluationReport
    from .pipeline.explain import Explanation
    from .pipeline.train import TrainOptions


class Memory(Contents):
    """A memory in a folder. Safe to share between threads; one process writes at a time.

    Opening costs nothing: the store, the indexes and the models are loaded when first
    used. `embedder` and `reader` replace those that the settings name.
    """

    def __init__(
        self,
        path: PathLike | None = None,
        *,
        settings: Settings | None = None,
        embedder: Embedder | None = None,
        reader: Reader | None = None,
        progress: Progress | None = None,
    ) -> None:
        super().__init__(path, settings=settings, embedder=embedder, progress=progress)
        self._readers = Readers(self._workspace, reader, self._progress)

    # --- finding and asking -------------------------------------------------------

    def search(
        self,
        query: str,
        k: int = 5,
        *,
        distinct: bool = False,
        scope: Scope | None = None,
        stages: Stages | None = None,
    ) -> SearchResult:
        """The `k` best passages for a query, with the signals of each, and facts.

        `stages` leaves parts of the search out; without it, the settings say which.

        Raises:
            ModelNotFound: the weights of a stage are missing; names the command.
            UsageError: `k` is below 1, the query is empty, or it or the scope is no text.
        """
        check_text(query)
        if not query.strip():
            raise UsageError("there is nothing to look for: the query or question is empty")
        if k < 1:
            raise UsageError(f"k should be at least 1, got {k}")
        return self._retriever(stages).search(query, k, scope=scope, distinct=distinct)

    def ask(
        self,
        question: str,
        *,
        options: AskOptions | None = None,
        scope: Scope | None = None,
        stages: Stages | None = None,
        on_text: Callable[[str], None] | None = None,
    ) -> Answer:
        """An answer from the memory alone, with its sources, or an honest "not in memory".

        `on_text` receives the answer's words as they are read; `stages` as in `search`. An
        answer that was given before, of an unchanged memory, is given again at once, unless
        the setting `answer_cache` is off.

        Raises:
            ModelNotFound: weights are missing; names the command that gets them.
            UsageError: the question is empty, or there is no such reader.
        """
        options = options or AskOptions(
            window=self.settings.window, passages=self.settings.passages
        )

        def make() -> Answer:
            return self._answered(question, options, scope, stages, on_text)

        answers = self._readers.answers(options.reader)
        if answers is None or not question.strip():
            return make()
        return answers.answer(question, repr((options, scope, stages)), make, on_text)

    def _answered(
        self,
        question: str,
        options: AskOptions,
        scope: Scope | None,
        stages: Stages | None,
        on_text: Callable[[str], None] | None,
    ) -> Answer:
        result = self.search(question, options.passages, scope=scope, stages=stages)
        reader = self.reader(options.reader)
        return answer(
            result,
            reader,
            options,
            grounds=self._readers.grounds(question, options.reader),
            on_text=on_text,
        )

    def grounds(self, question: str) -> Grounds:
        """What an answer to a question is judged by, but for a calibration; for measuring."""
        return self._readers.grounds(question, None)

    def summarise(
        self,
        document: str | None = None,
        *,
        query: str | None = None,
        collection: str | None = None,
        max_tokens: int = 256,
        method: str = "auto",
    ) -> Summary:
        """A summary of a document, of what the memory holds on a query, or of all of it.

        With both, of the document as far as it bears on the query. At most `max_tokens` of
        the reader's tokens. `method` is "extract", sentences of the sources; "abstract",
        sentences that the reader writes; or "auto", the better one that there is.

        Raises:
            DocumentNotFound: no document has this key, or several collections have it.
            UsageError: there is no such method, or the query is no text.
        """
        from .pipeline.engines import writes_summaries
        from .pipeline.summarise import Summariser, SummaryRequest

        request = SummaryRequest(document, query, collection, max_tokens, method)

        def search(text: str, k: int) -> tuple[Passage, ...]:
            return self.search(text, k, scope=Scope(collection)).passages

        summariser = Summariser(
            self._workspace,
            search,
            self._readers.count(),
            reader=lambda: self.reader("prefill"),  # each text is read once: no state is kept
            writes=writes_summaries(self.settings),
            progress=self._progress,
        )
        return summariser(request)

    def explain(self, result: SearchResult | Answer) -> Explanation:
        """The names that the question has, and the way over the graph to each passage."""
        from .pipeline.explain import explain

        question = result.question if isinstance(result, Answer) else result.query
        names = self._stages().names
        return explain(self.graph(), question, result.passages, result.facts, names=names)

    def evaluate(
        self, folder: PathLike, *, options: EvaluateOptions | None = None
    ) -> EvaluationReport:
        """How well this memory finds and answers, on a folder of documents and questions.

        Documents of the folder that are not in the memory yet are taken in first. The
        folder holds `corpus.jsonl` or `docs.jsonl`, and `queries.jsonl`.

        Raises:
            UsageError: the folder is not of that form, or nothing in it can be scored.
        """
        from .pipeline import evaluate as evaluation
        from .pipeline.evaluation_set import read_evaluation_set

        options = options or evaluation.EvaluateOptions()
        data = read_evaluation_set(Path(folder))
        return evaluation.evaluate(self, data, options, self._progress)

    def reader(self, mode: str = "memory") -> Reader:
        """The reader for a mode, loaded once."""
        return self._readers.of(mode)

    # --- looking inside -------------------------------------------------------------

    def status(self) -> Status:
        """What the memory holds, what made it, and how large it is."""
        return status(self._workspace)

    def graph(self) -> GraphView:
        """The knowledge graph as it is now: its entities, ways between them, its figures."""
        return GraphView(self._workspace.store, self._workspace.graph())

    def export_graph(self, file: PathLike, *, format: str = "html") -> GraphExport:
        """Writes the knowledge graph as "html" (one page to look at), "graphml" or "json".

        Raises:
            UsageError: there is no such format.
        """
        from .pipeline.graph_export import export_graph

        space = self._workspace
        return export_graph(space.store, space.graph(), Path(file), format)

    # --- upkeep ---------------------------------------------------------------------

    def verify(self, *, repair: bool = False) -> list[str]:
        """Everything that is wrong, each in a sentence; with `repair`, what still is."""
        from .pipeline import upkeep

        self._workspace.home.require()
        if repair:
            return upkeep.repair(self._workspace, self._progress)
        return upkeep.problems(self._workspace)

    def reindex(self, embedder: str | None = None) -> int:
        """Makes what is missing: vectors of another embedder if one is named, names and facts.

        With the setting `nodes`, also summary nodes of long documents. Returns how many
        passages were embedded.
        """
        from .pipeline import upkeep

        space = self._workspace
        space.home.require()
        chosen = find_embedder(embedder, self.settings) if embedder else space.embedder
        count = upkeep.reindex(space, chosen, self._progress)
        if self.settings.nodes:
            self._make_nodes()
        return count

    def warm_reader(self) -> WarmReport:
        """Computes the reader's states of every passage that has none yet.

        Raises:
            ReaderError: the reader's model is read by full prefill and has no use for them.
        """
        from .pipeline.warm import warm

        return warm(self._workspace.store, self._readers.from_memory(), self._progress)

    def check_reader(self) -> Fidelity:
        """Measures how near reading from stored states comes to full prefill."""
        return self._readers.fidelity()

    def train_reader(
        self,
        questions: PathLike | None = None,
        *,
        options: TrainOptions | None = None,
        adapter: PathLike | None = None,
        most: int | None = None,
    ) -> TrainReport:
        """Teaches the reader from questions about this memory and their right answers.

        Without a file of `questions`, at most `most` are made from the memory's own passages
        and facts. The adapter that came with the reader is taught further. Without `options`,
        each question is read about once. A fifth of the questions is kept to examine what was
        in use and what came of it: the latter is used from then on only if it is not worse, and
        was not taught by made questions, which may harm; the report says so, and where it lies.
        With a folder `adapter` it is put there, to be named in `reader_adapter`. An interrupted
        training goes on where it stopped.

        Raises:
            UsageError: the questions cannot be read, or fewer than 20 can be taught or made.
        """
        from .pipeline.engines import find_shipped_adapters
        from .pipeline.evaluation_set import read_questions
        from .pipeline.material import different, material_of
        from .pipeline.selftaught.material import MOST, material_from
        from .pipeline.teach import MADE, Teaching

        asked = None if questions is None else read_questions(Path(questions))
        if asked is not None:
            different(asked)  # too few are an error now, not when all models are loaded
        subject = MADE if questions is None else os.path.abspath(questions)
        start = find_shipped_adapters(self.settings)
        teaching = Teaching(self._workspace, options, start, subject)
        languages, progress = teaching.languages(), self._progress
        retriever = self._retriever(None)
        if asked is None:
            store, most = self._workspace.store, most or MOST
            material = material_from(store, retriever, progress, most=most, languages=languages)
        else:
            material = material_of(asked, retriever, progress, languages=languages)
        report = teaching.run(material, Path(adapter) if adapter else None, progress)
        self._readers.renew()
        return report

    def calibrate_reader(
        self, questions: PathLike, *, options: AskOptions | None = None
    ) -> CalibrationReport:
        """Measures how sure the reader may be, on questions about this memory.

        A question without right answers is one that should be declined. What comes of it is
        kept with the memory, and says from then on how sure an answer is and what is declined.

        Raises:
            UsageError: the questions cannot be read, or their answers tell too little.
        """
        from .pipeline.evaluation_set import read_questions
        from .pipeline.trial import Trial, calibrate

        asked = read_questions(Path(questions))
        options = options or AskOptions(self.settings.passages, self.settings.window)
        trial = Trial(
            search=lambda text, scope: self.search(text, options.passages, scope=scope),
            grounds=self.grounds,
            reader=self.reader(),
            options=options,
            keys=frozenset(row.key for row in self.documents()),
        )
        report = calibrate(trial, asked, self._workspace.home.calibration, self._progress)
        self._readers.renew()
        return report

    asearch = twin(search)
    aask = twin(ask)
    asummarise = twin(summarise)
    aexplain = twin(explain)
    aevaluate = twin(evaluate)
    areader = twin(reader)
    astatus = twin(status)
    agraph = twin(graph)
    aexport_graph = twin(export_graph)
    averify = twin(verify)
    areindex = twin(reindex)
    awarm_reader = twin(warm_reader)
    acheck_reader = twin(check_reader)
    atrain_reader = twin(train_reader)
    acalibrate_reader = twin(calibrate_reader)

    def indexes(self) -> Indexes:
        """What this memory is searched by, as it is now; for those who measure or train."""
        space = self._workspace
        return Indexes(
            space.store,
            space.words(),
            space.vectors(),
            space.walkable(),
            space.embedder,
            space.model_id(),
        )

    def _retriever(self, stages: Stages | None) -> Retriever:
        reranker = self._workspace.reranker
        return Retriever(self.indexes(), stages=stages or self._stages(), reranker=reranker)

    def _stages(self) -> Stages:
        settings = self.settings
        return Stages.without(
            listed(settings.without), nodes=settings.nodes, rerank=settings.rerank
        )
