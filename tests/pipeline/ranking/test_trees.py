"""Trees are walked as they are written."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from memctx.pipeline.ranking.trees import Trees


def split(feature: int, threshold: float, left: Any, right: Any) -> dict[str, Any]:
    return {"feature": feature, "threshold": threshold, "left": left, "right": right}


trees = st.recursive(
    st.floats(-2, 2),
    lambda below: st.builds(
        split, st.integers(0, 2), st.sampled_from([0.0, 0.5, 1.0]), below, below
    ),
    max_leaves=8,
)


def stored(roots: list[Any]) -> dict[str, Any]:
    nodes: dict[str, list[Any]] = {
        name: [] for name in ("feature", "threshold", "left", "right", "value")
    }

    def lay(node: Any) -> tuple[int, int]:
        place = len(nodes["value"])
        inner = isinstance(node, dict)
        nodes["feature"].append(node["feature"] if inner else 0)
        nodes["threshold"].append(node["threshold"] if inner else 0.0)
        nodes["value"].append(0.0 if inner else node)
        nodes["left"].append(place)
        nodes["right"].append(place)
        depth = 0
        for side in ("left", "right") if inner else ():
            nodes[side][place], below = lay(node[side])
            depth = max(depth, 1 + below)
        return place, depth

    laid = [lay(root) for root in roots]
    return {**nodes, "roots": [root for root, _ in laid], "depth": max(d for _, d in laid)}


def walked(node: Any, row: list[float]) -> float:
    while isinstance(node, dict):
        node = node["left" if row[node["feature"]] <= node["threshold"] else "right"]
    return float(node)


rows = st.lists(
    st.lists(st.sampled_from([-1.0, 0.0, 0.5, 0.7, 1.0, 3.0]), min_size=3, max_size=3),
    min_size=1,
    max_size=5,
)


@given(st.lists(trees, min_size=1, max_size=4), rows)
def test_log_odds_are_the_sum_of_each_tree_s_leaf(
    roots: list[Any], table: list[list[float]]
) -> None:
    found = Trees.of(stored(roots)).log_odds(np.array(table))
    expected = [sum(walked(root, row) for root in roots) for row in table]
    assert found == pytest.approx(expected)


def test_a_damaged_file_is_refused() -> None:
    whole = stored([split(0, 0.5, -1.0, 1.0)])
    with pytest.raises(ValueError, match="differ in length"):
        Trees.of({**whole, "left": [0]})
    with pytest.raises(ValueError, match="value"):
        Trees.of({name: array for name, array in whole.items() if name != "value"})
