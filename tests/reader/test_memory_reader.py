"""Reading from stored states, on tiny real models."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from memctx.errors import ModelError, ReaderError
from memctx.reader import Care, GatedReader, LanguageModel, MemoryReader, PrefillReader, Window
from memctx.reader.assembly import Assembler
from memctx.reader.fidelity import Probe, divergence, full_logits, memory_logits, shipped_probes
from memctx.reader.generation import Manner, greedy
from memctx.reader.kv_memory import KvMemory, Maker
from memctx.reader.kv_record import Format
from memctx.reader.packing import lay_out
from memctx.reader.pieces import Pieces
from memctx.reader.prior import score_bias
from memctx.reader.reading import Evidence
from memctx.reader.watching import PassageWatch, weighed

from .conftest import save_random, save_tokenizer

Scripted = Callable[..., LanguageModel]
ALL = Care(first=10_000)


def reader_of(
    model: LanguageModel,
    folder: Path | None,
    care: Care = ALL,
    *,
    revision: str = "a",
    format: Format = "int8",
) -> MemoryReader:
    maker = Maker(revision, "config", tuple(Pieces(model, 0).head), "float32")
    memory = KvMemory(folder, budget=10**8) if folder else None
    return MemoryReader(Assembler(model, maker, memory, format=format), care, answer_tokens=12)


def test_repairing_everything_reads_as_full_prefill_does(
    random_model: LanguageModel, window: Window, tmp_path: Path
) -> None:
    full = replace(window, facts=("Ada Reed founded Corrie Holt",))
    wanted = PrefillReader(random_model, 12).read("Who founded it?", full)
    reading = reader_of(random_model, tmp_path).read("Who founded it?", full)
    # The first passage is rounded to half precision, and nothing else differs.
    probe = Probe("Who founded it?", full, "Ada Reed")
    reader = reader_of(random_model, None, format="float16")
    assert torch.allclose(memory_logits(reader, probe), full_logits(reader, probe), atol=0.05)
    assert reading.prompt_tokens == wanted.prompt_tokens
    assert reading.mode == "memory"
    assert reading.answer_tokens > 0


def test_the_second_reading_finds_all_states_and_says_the_same(
    random_model: LanguageModel, window: Window, tmp_path: Path
) -> None:
    reader = reader_of(random_model, tmp_path, Care())
    cold = reader.read("Who founded it?", window)
    warm = reader_of(random_model, tmp_path, Care()).read("Who founded it?", window)
    assert (cold.text, cold.logprob, cold.evidence) == (warm.text, warm.logprob, warm.evidence)
    assert cold.cached_tokens == 0
    assert warm.cached_tokens == sum(reader.cost(passage) for passage in window.passages)
    assert warm.first_token_ms is not None
    assert 0 < warm.load_ms < warm.first_token_ms
    again = reader.read("Who founded it?", replace(window, passages=window.passages[1:]))
    assert again.cached_tokens == sum(reader.cost(passage) for passage in window.passages[1:])


def test_a_changed_text_or_revision_never_meets_old_states(
    random_model: LanguageModel, window: Window, tmp_path: Path
) -> None:
    reader_of(random_model, tmp_path).read("Who?", window)
    changed = replace(window.passages[0], text=window.passages[0].text + " It reopened.")
    reading = reader_of(random_model, tmp_path).read("Who?", Window((changed,)))
    assert reading.cached_tokens == 0
    other = reader_of(random_model, tmp_path, revision="b").read("Who?", window)
    assert other.cached_tokens == 0


def test_damaged_states_are_computed_again(
    random_model: LanguageModel, window: Window, tmp_path: Path
) -> None:
    reader = reader_of(random_model, tmp_path, Care())
    cold = reader.read("Who?", window)
    for path in tmp_path.rglob("*.kv"):
        whole = bytearray(path.read_bytes())
        whole[len(whole) // 2] ^= 255
        path.write_bytes(whole)
    reading = reader_of(random_model, tmp_path, Care()).read("Who?", window)
    assert reading.cached_tokens == 0
    assert reading.text == cold.text
    assert reader.read("Who?", window).cached_tokens > 0


def test_warming_computes_each_passage_once(
    random_model: LanguageModel, window: Window, tmp_path: Path
) -> None:
    reader = reader_of(random_model, tmp_path)
    assert [reader.warm(passage) for passage in window.passages * 2] == [True] * 3 + [False] * 3
    cost = sum(reader.cost(passage) for passage in window.passages)
    assert reader.read("Who?", window).cached_tokens == cost


def test_without_a_folder_nothing_is_kept(random_model: LanguageModel, window: Window) -> None:
    reader = reader_of(random_model, None)
    assert reader.read("Who?", window).cached_tokens == 0
    assert reader.read("Who?", window).cached_tokens == 0


@pytest.mark.parametrize("care", [Care(), Care(share=0.3), ALL])
def test_guessing_tokens_from_the_window_changes_nothing(
    random_model: LanguageModel, window: Window, care: Care
) -> None:
    for question in ("Who founded it?", "Where is the port?", "1902?", "天文台由谁创立？"):
        plain = reader_of(random_model, None, care).read(question, window)
        told: list[str] = []
        guessing = reader_of(random_model, None, replace(care, lookup=5))
        guessed = guessing.read(question, window, on_text=told.append)
        assert guessed.text == plain.text == "".join(told)
        assert guessed.answer_tokens == plain.answer_tokens
        assert guessed.logprob == pytest.approx(plain.logprob, abs=1e-4)
        assert guessed.attention == pytest.approx(plain.attention, abs=1e-4)


def test_guessing_changes_nothing_in_full_prefill_either(
    random_model: LanguageModel, window: Window
) -> None:
    prompt = Pieces(random_model, 20).prompt("Who founded it?", window)
    plain, guessed = (greedy(random_model, prompt, limit=20, manner=Manner(n)) for n in (0, 6))
    assert (guessed.text, guessed.tokens) == (plain.text, plain.tokens)
    assert guessed.logprob == pytest.approx(plain.logprob, abs=1e-4)


def test_attention_is_shared_out_among_the_passages(
    random_model: LanguageModel, window: Window
) -> None:
    reading = reader_of(random_model, None).read("Who founded it?", window)
    assert len(reading.attention) == 3
    assert sum(reading.attention) == pytest.approx(1)
    probable = [
        replace(passage, score=p) for passage, p in zip(window.passages, (1, 0.1, 0.1), strict=True)
    ]
    biased = reader_of(random_model, None, replace(ALL, beta=1.0))
    drawn = biased.read("Who founded it?", Window(tuple(probable)))
    assert drawn.attention[0] > reading.attention[0]


def test_a_window_beyond_the_context_is_refused(
    random_model: LanguageModel, window: Window
) -> None:
    long = Window((replace(window.passages[0], text="x" * 5000),))
    with pytest.raises(ReaderError, match="at most 4096 tokens"):
        reader_of(random_model, None).read("Who?", long)


def test_an_empty_window_is_read(random_model: LanguageModel) -> None:
    reading = reader_of(random_model, None).read("Who?", Window(()))
    assert reading.prompt_tokens == len(Pieces(random_model, 0).prompt("Who?", Window(())))
    assert reading.attention == ()


def test_a_loaded_reader_needs_its_model_folder_no_more(
    scripted: Scripted, window: Window, tmp_path: Path
) -> None:
    model = scripted(":", " Lind")
    for reader in (reader_of(model, None), PrefillReader(model, 12)):
        reader.overhead("Who?")
        reader.load()
    shutil.rmtree(tmp_path)
    assert PrefillReader(model, 12).read("Who?", window).text == "Lind"


def test_evidence_points_at_the_answer(scripted: Scripted, window: Window) -> None:
    reading = reader_of(scripted(":", " Tomas"), None, Care()).read("Who built the dome?", window)
    (evidence,) = reading.evidence
    text = window.passages[0].text[evidence.start : evidence.end]
    assert text == "The dome was built by Tomas Lind of Bergen."


def test_the_gate_keeps_its_verdict_and_lets_faithful_models_read_from_states(
    scripted: Scripted, window: Window, tmp_path: Path
) -> None:
    # Its layers are silent, so whatever it has read it says the same: no divergence.
    model = scripted(":", " Tomas")
    gate = GatedReader(reader_of(model, tmp_path / "kv", Care()), verdicts=tmp_path / "verdicts")
    reading = gate.read("Who built the dome?", window)
    assert (reading.text, reading.mode, gate.mode) == ("Tomas", "memory", "memory")
    verdict = gate.verdict()
    assert verdict.divergence == pytest.approx(0, abs=1e-3)
    assert len(list((tmp_path / "verdicts").iterdir())) == 1
    again = GatedReader(reader_of(model, tmp_path / "kv", Care()), verdicts=tmp_path / "verdicts")
    assert again.verdict() == verdict
    # Three passages and the prefix: the questions that it was tried on are not kept.
    assert KvMemory(tmp_path / "kv", budget=1).usage().records == 4


def test_an_unfaithful_model_is_read_by_prefill_and_says_so(
    random_model: LanguageModel, window: Window, tmp_path: Path
) -> None:
    reader = reader_of(random_model, tmp_path / "kv", Care(first=0))
    probes = shipped_probes()
    assert len(probes) == 20
    assert divergence(reader, probes[:4]) > 1e-5
    gate = GatedReader(reader, verdicts=tmp_path / "verdicts", limit=1e-8)
    wanted = PrefillReader(random_model, 12).read("Who?", window)
    reading = gate.read("Who?", window)
    assert (reading.mode, gate.mode) == ("prefill", "prefill")
    assert reading.text == wanted.text
    assert "nats" in gate.verdict().reason
    with pytest.raises(ReaderError, match="full prefill, because"):
        gate.warm(window.passages[0])


@pytest.mark.parametrize("kind", ["dynamic", "longrope", "gpt2"])
def test_positions_that_cannot_be_moved_are_read_by_prefill(
    tmp_path: Path, window: Window, kind: str
) -> None:
    model = LanguageModel(save_unmovable(tmp_path / "model", kind), name=kind)
    gate = GatedReader(reader_of(model, tmp_path / "kv", Care()), verdicts=tmp_path / "verdicts")
    reading = gate.read("Who founded it?", replace(window, passages=window.passages[2:]))
    assert reading.mode == "prefill"
    assert "full prefill instead" in gate.verdict().reason
    assert gate.verdict().divergence is None


def save_unmovable(folder: Path, kind: str) -> Path:
    """A tiny model without rotary positions, or with ones that depend on the length."""
    from transformers import GPT2Config, GPT2LMHeadModel, LlamaConfig, LlamaForCausalLM

    size = len(save_tokenizer(folder))
    if kind == "gpt2":
        config = GPT2Config(vocab_size=size, n_positions=1024, n_embd=16, n_layer=1, n_head=2)
        GPT2LMHeadModel(config).save_pretrained(folder)
        return folder
    rope = {"rope_type": "dynamic", "rope_theta": 10000.0, "factor": 2.0}
    if kind == "longrope":
        factors = {"short_factor": [1.0] * 4, "long_factor": [2.0] * 4}
        length = {"original_max_position_embeddings": 512}
        rope = {"rope_type": "longrope", "rope_theta": 10000.0, "factor": 2.0} | factors | length
    LlamaForCausalLM(
        LlamaConfig(
            vocab_size=size,
            hidden_size=16,
            intermediate_size=16,
            num_hidden_layers=1,
            num_attention_heads=2,
            max_position_embeddings=1024,
            rope_parameters=rope,
        )
    ).save_pretrained(folder)
    return folder


def test_a_tokenizer_of_another_model_is_named_as_the_reason(
    tmp_path: Path, window: Window
) -> None:
    save_random(tmp_path, "llama")
    (tmp_path / "other").mkdir()
    save_tokenizer(tmp_path / "other")
    config = (tmp_path / "config.json").read_text()
    (tmp_path / "config.json").write_text(config.replace('"vocab_size": 262', '"vocab_size": 200'))
    with pytest.raises(ModelError, match="tokenizer"):
        reader_of(LanguageModel(tmp_path, name="odd"), None).read("Who?", window)


def test_a_wrong_guess_counts_as_it_was_seen_last() -> None:
    watch = PassageWatch(lay_out(2, (3, 3)), first=8, layers=1)
    first = torch.tensor([[[0.0, 0, 1, 0, 0, 0, 0, 0, 0], [0.0, 0, 0, 0, 0, 1, 0, 0, 0]]])
    watch(torch.tensor([8, 9]), first)
    watch(torch.tensor([9]), first[:, :1])
    assert watch.shares(9) == (1.0, 0.0)
    assert watch.shares(7) == ()


def test_attention_shares_out_the_weight_that_evidence_has() -> None:
    evidence = (Evidence(1, 0, 5, 0.5), Evidence(2, 3, 9, 0.5))
    again = weighed(evidence, {1: 0.15, 2: 0.75})
    assert [item.chunk_id for item in again] == [2, 1]
    assert [item.weight for item in again] == pytest.approx([0.8, 0.2])
    assert weighed((), {}) == ()


def test_the_prior_is_clamped_and_covers_each_chunk() -> None:
    bias = score_bias([1.0, 0.0, 0.5], lay_out(2, (1, 2, 1)), 0.5)
    assert bias is not None
    assert bias.tolist() == pytest.approx([0, 0, 0, -1, -1, 0.5 * -0.6931], abs=1e-4)
    assert score_bias([1.0], lay_out(2, (3,)), 0.0) is None
