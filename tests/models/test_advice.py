"""Which better reader is advised, and where none is."""

import pytest

from memctx.models.advice import better_reader
from memctx.models.catalogue import shipped_catalogue

GB = 1_000_000_000


@pytest.mark.parametrize(
    ("current", "memory", "cores", "advised"),
    [
        ("gemma-3-270m", 32 * GB, 8, "qwen2.5-coder-1.5b-instruct"),
        ("gemma-3-270m", 32 * GB, 2, None),
        ("gemma-3-270m", 8 * GB, 8, None),
        ("smollm2-135m-instruct", 8 * GB, 8, "gemma-3-270m"),
        ("gemma-3-270m", 32 * GB, None, "qwen2.5-coder-1.5b-instruct"),
        ("gemma-3-270m", 32 * GB, 1, None),
        ("gemma-3-270m", 3 * GB, 8, None),
        ("gemma-3-270m", None, 8, None),
        ("google/gemma-3-270m", 32 * GB, 8, "qwen2.5-coder-1.5b-instruct"),
        ("qwen2.5-coder-1.5b-instruct", 32 * GB, 8, None),
        ("someone/else", 32 * GB, 8, None),
        ("all-MiniLM-L6-v2", 32 * GB, 8, None),
    ],
)
def test_the_best_reader_that_fits_is_advised_if_it_is_better(
    current: str, memory: int | None, cores: int | None, advised: str | None
) -> None:
    found = better_reader(shipped_catalogue(), current, memory=memory, cores=cores)
    assert (found.name if found else None) == advised


def test_every_shipped_reader_says_what_it_demands_and_no_two_have_one_rank() -> None:
    readers = [entry for entry in shipped_catalogue() if entry.task == "read"]
    ranks = [entry.demand.rank for entry in readers if entry.demand]
    assert len(set(ranks)) == len(readers)
