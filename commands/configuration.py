"""`memctx config` and `memctx doctor`: what is set, what is installed, what to do next."""

from __future__ import annotations

import importlib.metadata
import importlib.util
import platform
import sys
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from . import show
from .options import Json, MemoryDir, settings_for

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ..config import Settings
    from ..device import DeviceInfo

app = typer.Typer(no_args_is_help=True, help="The settings in force.")

_OPTIONAL = {
    "faiss": "pip install 'memctx-rag[cpu]'",
    "pypdfium2": "pip install 'memctx-rag[formats]'",
    "docx": "pip install 'memctx-rag[formats]'",
    "selectolax": "pip install 'memctx-rag[formats]'",
}
_VERSIONS = ("torch", "transformers", "sentence-transformers", "tantivy", "sqlalchemy")


@app.command("show")
def show_settings(
    origin: Annotated[bool, typer.Option("--origin", help="Say what set each value.")] = False,
    json: Json = False,
) -> None:
    """Show every setting.

    A flag wins over MEMCTX_* in the environment, that over ./memctx.toml, that over the
    user's own config file, that over the default.
    """
    from ..config import explain_settings

    settings = explain_settings()
    if json:
        rows = {
            s.name: {"value": _plain(s.value), "origin": s.origin, "where": s.where}
            for s in settings
        }
        show.as_json(rows)
        return
    for setting in settings:
        where = f" {setting.where}" if setting.where else ""
        note = f"  ({setting.origin}{where})" if origin else f"  # {setting.description}"
        show.say(f"{setting.name} = {setting.value}{note}")


def doctor(memory: MemoryDir = None, json: Json = False) -> None:
    """Look at what is installed, which devices and models there are, and what to run next."""
    from ..device import describe
    from ..memory.home import Home
    from ..models.resolve import list_models

    settings = settings_for(memory)
    states = list_models(settings.cache)
    home = Home(settings.memory)
    versions = {name: _version(name) for name in _VERSIONS}
    missing = {name: fix for name, fix in _OPTIONAL.items() if not importlib.util.find_spec(name)}
    steps = list(missing.values())
    absent = [state.name for state in states if state.default and not state.present]
    steps += [f"memctx models pull {' '.join(absent)}"] if absent else []
    steps += [] if home.exists() else ["memctx ingest PATH"]
    steps = list(dict.fromkeys(steps)) or ['memctx ask "..."']
    devices = describe()
    better = _better_reader(settings, devices)
    present = [state.name for state in states if state.present]
    if json:
        rows = [asdict(device) for device in devices]
        report: dict[str, object] = {"versions": versions, "missing": sorted(missing)}
        report["devices"] = rows
        report |= {"models": present, "memory": home.exists(), "better_reader": better}
        show.as_json(report | {"next": steps})
        return
    show.say(f"Python {sys.version.split()[0]} on {platform.platform()}")
    show.table(versions.items())
    for name, fix in missing.items():
        show.say(f"missing: {name}; {fix}")
    for device in devices:
        show.say(f"device: {_device(device)}")
    for state in states:
        show.say(
            f"model: {state.name} ({state.task}) {'is here' if state.present else 'is not here'}"
        )
    show.say(f"memory: {home.folder} {'exists' if home.exists() else 'is not there yet'}")
    if better is not None:
        get = "" if better in present else f"`memctx models pull {better}`, then "
        show.say(
            f"reader: {settings.reader}; this machine could carry {better}, which reads better: "
            f"{get}MEMCTX_READER={better}"
        )
    show.say("next: " + "; ".join(steps))


def _plain(value: object) -> object:
    """A setting as JSON has it: paths and secrets are text."""
    return value if value is None or isinstance(value, (int, float)) else str(value)


def _better_reader(settings: Settings, devices: Sequence[DeviceInfo]) -> str | None:
    """The name of a reader that would do better on the device in use than the one set."""
    from ..device import cpu_cores
    from ..models.advice import better_reader
    from ..models.catalogue import shipped_catalogue

    if settings.reader_endpoint:
        return None
    used = next(device for device in devices if device.chosen)
    cores = cpu_cores() if used.name == "cpu" else None
    found = better_reader(shipped_catalogue(), settings.reader, memory=used.memory, cores=cores)
    return found.name if found else None


def _device(device: DeviceInfo) -> str:
    memory = f", {device.memory / 1e9:.0f} GB" if device.memory else ""
    note = " (in use)" if device.chosen else ""
    return f"{device.name}, {device.detail}{memory}, computes in {device.dtype}{note}"


def _version(name: str) -> str:
    try:
        return importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return "not installed"
