"""Which memory tokens are computed afresh among their true neighbours, and doing so.

A chunk that was encoded alone has not seen the chunks before it. Most of what that
costs is mended by a few tokens: the first of each chunk (EPIC, arXiv 2410.15332) and
those that the question looks at most (in the manner of CacheBlend, arXiv 2405.16444).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from .adapter import acting
from .attention import Plan, planned
from .packed_cache import overwrite
from .packing import Layout

if TYPE_CHECKING:
    from torch import Tensor


def first_tokens(layout: Layout, count: int) -> list[int]:
    """Positions of each chunk's first `count` tokens.

    The first chunk needs none: it stands where it was encoded.
    """
    chunks = list(zip(layout.starts, layout.ends, strict=True))[1:]
    return [place for start, end in chunks for place in range(start, min(start + count, end))]


def most_attended(attention: Tensor, layout: Layout, share: float) -> list[int]:
    """The `share` of chunk positions with most attention, ascending.

    `attention` has a number for each position, higher for more. The first chunk,
    which stands where it was encoded, is left out.
    """
    import torch

    if len(layout.starts) < 2:
        return []
    begin = layout.starts[1]
    count = round(share * (layout.length - begin))
    chosen = torch.topk(attention[begin : layout.length], count).indices + begin
    places: list[int] = chosen.sort().values.tolist()
    return places


def repair(weights: Any, cache: Any, ids: Sequence[int], places: Sequence[int]) -> None:
    """Compute the tokens at `places`, ascending, anew and write their states back.

    `ids` are the tokens of the whole window; each place sees all before it as they
    stand in the cache, other repaired ones in their fresh state.
    """
    import torch

    if not places:
        return
    slots = torch.tensor(list(places), device=weights.device)
    tokens = torch.tensor([[ids[place] for place in places]], device=weights.device)
    overwrite(cache, slots)
    try:
        with torch.inference_mode(), acting(), planned(Plan(positions=slots)):
            weights.base_model(
                input_ids=tokens,
                position_ids=slots[None],
                past_key_values=cache,
                use_cache=True,
            )
    finally:
        overwrite(cache, None)
