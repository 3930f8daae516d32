"""Settings: precedence, origins, and errors that say what to mend."""

from __future__ import annotations

from pathlib import Path

import pytest

from memctx.config import explain_settings, load_settings
from memctx.errors import ConfigError


@pytest.fixture(autouse=True)
def _alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No settings but those that a test makes."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    for name in ("MEMCTX_WINDOW", "MEMCTX_MEMORY"):
        monkeypatch.delenv(name, raising=False)


def origin(name: str, **arguments: object) -> tuple[object, str]:
    [setting] = [item for item in explain_settings(arguments) if item.name == name]
    return setting.value, setting.origin


def test_each_source_wins_over_those_below_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert origin("window") == (2048, "default")
    user = tmp_path / "config" / "memctx"
    user.mkdir(parents=True)
    (user / "config.toml").write_text("window = 1000")
    assert origin("window") == (1000, "user file")
    (tmp_path / "memctx.toml").write_text("window = 1001")
    assert origin("window") == (1001, "project file")
    monkeypatch.setenv("MEMCTX_WINDOW", "1002")
    assert origin("window") == (1002, "environment")
    assert origin("window", window=1003) == (1003, "argument")
    assert load_settings({"window": None}).window == 1002


def test_an_unknown_setting_in_a_file_lists_those_there_are(tmp_path: Path) -> None:
    (tmp_path / "memctx.toml").write_text("widnow = 5")
    with pytest.raises(ConfigError, match=r"sets widnow; the settings are memory, cache"):
        load_settings()


def test_a_value_that_does_not_fit_names_where_it_stands(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MEMCTX_WINDOW", "wide")
    with pytest.raises(ConfigError, match=r"window \(MEMCTX_WINDOW\) cannot be 'wide'"):
        load_settings()


@pytest.mark.parametrize("given", [{"chunk_overlap": 300}, {"chunk_tokens": 20}])
def test_chunks_must_be_longer_than_what_they_share(given: dict[str, int]) -> None:
    with pytest.raises(ConfigError, match=r"chunk_overlap.* cannot be .*below chunk_tokens"):
        load_settings(given)


def test_a_mistyped_variable_is_named(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv("MEMCTX_WIDOW", "1000")
    monkeypatch.setenv("MEMCTX_XYZ", "another program's")
    load_settings()
    [record] = caplog.records
    assert record.getMessage() == (
        "MEMCTX_WIDOW is no setting and has no effect; did you mean MEMCTX_WINDOW?"
    )


def test_a_broken_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "memctx.toml").write_text("window =")
    with pytest.raises(ConfigError, match=r"memctx\.toml should be a TOML file"):
        load_settings()


def test_a_key_is_not_shown() -> None:
    settings = load_settings({"reader_endpoint_key": "secret"})
    assert "secret" not in repr(settings)
