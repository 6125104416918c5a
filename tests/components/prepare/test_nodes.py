"""The nodes of the prepare stage."""

from pathlib import Path

import pytest

from pipelines.tasks.classification import TASK
from tests.specs import make_spec

pytestmark = pytest.mark.slow  # importing TFX takes 10 s: only when a test of these runs

SPEC = make_spec(TASK, checks={"classes": ["cat", "dog"]})


@pytest.mark.parametrize(("curated", "kind"), [(True, "ImportSchemaGen"), (False, "SchemaGen")])
def test_a_curated_schema_takes_the_place_of_an_inferred_one(
    curated: bool, kind: str, tmp_path: Path
) -> None:
    from components.prepare.nodes import prepare_nodes

    schema = tmp_path / "toy.pbtxt"
    if curated:
        schema.touch()
    nodes = prepare_nodes(SPEC, tmp_path, schema)
    assert list(nodes) == ["ExampleGen", "StatisticsGen", "Schema", "ExampleValidator", "Transform"]
    assert type(nodes["Schema"]).__name__ == kind
    assert nodes["ExampleValidator"] in nodes["Transform"].upstream_nodes
