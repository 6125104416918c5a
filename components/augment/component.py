"""The TFX component that writes augmented copies of the training split."""

import shutil
from collections.abc import Iterator, Sequence
from pathlib import Path

import apache_beam as beam
import tensorflow as tf
import tensorflow_transform as tft
from tfx.dsl.component.experimental.annotations import (
    BeamComponentParameter,
    InputArtifact,
    OutputArtifact,
    Parameter,
)
from tfx.dsl.component.experimental.decorators import component
from tfx.types.standard_artifacts import Examples, TransformGraph

from components.augment.policy import augment, example_seeds
from components.train.input import parse_example
from pipelines.project import load_task

TRAIN = "train"
COPIES_PREFIX = "copies"
BATCH_SIZE = 64


@component(use_beam=True)
def Augment(  # noqa: N802 (TFX names components like classes)
    examples: InputArtifact[Examples],
    transform_graph: InputArtifact[TransformGraph],
    task: Parameter[str],
    augmented_examples: OutputArtifact[Examples],
    pipeline: BeamComponentParameter[beam.Pipeline] = None,
) -> None:
    """Copies every split and adds `augment.copies` augmented copies to the training split.

    Args:
        examples: Transformed examples, gzip-compressed TFRecord files.
        transform_graph: Output of TensorFlow Transform.
        task: The task's name.
        augmented_examples: The same splits; the copies are in files of their own.
        pipeline: The Beam pipeline.
    """
    augmented_examples.splits = examples.splits
    for split in examples.splits:
        shutil.copytree(examples.path(split=split), augmented_examples.path(split=split))
    _, params = load_task(task)
    if not params.augment.copies:
        return
    with pipeline:
        write_copies(
            pipeline,
            Path(examples.path(split=TRAIN)),
            Path(augmented_examples.path(split=TRAIN)),
            MakeCopies(task, transform_graph.uri),
        )


def write_copies(pipeline: beam.Pipeline, source: Path, target: Path, make: beam.DoFn) -> None:
    """Reads the training split, makes the copies batch by batch and writes them."""
    (
        pipeline
        | "Read" >> beam.io.ReadFromTFRecord(str(source / "*.gz"))
        | "Batch" >> beam.BatchElements(min_batch_size=BATCH_SIZE, max_batch_size=BATCH_SIZE)
        | "Copy" >> beam.ParDo(make)
        | "Write" >> beam.io.WriteToTFRecord(str(target / COPIES_PREFIX), file_name_suffix=".gz")
    )


class MakeCopies(beam.DoFn):
    """Turns a batch of serialized transformed examples into its augmented copies."""

    def __init__(self, task: str, transform_uri: str) -> None:
        self.name = task
        self.transform_uri = transform_uri

    def setup(self) -> None:
        """Loads what cannot be pickled."""
        self.task, self.params = load_task(self.name)
        metadata = tft.TFTransformOutput(self.transform_uri).transformed_metadata
        self.spec = tft.TFTransformOutput(self.transform_uri).transformed_feature_spec()
        self.coder = tft.coders.ExampleProtoCoder(metadata.schema)

    def process(self, batch: Sequence[bytes]) -> Iterator[bytes]:
        """Yields `copies` serialized examples for each of the batch."""
        channels = self.params.prepare.channels
        parsed = [parse_example(record, self.spec, self.task, channels) for record in batch]
        stacked = {name: tf.stack([one[name] for one in parsed]) for name in self.spec}
        for copy in range(1, self.params.augment.copies + 1):
            yield from self._encode(self._augmented(dict(stacked), copy))

    def _augmented(self, batch: dict[str, tf.Tensor], copy: int) -> dict[str, tf.Tensor]:
        seeds = example_seeds(batch["image_path"], copy, self.params.seed)
        images, labels = augment(
            batch.pop("image"), batch, seeds, self.params.augment, self.task.warp_labels
        )
        encoded = tf.map_fn(tf.io.encode_png, images, fn_output_signature=tf.string)
        return {"image": encoded, **self.task.encode_labels(labels)}

    def _encode(self, batch: dict[str, tf.Tensor]) -> Iterator[bytes]:
        columns = {name: values.numpy() for name, values in batch.items()}
        for row in range(len(columns["image"])):
            yield self.coder.encode({name: values[row] for name, values in columns.items()})
