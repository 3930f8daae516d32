"""Which stages take part."""

from __future__ import annotations

import pytest

from memctx.errors import UsageError
from memctx.pipeline.stages import Stages, listed


def test_stages_are_left_out_by_name() -> None:
    assert Stages.without(["graph", "hops"]) == Stages(graph=False, hops=False)
    assert Stages.without([]) == Stages()
    assert Stages.without([], rerank=True).rerank
    assert not Stages.without(["rerank"], rerank=True).rerank


def test_a_stage_that_does_not_exist_is_refused_and_the_stages_listed() -> None:
    with pytest.raises(UsageError, match="no stage walk; the stages are dense, words"):
        Stages.without(["walk"])


def test_a_search_needs_something_to_find_passages_by() -> None:
    with pytest.raises(UsageError, match="dense or words"):
        Stages.without(["dense", "words"])


def test_names_come_with_commas_between() -> None:
    assert listed(" graph, hops ,") == ("graph", "hops")
    assert listed("") == ()
