"""From settings to loaded models. The one place where names become engines."""

from __future__ import annotations

import logging
from dataclasses import dataclass

from ..config import Settings
from ..device import pick_device, pick_dtype
from ..errors import ModelNotFound, UsageError
from ..kg.recipe import Recipe
from ..memory.embedder import Embedder, load_embedder
from ..models.resolve import ResolvedModel, resolve
from ..reader.reading import Reader

_ENGLISH = "en_core_web_sm"
_log = logging.getLogger(__name__)

READER_MODES = ("memory", "prefill", "extract")


def find_embedder(name: str, settings: Settings) -> Embedder:
    """The embedder with this catalogue name, hub id or folder, loaded.

    Raises:
        ModelNotFound: its weights are not on this machine.
    """
    found = resolve(name, cache=settings.cache)
    device, dtype = _place(settings)
    return load_embedder(
        found.path, name=found.name, fingerprint=found.fingerprint, device=device, dtype=dtype
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


def find_reader(mode: str, settings: Settings, embedder: Embedder) -> Reader:
    """A reader of the mode asked for; an endpoint, where one is set, reads in its place.

    Raises:
        ModelNotFound: the weights of the reader are not on this machine.
        UsageError: there is no such mode.
    """
    if mode not in READER_MODES:
        raise UsageError(f"--reader is one of {', '.join(READER_MODES)}; got {mode!r}")
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
    return _local_reader(resolve(settings.reader, cache=settings.cache), settings)


def _local_reader(found: ResolvedModel, settings: Settings) -> Reader:
    from ..reader.language_model import LanguageModel
    from ..reader.prefill import PrefillReader

    device, dtype = _place(settings)
    model = LanguageModel(found.path, name=found.name, device=device, dtype=dtype)
    return PrefillReader(model)


def _place(settings: Settings) -> tuple[str, str]:
    device = pick_device(settings.device)
    return device, pick_dtype(device, settings.dtype, cache=settings.cache)
