"""The task of keypoints as a whole: its parameters and its schema."""

import subprocess
import sys
from pathlib import Path

import pytest
from google.protobuf import text_format
from tensorflow_metadata.proto.v0 import schema_pb2

from components.core.errors import ConvoyError
from components.core.facial_points import COLUMNS
from pipelines.tasks.keypoints import TASK
from tests.specs import make_spec


@pytest.mark.parametrize(
    ("blocks", "message"),
    [
        ({"train": {"loss": "cosine"}}, r"tasks\.keypoints\.train\.loss: .*'mse' or 'euclidean'"),
        ({"checks": {"tolerance": -1}}, r"checks\.tolerance: .*greater"),
        ({"checks": {"missing": 2}}, r"checks\.missing: .*less"),
        ({"checks": {"outside": "ignore"}}, r"checks\.outside: .*'error' or 'warning'"),
        ({"evaluate": {"test_time": True}}, r"evaluate\.test_time: Extra"),
    ],
)
def test_a_wrong_parameter_is_named(blocks: dict, message: str) -> None:
    with pytest.raises(ConvoyError, match=message):
        make_spec(TASK, "keypoints", **blocks)


def test_the_schema_knows_the_columns() -> None:
    text = Path("data/schemas/keypoints.pbtxt").read_text()
    schema = text_format.Parse(text, schema_pb2.Schema())
    features = {feature.name: feature for feature in schema.feature}
    assert features.keys() == {"image", "image_path", "width", "height", "keypoints"}
    assert features["keypoints"].shape.dim[0].size == len(COLUMNS)


def test_the_parts_load_without_heavy_packages() -> None:
    code = (
        "import sys; from components.core.task import load_part; "
        "from pipelines.tasks.keypoints import TASK; "
        "[load_part(part) for part in TASK.references().values()]; "
        "heavy = 'tensorflow', 'keras', 'great_expectations', 'matplotlib', 'sklearn'; "
        "print([name for name in heavy if name in sys.modules])"
    )
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout == "[]\n"
