"""What TFX's Trainer is given."""

from pathlib import Path

import pytest

from pipelines.tasks.classification import TASK
from tests.specs import make_spec

pytestmark = pytest.mark.slow  # importing TFX takes 10 s: only when a test of these runs

SPEC = make_spec(TASK, checks={"classes": ["cat", "dog"]})


def test_training_reads_examples_and_copies(tmp_path: Path) -> None:
    from tfx.components.trainer.fn_args_utils import get_common_fn_args
    from tfx.types.channel_utils import as_channel
    from tfx.types.standard_artifacts import Examples, TransformGraph

    from components.train.nodes import train_node

    examples, copies, graph = Examples(), Examples(), TransformGraph()
    for artifact in (examples, copies):
        artifact.splits = ["train", "val", "test"]
    examples.uri, copies.uri, graph.uri = "transformed", "copies", "graph"
    channels = [as_channel([artifact]) for artifact in (examples, copies, graph)]
    node = train_node(SPEC, *channels, 60)
    read = [channel.get()[0] for channel in node.inputs["examples"].channels]
    arguments = get_common_fn_args(
        {"examples": read, "transform_graph": [graph]}, node.exec_properties
    )
    assert arguments.train_files == ["transformed/Split-train/*", "copies/Split-train/*"]
    assert arguments.eval_files == ["transformed/Split-val/*", "copies/Split-val/*"]
    assert arguments.custom_config == {
        "spec": SPEC.to_json(),
        "examples": 60,
        "speed": f"artifacts/{SPEC.name}/diary/train/speed.csv",
    }
