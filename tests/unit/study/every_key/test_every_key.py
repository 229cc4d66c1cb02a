"""Another value of any key of the configuration changes what is planned or done, or is refused: no key is idle."""

from pathlib import Path

import pytest

from blastvote.debug import parsed_workflow
from blastvote.errors import InputError
from blastvote.study.configuration.config import validate_config

from .config_keys import OPTIONS, SCHEMA_PATH, changed, default, get, keys
from .key_effects import argument_objects, read_as_attribute, read_by_name, rule_facts
from .other_values import MATTERS, make_data, other_value


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("data")
    make_data(folder)
    return folder


@pytest.mark.parametrize("key", keys(default()))
def test_no_key_is_idle(key: str, data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(data)
    base = changed(default(), {"dataset.simulated.images_per_class": 3} | MATTERS.get(key, {}))
    value = other_value(key, base)
    assert value != get(base, key)
    other = changed(base, {key: value})
    section, _, field = key.rpartition(".")
    try:
        validate_config(other, SCHEMA_PATH)
        objects = argument_objects(other)
    except InputError as error:
        assert section in OPTIONS, f"give '{key}' a legal value: {error}"
        assert f"'{section.split('.')[0]}" in str(error) or field in str(error)
        return
    if section in OPTIONS:
        assert read_as_attribute(field, OPTIONS[section]), f"nothing reads {key}"
    if objects != argument_objects(base):
        return
    with parsed_workflow(data, base) as workflow:
        before = rule_facts(workflow)
    with parsed_workflow(data, other) as workflow:
        after = rule_facts(workflow)
    assert before != after or read_by_name(field), f"nothing reads {key}"
