"""The forward pass of decoder-only transformers, for the families that `decoder_shape` knows.

Importing transformers' modelling code takes longer than reading a window from stored
states. What it computes is little: a stack of

    x = x + attention(norm(x));    x = x + down(act(gate(norm(x))) * up(norm(x)))

with rotary positions (Su et al., arXiv 2104.09864), grouped heads (Ainslie et al., arXiv
2305.13245), root-mean-square norms (Zhang and Sennrich, arXiv 1910.07467) and gated
perceptrons (Shazeer, arXiv 2002.05202); Gemma 3 (arXiv 2503.19786) has a norm behind each
block, too. Parameters have the names that files give them, and calls are those of
transformers' models, which run everything else; a test holds the two against each other.
Who loads weights imports this module, and nobody before, so torch stands at its top.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from .attention import Plan, attend_by, current_plan
from .decoder_shape import WEIGHTS, Shape, tensor_names
from .joint import Joint
from .packed_cache import PackedCache
from .rotation import inverse_frequencies

Turns = Mapping[str, tuple[Tensor, Tensor]]
"""Cosine and signed sine, (tokens, head width), for each type of layer."""


class Linear(nn.Linear):
    """A projection that waits for its weights: drawing some first costs an import of seconds."""

    def reset_parameters(self) -> None:
        """Leaves them."""


class Embedding(nn.Embedding):
    """A table that waits for its weights."""

    def reset_parameters(self) -> None:
        """Leaves them."""


@dataclass(frozen=True, slots=True)
class Scores:
    """What a pass gives: `logits`, (1, tokens kept, vocabulary)."""

    logits: Tensor


class Decoder(nn.Module):
    """A causal language model; reads one sequence at a time."""

    def __init__(self, shape: Shape) -> None:
        super().__init__()
        self.config = shape
        self.model = Stack(shape)
        self.lm_head = Linear(shape.hidden_size, shape.vocab_size, bias=False)

    @property
    def base_model(self) -> Stack:
        """All but the head."""
        return self.model

    @property
    def device(self) -> torch.device:
        """Where the weights are."""
        return self.model.norm.weight.device

    @property
    def dtype(self) -> torch.dtype:
        """The format of the weights."""
        return self.model.norm.weight.dtype

    def forward(
        self,
        input_ids: Tensor,
        position_ids: Tensor | None = None,
        past_key_values: PackedCache | None = None,
        logits_to_keep: int | Tensor = 0,
        use_cache: bool = True,
    ) -> Scores:
        """Logits of the last `logits_to_keep` tokens, of those at its indices, or, for 0, of all.

        Arguments are those of `Stack.forward`.
        """
        states = self.model(input_ids, position_ids, past_key_values, use_cache)
        last = isinstance(logits_to_keep, int)
        kept = slice(-logits_to_keep or None, None) if last else logits_to_keep
        # Two dimensions: of a slice with three, torch would copy the matrix to multiply by it.
        return Scores(self.lm_head(states[0, kept])[None])

    def joints(self) -> list[Joint]:
        """Its projections but the head's, those together that read the same states."""
        blocks = [part for part in self.modules() if isinstance(part, (Attention, Perceptron))]
        return [joint for block in blocks for joint in (block.reads, block.writes)]


class Stack(nn.Module):
    """Embedding, layers and the last norm."""

    def __init__(self, shape: Shape) -> None:
        super().__init__()
        self.shape = shape
        self.embed_tokens = Embedding(shape.vocab_size, shape.hidden_size)
        self.layers = nn.ModuleList(Layer(shape, i) for i in range(shape.num_hidden_layers))
        self.norm = Norm(shape, shape.hidden_size)
        self._frequencies: dict[str, Tensor] = {}

    def forward(
        self,
        input_ids: Tensor,
        position_ids: Tensor | None = None,
        past_key_values: PackedCache | None = None,
        use_cache: bool = True,
    ) -> Tensor:
        """States, (1, tokens, width), of token ids (1, tokens) at their positions (1, tokens).

        Without positions, tokens stand behind those in the cache, which grows by them;
        without a cache they see each other alone, and `use_cache` has no meaning.
        """
        if position_ids is None:
            seen = past_key_values.get_seq_length() if past_key_values is not None else 0
            position_ids = torch.arange(seen, seen + input_ids.shape[1], device=input_ids.device)
            position_ids = position_ids[None]
        states = self.embed_tokens(input_ids[0])
        if self.shape.is_gemma:
            # Rounded to the weights' format first, as the model was trained.
            states = states * torch.tensor(self.shape.hidden_size**0.5).to(states)
        plan = current_plan() or Plan()
        turns = self._turns(position_ids[0], states)
        for layer in self.layers:
            states = layer(states, turns, past_key_values, plan)
        normed: Tensor = self.norm(states)
        return normed[None]

    def _turns(self, places: Tensor, like: Tensor) -> Turns:
        found = {}
        for kind, rope in self.shape.ropes.items():
            if kind not in self._frequencies:
                fresh = inverse_frequencies(rope, self.shape.head_dim)
                self._frequencies[kind] = fresh.to(places.device)
            half = places[..., None].float() * self._frequencies[kind]
            cosine, sine = half.cos(), half.sin()
            # The first half of a head's channels takes from the second what that gives back.
            found[kind] = (
                torch.cat((cosine, cosine), dim=-1).to(like.dtype),
                torch.cat((-sine, sine), dim=-1).to(like.dtype),
            )
        return found


class Layer(nn.Module):
    """One block of attention and one perceptron, each added to what it read."""

    def __init__(self, shape: Shape, index: int) -> None:
        super().__init__()
        self.gemma = shape.is_gemma
        self.self_attn = Attention(shape, index)
        self.mlp = Perceptron(shape)
        self.input_layernorm = Norm(shape, shape.hidden_size)
        self.post_attention_layernorm = Norm(shape, shape.hidden_size)
        if self.gemma:
            self.pre_feedforward_layernorm = Norm(shape, shape.hidden_size)
            self.post_feedforward_layernorm = Norm(shape, shape.hidden_size)

    def forward(
        self, states: Tensor, turns: Turns, cache: PackedCache | None, plan: Plan
    ) -> Tensor:
        """States of the same shape, (tokens, width)."""
        read = self.self_attn(self.input_layernorm(states), turns, cache, plan)
        if not self.gemma:
            states = states + read
            added: Tensor = self.mlp(self.post_attention_layernorm(states))
            return states + added
        states = states + self.post_attention_layernorm(read)
        thought = self.mlp(self.pre_feedforward_layernorm(states))
        behind: Tensor = self.post_feedforward_layernorm(thought)
        return states + behind


class Attention(nn.Module):
    """Grouped-head attention over what a cache holds and the tokens themselves."""

    def __init__(self, shape: Shape, index: int) -> None:
        super().__init__()
        self.index, self.width, self.scale = index, shape.head_dim, shape.scale
        self.kind = shape.layer_types[index]
        self.window = shape.sliding_window if self.kind == "sliding_attention" else None
        size, (bias, last_bias) = shape.hidden_size, shape.attention_bias
        own, shared = (
            heads * shape.head_dim
            for heads in (shape.num_attention_heads, shape.num_key_value_heads)
        )
        self.q_proj = Linear(size, own, bias=bias)
        self.k_proj = Linear(size, shared, bias=bias)
        self.v_proj = Linear(size, shared, bias=bias)
        self.o_proj = Linear(own, size, bias=last_bias)
        self.reads = Joint(self.q_proj, self.k_proj, self.v_proj)
        self.writes = Joint(self.o_proj)
        self.normed = shape.norms_heads
        if self.normed:
            self.q_norm, self.k_norm = (Norm(shape, shape.head_dim) for _ in range(2))

    def forward(
        self, states: Tensor, turns: Turns, cache: PackedCache | None, plan: Plan
    ) -> Tensor:
        """What each token gathered, (tokens, width); the cache grows by the tokens."""
        query, key, value = (
            made.view(len(made), -1, self.width).transpose(0, 1)[None]
            for made in self.reads(states)
        )
        if self.normed:
            query, key = self.q_norm(query), self.k_norm(key)
        cosine, sine = turns[self.kind]
        query, key = (
            part * cosine + part.roll(self.width // 2, -1) * sine for part in (query, key)
        )
        if cache is not None:
            key, value = cache.update(key, value, self.index)
        found = attend_by(
            plan, self.index, (query, key, value), scale=self.scale, window=self.window
        )
        (gathered,) = self.writes(found[0].transpose(0, 1).flatten(1))
        return gathered


class Perceptron(nn.Module):
    """A gated perceptron."""

    def __init__(self, shape: Shape) -> None:
        super().__init__()
        self.soft = shape.activation == "gelu_pytorch_tanh"
        self.gate_proj = Linear(shape.hidden_size, shape.intermediate_size, bias=False)
        self.up_proj = Linear(shape.hidden_size, shape.intermediate_size, bias=False)
        self.down_proj = Linear(shape.intermediate_size, shape.hidden_size, bias=False)
        self.reads = Joint(self.gate_proj, self.up_proj)
        self.writes = Joint(self.down_proj)

    def forward(self, states: Tensor) -> Tensor:
        """States of the same shape."""
        gate, wide = self.reads(states)
        opened = F.gelu(gate, approximate="tanh") if self.soft else F.silu(gate)
        (made,) = self.writes(opened * wide)
        return made


class Norm(nn.Module):
    """Root-mean-square norm over the last axis, computed in float32."""

    def __init__(self, shape: Shape, width: int) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.empty(width))
        self.epsilon, self.gemma = shape.rms_norm_eps, shape.is_gemma

    def forward(self, states: Tensor) -> Tensor:
        """States of the same shape and format."""
        width = (states.shape[-1],)
        if self.gemma:  # whose weights are kept as what they differ from one by
            scale = 1.0 + self.weight.float()
            return F.rms_norm(states.float(), width, scale, self.epsilon).to(states.dtype)
        wide = F.rms_norm(states.float(), width, None, self.epsilon)
        return self.weight * wide.to(states.dtype)


def load_decoder(folder: Path, shape: Shape, *, device: str, dtype: torch.dtype) -> Decoder | None:
    """The model in `folder`, ready to read, or None if its file has other tensors.

    Raises:
        OSError, ValueError, RuntimeError: the file is damaged.
    """
    from safetensors import SafetensorError
    from safetensors.torch import load_file

    with torch.device("meta"):
        decoder = Decoder(shape)
    tied = {"lm_head.weight"} if shape.tie_word_embeddings else set()
    wanted = set(decoder.state_dict()) - tied
    if tensor_names(folder / WEIGHTS) != wanted:  # a head beside a tied one may be another
        return None
    try:
        found = load_file(folder / WEIGHTS, device=device)
    except SafetensorError as error:
        raise ValueError(str(error)) from error
    placed = {name: found.pop(name).to(dtype) for name in sorted(wanted)}
    if tied:
        placed["lm_head.weight"] = placed["model.embed_tokens.weight"]
    decoder.load_state_dict(placed, assign=True)
    return decoder.requires_grad_(False).eval()
