"""The English pipeline that `make install` pulls; without it these tests fail, not skip."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from memctx.config import load_settings
from memctx.errors import ModelNotFound
from memctx.kg.chinese import ChineseExtractor
from memctx.kg.english import EnglishExtractor
from memctx.models.resolve import resolve


@pytest.fixture(scope="session")
def english_model() -> Path:
    """Folder of en_core_web_sm: `MEMCTX_TEST_SPACY`, or where memctx keeps its models."""
    given = os.environ.get("MEMCTX_TEST_SPACY")
    if given:
        return Path(given)
    try:
        return resolve("en_core_web_sm", cache=load_settings().cache).path
    except ModelNotFound as error:
        pytest.fail(f"these tests read English with real weights: {error}", pytrace=False)


@pytest.fixture(scope="session")
def english(english_model: Path) -> EnglishExtractor:
    return EnglishExtractor(english_model, weights="test")


@pytest.fixture(scope="session")
def chinese() -> ChineseExtractor:
    return ChineseExtractor()
