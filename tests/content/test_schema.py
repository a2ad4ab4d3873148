from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from tutor.content.schema import KINDS, schema, schemas
from tutor.paths import default_course_root

FILES = {
    "lesson": "lessons/*/*.yaml",
    "quiz": "quizzes/*/*.yaml",
    "course": "lessons/course.yaml",
    "misconceptions": "lessons/misconceptions.yaml",
}
SMALL = Path(__file__).parent / "courses" / "small"


class TextLoader(yaml.SafeLoader):
    """Reads 1e-6 as a number, as editors' YAML 1.2 does."""


TextLoader.yaml_implicit_resolvers = {
    key: [pair for pair in pairs if pair[0] != "tag:yaml.org,2002:float"]
    for key, pairs in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
_FLOAT = yaml.resolver.re.compile(
    r"[-+]?([0-9]+\.?[0-9]*|\.[0-9]+)[eE][-+]?[0-9]+|[-+]?[0-9]+\.[0-9]*"
)
TextLoader.add_implicit_resolver("tag:yaml.org,2002:float", _FLOAT, list("-+.0123456789"))


def faults(kind: str, data: Any) -> list[str]:
    return [one.message for one in jsonschema.Draft202012Validator(schema(kind)).iter_errors(data)]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("root", [SMALL, default_course_root()], ids=["small", "shipped"])
def test_every_sound_file_fits_its_schema(kind: str, root: Path) -> None:
    for path in sorted(root.glob(FILES[kind])):
        data = yaml.load(path.read_text(encoding="utf-8"), Loader=TextLoader)
        assert faults(kind, data) == [], path


def test_a_schema_refuses_what_the_loader_refuses() -> None:
    assert faults("course", {"title": "x", "unts": []})
    assert faults("quiz", {"lesson": "a.b", "questions": [{"kind": "nonsense"}]})


def test_schemas_are_valid_and_can_be_printed() -> None:
    for one in schemas().values():
        jsonschema.Draft202012Validator.check_schema(one)
        assert json.loads(json.dumps(one))["$schema"]
