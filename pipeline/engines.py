"""From settings to loaded models. The one place where names become engines."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from importlib.resources import files as package_files
from pathlib import Path
from typing import TYPE_CHECKING

from ..config import Settings
from ..device import pick_device, pick_dtype
from ..errors import ModelNotFound, OldCalibration, UsageError
from ..files import read_json
from ..kg.recipe import Recipe
from ..memory.embedder import Embedder, load_embedder
from ..memory.reranker import Reranker, load_reranker
from ..models.catalogue import shipped_catalogue
from ..models.resolve import ResolvedModel, resolve
from ..reader.reading import Reader
from .adapters import Chosen, chosen_adapters

_ENGLISH = "en_core_web_sm"
_WRITER_WIDTH = 1536  # hidden size of chat models with about 1.5 billion weights
_log = logging.getLogger(__name__)
if TYPE_CHECKING:
    from ..reader.adapter_file import Adapter
    from ..reader.assembly import Telling
    from ..reader.gate import GatedReader
    from ..reader.language_model import LanguageModel
    from ..reader.memory_reader import MemoryReader
    from .calibration import Calibration

READER_MODES = ("memory", "prefill", "extract")


def find_embedder(name: str, settings: Settings) -> Embedder:
    """The embedder with this catalogue name, hub id or folder, loaded.

    Raises:
        ModelNotFound: its weights are not on this machine.
        UsageError: the catalogue has it for another task.
    """
    entry = shipped_catalogue().find(name)
    if entry is not None and entry.task != "embed":
        fit = ", ".join(other.name for other in shipped_catalogue() if other.task == "embed")
        raise UsageError(f"{name} is no embedder, its task is {entry.task!r}; embedders are {fit}")
    found = resolve(name, cache=settings.cache)
    place = partial(_place, settings)
    if settings.device != "auto":
        place()  # a device that is not there is an error now, not at the first long text
    return load_embedder(
        found.path,
        name=found.name,
        fingerprint=found.fingerprint,
        place=place,
        prompts=found.prompts,
    )


@dataclass(frozen=True, slots=True)
class Extraction:
    """From what names and facts are read; not `complete` where English weights are missing."""

    recipe: Recipe
    complete: bool


def find_extraction(settings: Settings) -> Extraction:
    """The extractor for every language; warns where English has only the simple one."""
    try:
        found = resolve(_ENGLISH, cache=settings.cache)
    except ModelNotFound:
        _log.warning(
            "the weights of %s are not here: English names are read without facts; run "
            "`memctx models pull %s`, then `memctx reindex`",
            _ENGLISH,
            _ENGLISH,
        )
        return Extraction(Recipe(), complete=False)
    return Extraction(Recipe(found.path, found.fingerprint), complete=True)


def find_reranker(settings: Settings) -> Reranker:
    """The cross-encoder that the settings name, loaded.

    Raises:
        ModelNotFound: its weights are not on this machine.
    """
    found = resolve(settings.reranker, cache=settings.cache)
    device, dtype = _place(settings)
    return load_reranker(found.path, name=found.name, device=device, dtype=dtype)


@dataclass(frozen=True, slots=True)
class Places:
    """Folders of a memory that its reader uses: of stored states, its adapter and calibration."""

    states: Path | None = None
    adapter: Path | None = None
    calibration: Path | None = None


def find_reader(
    mode: str,
    settings: Settings,
    embedder: Embedder,
    *,
    places: Places | None = None,
    telling: Telling | None = None,
) -> Reader:
    """A reader of the mode asked for; an endpoint, where one is set, reads in its place.

    `telling` hears of passages whose states are computed.

    Raises:
        ModelNotFound: the weights of the reader are not on this machine.
        ModelError: its adapter is damaged.
        UsageError: there is no such mode.
    """
    if mode not in READER_MODES:
        raise UsageError(f"a reader (--reader) is one of {', '.join(READER_MODES)}; got {mode!r}")
    if mode == "extract" and settings.extract == "span":
        return find_memory_reader(settings, places=places, verbatim=True, telling=telling)
    if mode == "extract":
        from ..reader.extract import ExtractiveReader

        return ExtractiveReader(embed=embedder.encode, embeds_chinese=embedder.reads_chinese)
    if settings.reader_endpoint:
        from ..reader.endpoint import EndpointReader

        key = settings.reader_endpoint_key
        return EndpointReader(
            settings.reader_endpoint,
            settings.reader_endpoint_model,
            api_key=key.get_secret_value() if key else None,
        )
    if mode == "prefill":
        from ..reader.prefill import PrefillReader

        found = _find_model(settings)
        adapters = find_adapters(found, settings, places or Places())
        return PrefillReader(_language_model(found, settings, adapters))
    return find_memory_reader(settings, places=places, telling=telling)


def find_memory_reader(
    settings: Settings,
    *,
    places: Places | None = None,
    verbatim: bool = False,
    telling: Telling | None = None,
) -> GatedReader:
    """The reader from stored states, with the adapter that the settings ask for.

    With `verbatim` it answers in the passages' own words alone.

    Raises:
        ModelNotFound: the weights of the reader are not on this machine.
        ModelError: its adapter is damaged.
    """
    from ..reader.gate import GatedReader

    adapters = find_adapters(_find_model(settings), settings, places or Places())
    reader = find_plain_reader(settings, places=places, adapters=adapters, telling=telling)
    # Reading twice was measured with one that was taught; others may speak at length.
    reader = replace(reader, verbatim=verbatim, alone=bool(adapters))
    return GatedReader(reader, verdicts=settings.cache / "fidelity")


def find_plain_reader(
    settings: Settings,
    *,
    places: Places | None = None,
    adapters: Mapping[str, Adapter] | None = None,
    telling: Telling | None = None,
) -> MemoryReader:
    """The reader from stored states, whether they are faithful or not.

    Raises:
        ModelNotFound: the weights of the reader are not on this machine.
    """
    from ..reader.assembly import Assembler
    from ..reader.kv_memory import KvMemory, Maker
    from ..reader.memory_reader import MemoryReader
    from ..reader.pieces import Pieces

    found = _find_model(settings)
    model = _language_model(found, settings, adapters or {})
    states = places.states if places else None
    config = (found.path / "config.json").read_bytes()
    maker = Maker(
        model=found.fingerprint,
        config=hashlib.sha256(config).hexdigest()[:16],
        prefix=tuple(Pieces(model, 0).head),
        dtype=model.dtype,
    )
    memory = KvMemory(states, budget=settings.kv_budget) if states else None
    return MemoryReader(Assembler(model, maker, memory, format="int8", telling=telling))


def find_token_count(settings: Settings) -> Callable[[str], int]:
    """Counts the reader's tokens; estimates where its tokenizer is not on this machine."""
    from ..reader.compact import TOKENIZERS
    from ..reader.count import token_count
    from ..reader.estimate import estimated_tokens

    if settings.reader_endpoint:
        return estimated_tokens
    try:
        return token_count(_find_model(settings).path, settings.cache / TOKENIZERS)
    except ModelNotFound:
        return estimated_tokens


def writes_summaries(settings: Settings) -> bool:
    """Whether the reader is one to be told what to write: an endpoint, or a large chat model.

    A base model, or a chat model of a few hundred million weights, writes worse summaries
    than its sources' own sentences make.
    """
    if settings.reader_endpoint:
        return True
    try:
        place = _find_model(settings).path
    except ModelNotFound:
        return False
    config, tokenizer = place / "config.json", place / "tokenizer_config.json"
    chats = tokenizer.is_file() and bool(read_json(tokenizer).get("chat_template"))
    chats = chats or (place / "chat_template.jinja").is_file()
    width = int(read_json(config).get("hidden_size") or 0) if config.is_file() else 0
    return chats and width >= _WRITER_WIDTH


def find_adapters(found: ResolvedModel, settings: Settings, places: Places) -> dict[str, Adapter]:
    """What the reader was taught, by language: as set; else by the memory; else as shipped.

    Raises:
        ModelError: an adapter is damaged, or the one that is set is not there.
    """
    from ..reader.adapter_file import read_adapter

    chosen = chosen_adapters(found.name, settings.reader_adapter, places.adapter)
    return {language: read_adapter(one.file) for language, one in chosen.items()}


def reader_identity(settings: Settings, places: Places) -> list[str]:
    """Names the reader's weights and what it was taught; of an endpoint, its address and model."""
    if settings.reader_endpoint:
        return [settings.reader_endpoint, settings.reader_endpoint_model]
    found = _find_model(settings)
    adapters = find_adapters(found, settings, places)
    return [found.fingerprint, *sorted(adapter.digest for adapter in adapters.values())]


def find_shipped_adapters(settings: Settings) -> dict[str, Adapter]:
    """What the reader was taught before it came to any memory, or what is set in its place.

    Raises:
        ModelNotFound: the weights of the reader are not on this machine.
        ModelError: the adapter is damaged, or the one that is set is not there.
    """
    return find_adapters(_find_model(settings), settings, Places())


def find_chosen_adapters(settings: Settings, places: Places) -> dict[str, Chosen]:
    """The adapters in use, by language: where they lie and whose they are; none of an endpoint.

    Raises:
        ModelNotFound: the weights of the reader are not on this machine.
        ModelError: an adapter cannot be read, or the one that is set is not there.
    """
    if settings.reader_endpoint:
        return {}
    found = _find_model(settings)
    return chosen_adapters(found.name, settings.reader_adapter, places.adapter)


def find_calibration(settings: Settings, places: Places) -> Calibration | None:
    """How sure the reader's answers are: as the memory knows; else as shipped; else nothing.

    Raises:
        ModelNotFound: the weights of the reader are not on this machine.
        ModelError: the file is damaged.
    """
    found = _find_model(settings)
    taught = bool(find_adapters(found, settings, places))
    for file in (places.calibration, _shipped_calibration(found.name)):
        calibration = _read_calibration(file) if file is not None and file.is_file() else None
        if calibration is not None and calibration.suits(found.name, taught=taught):
            return calibration
    return None


def find_quoting_calibration() -> Calibration | None:
    """How sure answers are that are quoted without any reader."""
    shipped = _shipped_calibration("extract")
    return _read_calibration(shipped) if shipped.is_file() else None


def _shipped_calibration(name: str) -> Path:
    return Path(str(package_files("memctx"))) / "data" / "calibration" / f"{name}.json"


def _read_calibration(file: Path) -> Calibration | None:
    from .calibration import read_calibration

    try:
        return read_calibration(file)
    except OldCalibration as error:
        _log.warning("%s", error)
        return None


def state_bytes_per_token(settings: Settings) -> int:
    """Bytes that the reader's stored states take for each token; 0 without a local model."""
    from ..reader.kv_record import bytes_per_token

    try:
        place = _find_model(settings).path
    except ModelNotFound:
        return 0
    config = read_json(place / "config.json")
    config = config.get("text_config", config)
    try:
        heads = int(config["num_attention_heads"])
        width = config.get("head_dim") or config["hidden_size"] // heads
        shape = (config["num_hidden_layers"], config.get("num_key_value_heads", heads), width)
    except KeyError:
        return 0
    return round(bytes_per_token("int8", shape, tokens=settings.chunk_tokens))


def _find_model(settings: Settings) -> ResolvedModel:
    return resolve(settings.reader, cache=settings.cache)


def _language_model(
    found: ResolvedModel, settings: Settings, adapters: Mapping[str, Adapter]
) -> LanguageModel:
    from ..reader.language_model import LanguageModel

    device, dtype = _place(settings)
    return LanguageModel(
        found.path,
        name=found.name,
        device=device,
        dtype=dtype,
        cache=settings.cache,
        adapters=adapters,
    )


def _place(settings: Settings) -> tuple[str, str]:
    device = pick_device(settings.device)
    return device, pick_dtype(device, settings.dtype, cache=settings.cache)
