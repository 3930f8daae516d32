"""Attention over a packed window; for transformers' models it is one more kernel.

Which positions the queries of a pass have, what is added to the scores of a
passage's keys, and who wants to see the weights travels in a context variable,
because models hand nothing through. Without one, everything is stock.

    scores = q . k / sqrt(d) + bias[k]      for queries from `bias_from` on

Queries are taken in runs, each over the keys that one of them may see: a sliding-window
layer costs the same however long the window is.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from .decoder_shape import Shape
from .mask import Run, runs_of, visible

if TYPE_CHECKING:
    from torch import Tensor

NAME = "memctx"
"""Under which both functions are registered."""

States = tuple["Tensor", "Tensor", "Tensor"]
"""Queries, keys and values, shaped as in `attend`."""

Watcher = Callable[["Tensor", "Tensor"], None]
"""Receives query positions (queries,) and attention weights (heads, queries, keys)."""


@dataclass(slots=True)
class Plan:
    """How the passes within a `planned` block attend.

    `positions` are those of the pass's queries, ascending; None means that the queries
    are the last of the keys. `bias` has a number for each of the first keys; keys
    beyond it get none. `watch` is called in every layer that sees the whole window.
    With `apart`, texts that know nothing of one another share the pass, which then has no
    cache: each reads on over its own.
    """

    positions: Tensor | None = None
    bias: Tensor | None = None
    bias_from: int = 0
    watch: Watcher | None = None
    apart: tuple[Beside, ...] = ()
    masks: dict[tuple[int, int, int | None], Tensor | None] = field(default_factory=dict)


_PLAN: ContextVar[Plan | None] = ContextVar("memctx_attention_plan", default=None)


@dataclass(frozen=True, slots=True)
class Beside:
    """Some of a pass's queries, `rows`, that read on over a cache of their own by `plan`."""

    rows: slice
    cache: Any
    plan: Plan


@contextmanager
def planned(plan: Plan) -> Iterator[Plan]:
    """Within the block, models that were prepared by `install` attend by the plan."""
    token = _PLAN.set(plan)
    try:
        yield plan
    finally:
        _PLAN.reset(token)


def current_plan() -> Plan | None:
    """The plan of the `planned` block that this runs in."""
    return _PLAN.get()


def install(weights: Any) -> None:
    """Make a transformers model use this attention; without a plan it computes what it did before.

    A `Decoder` uses it anyway.
    """
    if isinstance(weights.config, Shape):
        return
    from transformers import AttentionInterface, AttentionMaskInterface

    # Both, or the mask silently becomes None.
    AttentionInterface.register(NAME, _attend)
    AttentionMaskInterface.register(NAME, _mask)
    weights.set_attn_implementation(NAME)


def _mask(*places: Any, **options: Any) -> Any:
    """The stock mask, or none where a plan says who sees what."""
    from transformers.masking_utils import sdpa_mask

    return None if _PLAN.get() is not None else sdpa_mask(*places, **options)


def _attend(
    module: Any,
    query: Tensor,
    key: Tensor,
    value: Tensor,
    attention_mask: Any,
    **options: Any,
) -> tuple[Tensor, None]:
    """What transformers calls; `options` are its own and go on to the stock kernel."""
    from transformers.integrations.sdpa_attention import sdpa_attention_forward

    plan = _PLAN.get()
    if plan is None:
        stock: tuple[Tensor, None] = sdpa_attention_forward(
            module, query, key, value, attention_mask, **options
        )
        return stock
    scale = options.get("scaling") or query.shape[-1] ** -0.5
    window = options.get("sliding_window") or getattr(module, "sliding_window", None)
    states = (query, key, value)
    out = attend_by(plan, module.layer_idx, states, scale=float(scale), window=window)
    return out.transpose(1, 2).contiguous(), None


def attend_by(
    plan: Plan, layer: int, states: States, *, scale: float, window: int | None
) -> Tensor:
    """Attention of layer number `layer` by a plan; `states` and the rest as in `attend`."""
    if plan.apart:
        return _attend_apart(plan, layer, states, scale=scale, window=window)
    return attend(*states, plan, scale=scale, window=window)


def attend(
    query: Tensor, key: Tensor, value: Tensor, plan: Plan, *, scale: float, window: int | None
) -> Tensor:
    """Attention of queries (1, heads, queries, width) over keys (1, kv heads, keys, width).

    Key i stands at position i. `window` is how many positions back a sliding layer
    sees, its own included; None sees everything.
    """
    import torch

    total, count = key.shape[2], query.shape[2]
    watch = plan.watch if window is None else None
    if window is not None and window >= total:
        window = None
    if window is None and watch is None and count == total and plan.bias is None:
        return _attend_from_nothing(query, key, value, scale=scale)
    parts = []
    for run in runs_of(plan.positions, total=total, count=count, window=window):
        low = max(0, run.first - window + 1) if window is not None else 0
        high = run.last + 1
        part = query[:, :, run.offset : run.offset + run.count]
        keys, values = key[:, :, low:high], value[:, :, low:high]
        allowed = _scores_added(plan, run, low, window, like=query)
        parts.append(_attend_run(part, keys, values, allowed, scale=scale, watch=_at(watch, run)))
    return parts[0] if len(parts) == 1 else torch.cat(parts, dim=2)


def _attend_apart(
    plan: Plan, layer: int, states: States, *, scale: float, window: int | None
) -> Tensor:
    """Attention of several texts in one pass, each over its own cache and itself."""
    import torch

    query, key, value = states
    parts = []
    for text in plan.apart:
        before, rows = text.cache.layers[layer], text.rows
        keys = torch.cat((before.keys, key[:, :, rows]), dim=2)
        values = torch.cat((before.values, value[:, :, rows]), dim=2)
        part = query[:, :, rows]
        parts.append(attend(part, keys, values, text.plan, scale=scale, window=window))
    return torch.cat(parts, dim=2)


def _attend_from_nothing(query: Tensor, key: Tensor, value: Tensor, *, scale: float) -> Tensor:
    """Attention of a text over itself alone: kernels need no mask for that."""
    import torch

    return torch.nn.functional.scaled_dot_product_attention(
        query, key, value, scale=scale, is_causal=query.shape[2] > 1, enable_gqa=True
    )


def _attend_run(
    query: Tensor,
    key: Tensor,
    value: Tensor,
    added: Tensor | None,
    *,
    scale: float,
    watch: Callable[[Tensor], None] | None,
) -> Tensor:
    """Attention of one run. `added` is (queries, keys): what is added to the scores."""
    import torch

    _, heads, count, width = query.shape
    kv_heads = key.shape[1]
    # Query heads that share a key head become rows, so that no key is copied.
    packed = query.reshape(1, kv_heads, (heads // kv_heads) * count, width)
    rows = None if added is None else added.repeat(heads // kv_heads, 1)[None, None]
    if watch is None:
        out = torch.nn.functional.scaled_dot_product_attention(
            packed, key, value, attn_mask=rows, scale=scale
        )
    else:
        scores = (packed @ key.transpose(-1, -2)).float() * scale
        weights = (scores if rows is None else scores + rows).softmax(-1)
        watch(weights.reshape(heads, count, key.shape[2]))
        out = weights.to(value.dtype) @ value
    return out.reshape(1, heads, count, width)


def _at(watch: Watcher | None, run: Run) -> Callable[[Tensor], None] | None:
    """The watcher with the run's positions filled in."""
    return None if watch is None else lambda weights: watch(run.places, weights)


def _scores_added(
    plan: Plan, run: Run, low: int, window: int | None, *, like: Tensor
) -> Tensor | None:
    """What is added to a run's scores: -inf where it must not look, and the bias."""
    import torch

    key = (run.first, run.last, window)
    if key in plan.masks:
        return plan.masks[key]
    biased = plan.bias is not None and run.last >= plan.bias_from
    added = None
    if run.count > 1 or biased:
        seen = visible(run, low, window).to(like.device)
        added = torch.zeros(seen.shape, dtype=like.dtype, device=like.device)
        if biased and plan.bias is not None:
            here = plan.bias[low : run.last + 1].to(added)
            rows = (run.places >= plan.bias_from).to(like.device)
            added[rows, : here.shape[0]] += here
        added.masked_fill_(~seen, float("-inf"))
    plan.masks[key] = added
    return added
