"""A low-rank adapter: a small trained addition to a model's projections.

    y = W x + B A x        for all tokens behind the prefix

(LoRA, arXiv 2106.09685.) It acts within `acting` alone: on passages as on question and
answer, because a passage that was read with a question in prospect says more about it. So
stored states are those of one adapter. A small model learns two languages in one adapter
worse than each in its own, so a model may have one for each, and the language of the question
says which acts. Knows tensors and a model's projections; what an adapter was taught is not
known here.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ..errors import ModelError

if TYPE_CHECKING:
    from torch import Generator, Tensor

    from .joint import Joint

PROJECTIONS = ("q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj")
"""What is adapted: all projections of attention and of the perceptron behind it."""

_SCALE = 2.0
"""How strongly an untrained A is drawn; B begins at nothing, so that nothing changes."""

_ATTACHED = "memctx_adapter_hooks"
"""Under which a model keeps the hooks of its adapter."""

EVERY = "every"
"""What stands for the language of an adapter that is for all."""

_ACTING: ContextVar[bool] = ContextVar("memctx_adapter_acting", default=False)
_LANGUAGE: ContextVar[str] = ContextVar("memctx_adapter_language", default=EVERY)


@contextmanager
def acting(taught: bool = True) -> Iterator[None]:
    """Within the block, adapters of the models that run here have their effect, or have none."""
    token = _ACTING.set(taught)
    try:
        yield
    finally:
        _ACTING.reset(token)


@contextmanager
def asked_in(language: str) -> Iterator[None]:
    """Within the block, of a model's adapters that for the language is meant."""
    token = _LANGUAGE.set(language)
    try:
        yield
    finally:
        _LANGUAGE.reset(token)


def taught(adapters: Collection[str]) -> str | None:
    """Of adapters, by language, that which has an effect here; None where none has."""
    return meant(adapters) if adapters and _ACTING.get() else None


def meant(languages: Collection[str]) -> str | None:
    """Of languages that there are adapters for, that of the one that is meant, if any is."""
    return next((each for each in (_LANGUAGE.get(), EVERY) if each in languages), None)


@dataclass(frozen=True, slots=True)
class Factors:
    """One projection's addition: `down` is A (rank, inputs), `up` is B (outputs, rank)."""

    down: Tensor
    up: Tensor


def fresh(weights: Any, rank: int, generator: Generator) -> dict[str, Factors]:
    """An adapter for a transformers model that changes nothing yet, ready to be trained.

    In float32, whatever the model is in.
    """
    import torch

    found = {}
    for name, module in projections(weights).items():
        outputs, inputs = module.weight.shape
        down = torch.empty(rank, inputs).uniform_(-1, 1, generator=generator)
        down *= _SCALE * inputs**-0.5
        up = torch.zeros(outputs, rank)
        device = module.weight.device
        found[name] = Factors(down.to(device).requires_grad_(), up.to(device).requires_grad_())
    return found


def resumed(adapter: Mapping[str, Factors], *, like: Any) -> dict[str, Factors]:
    """A copy of an adapter on a model's device, in float32, ready to be trained further."""
    import torch

    def copy(tensor: Tensor) -> Tensor:
        return tensor.detach().to(like.device, torch.float32, copy=True).requires_grad_()

    return {name: Factors(copy(pair.down), copy(pair.up)) for name, pair in adapter.items()}


def attach(weights: Any, adapters: Mapping[str, Mapping[str, Factors]]) -> None:
    """Let adapters, by language, act on a model where `acting` says so; its weights stay.

    They take the place of those that were attached before.

    Raises:
        ModelError: the adapter was made for a model of another shape.
    """
    modules = projections(weights)
    for adapter in adapters.values():
        _check(adapter, modules)
    for hook in getattr(weights, _ATTACHED, ()):
        hook.remove()
    setattr(weights, _ATTACHED, [])
    joints = weights.joints() if hasattr(weights, "joints") else []
    for joint in joints:
        joint.added = {}
    if joints and not _learns(adapters):
        _join(joints, modules, adapters)
        return
    hooks = []
    for name in {name for adapter in adapters.values() for name in adapter}:
        pairs = {language: each[name] for language, each in adapters.items() if name in each}
        hooks.append(modules[name].register_forward_hook(_adding(pairs)))
    setattr(weights, _ATTACHED, hooks)


def _learns(adapters: Mapping[str, Mapping[str, Factors]]) -> bool:
    """Whether some factors are to be trained: those must not be copied."""
    pairs = [pair for adapter in adapters.values() for pair in adapter.values()]
    return any(pair.down.requires_grad or pair.up.requires_grad for pair in pairs)


def _join(
    joints: Sequence[Joint],
    modules: Mapping[str, Any],
    adapters: Mapping[str, Mapping[str, Factors]],
) -> None:
    """Attach adapters to projections that share an input."""
    from .joint import addition

    names = {module: name for name, module in modules.items()}
    for joint in joints:
        parts = [names[part] for part in joint.parts]
        made = {
            language: addition([adapter.get(name) for name in parts])
            for language, adapter in adapters.items()
        }
        joint.added = {language: each for language, each in made.items() if each is not None}


def _check(adapter: Mapping[str, Factors], modules: Mapping[str, Any]) -> None:
    for name, factors in adapter.items():
        wanted = tuple(modules[name].weight.shape) if name in modules else None
        found = (factors.up.shape[0], factors.down.shape[1])
        if found != wanted:
            raise ModelError(
                f"the adapter was made for another model: its {name} is {found}, the model's is "
                f'{wanted or "not there"}; set reader_adapter to "none", or train one for it'
            )


def placed(adapter: Mapping[str, Factors], *, like: Any) -> dict[str, Factors]:
    """The factors on a model's device and in its format."""
    return {
        name: Factors(pair.down.to(like.device, like.dtype), pair.up.to(like.device, like.dtype))
        for name, pair in adapter.items()
    }


def projections(weights: Any) -> dict[str, Any]:
    """The model's projections by name, in the order of its layers."""
    return {
        name: module
        for name, module in weights.base_model.named_modules()
        if name.rpartition(".")[2] in PROJECTIONS
    }


def _adding(pairs: Mapping[str, Factors]) -> Any:
    from torch.nn.functional import linear

    def add(_: Any, given: tuple[Tensor, ...], output: Tensor) -> Tensor | None:
        language = taught(pairs)
        if language is None:
            return None
        factors = pairs[language]
        read = given[0].flatten(0, -2).to(factors.down.dtype)
        added = linear(linear(read, factors.down), factors.up)
        return output + added.view(output.shape).to(output.dtype)

    return add
