"""The copies that the stage writes."""

from pathlib import Path

import numpy as np
import pytest
import tensorflow as tf

from components.augment.seeds import example_seeds
from components.core.examples import Example, parse_example
from components.core.records import read_records
from components.core.task import Spec
from pipelines.tasks.classification import TASK
from tests.specs import make_spec
from tests.transformed import TYPES, random_images, transform_output, write_examples

pytestmark = pytest.mark.slow  # importing TFX takes 10 s: only when a test of these runs

PIXELS = random_images(70, 8, 8, 3)  # more than a batch
SPLITS = ["train", "val", "test"]


def spec_of(copies: int) -> Spec:
    size = {"height": 8, "width": 8, "channels": 3}
    augment = {"copies": copies, "horizontal_flip": True, "brightness": 0.2}
    return make_spec(TASK, checks={"classes": ["a", "b"]}, prepare=size, augment=augment, seed=3)


def run(folder: Path, spec: Spec) -> list[str]:
    """Runs the component; returns the files that it has written."""
    from tfx.dsl.components.base.base_beam_executor import BaseBeamExecutor
    from tfx.types.standard_artifacts import Examples, TransformGraph

    from components.augment.component import Augment

    examples, copies, graph = Examples(), Examples(), TransformGraph()
    examples.uri, copies.uri = str(folder / "transformed"), str(folder / "copies")
    examples.splits = SPLITS
    graph.uri = str(transform_output(folder))
    flags = ["--direct_running_mode=in_memory", "--sdk_container_image=local"]
    context = BaseBeamExecutor.Context(beam_pipeline_args=flags, unique_id="", tmp_dir=str(folder))
    Augment.EXECUTOR_SPEC.executor_class(context).Do(
        {"examples": [examples], "transform_graph": [graph]},
        {"augmented_examples": [copies]},
        {"spec": spec.to_json()},
    )
    assert copies.splits == SPLITS
    return [str(file) for file in (folder / "copies").rglob("*") if file.is_file()]


def parse(files: list[str], spec: Spec) -> list[Example]:
    return [
        parse_example(record, TYPES, spec.sample, spec.features) for record in read_records(files)
    ]


def test_the_copies_and_nothing_else_are_written(tmp_path: Path) -> None:
    spec = spec_of(copies=2)
    write_examples(tmp_path / "transformed/Split-train/0.gz", PIXELS)
    files = run(tmp_path, spec)
    assert {Path(file).parent.name for file in files} == {"Split-train"}
    written = parse(files, spec)
    labels = [int(example["label"]) for example in written]
    assert sorted(labels) == sorted([*range(len(PIXELS))] * 2)
    of_first = [example["image"] for example in written if example["label"] == 0]
    for number, image in enumerate(of_first, start=1):
        seeds = example_seeds(tf.constant(["0.png"]), number, seed=3)
        expected = spec.augmentation({"image": tf.constant(PIXELS[:1])}, seeds)["image"][0]
        np.testing.assert_array_equal(image, expected)
    assert (of_first[0].numpy() != of_first[1].numpy()).any()


def test_without_copies_nothing_is_written(tmp_path: Path) -> None:
    write_examples(tmp_path / "transformed/Split-train/0.gz", PIXELS[:1])
    assert run(tmp_path, spec_of(copies=0)) == []
