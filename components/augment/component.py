"""The TFX component that writes changed copies of the training examples."""

from collections.abc import Iterator
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

from components.augment.params import AugmentParams
from components.augment.seeds import example_seeds
from components.core.conversion import FileConverter, convert_files, plan_files
from components.core.examples import parse_example
from components.core.parts import Tensors
from components.core.records import read_records
from components.core.task import Spec

TRAIN = "train"
COPIES_PREFIX = "copies"
BATCH_SIZE = 64


@component(use_beam=True)
def Augment(  # noqa: N802 (TFX names components like classes)
    examples: InputArtifact[Examples],
    transform_graph: InputArtifact[TransformGraph],
    spec: Parameter[str],
    augmented_examples: OutputArtifact[Examples],
    pipeline: BeamComponentParameter[beam.Pipeline] = None,
) -> None:
    """Writes `augment.copies` changed copies of each training example, and nothing else.

    Args:
        examples: Transformed examples, gzip-compressed TFRecord files.
        transform_graph: Output of TensorFlow Transform.
        spec: What the stage is made of, as JSON.
        augmented_examples: The copies. It has the same splits, for the Trainer reads each split
            from both; those without copies have no files.
        pipeline: The Beam pipeline.
    """
    augmented_examples.splits = examples.splits
    if not Spec.from_json(spec).block("augment", AugmentParams).copies:
        return
    source = Path(examples.path(split=TRAIN)).glob("*.gz")
    target = Path(augmented_examples.path(split=TRAIN))
    jobs = list(plan_files(source, target, COPIES_PREFIX))
    with pipeline:
        convert_files(pipeline, jobs, MakeCopies(spec, transform_graph.uri))


class MakeCopies(FileConverter):
    """Turns serialized transformed examples into their changed copies, batch by batch."""

    def __init__(self, spec: str, transform_uri: str) -> None:
        self.text = spec
        self.transform_uri = transform_uri

    def setup(self) -> None:
        """Loads what cannot be pickled."""
        self.spec = Spec.from_json(self.text)
        self.copies = self.spec.block("augment", AugmentParams).copies
        transform = tft.TFTransformOutput(self.transform_uri)
        self.types = transform.transformed_feature_spec()
        self.coder = tft.coders.ExampleProtoCoder(transform.transformed_metadata.schema)

    def convert(self, file: str) -> Iterator[bytes]:
        """Yields `copies` serialized examples for each of a file's."""
        for records in read_records([file]).batch(BATCH_SIZE):
            yield from self._copy(records)

    def _copy(self, records: tf.Tensor) -> Iterator[bytes]:
        sample, features = self.spec.sample, self.spec.features
        parsed = [parse_example(record, self.types, sample, features) for record in records]
        stacked = {name: tf.stack([one[name] for one in parsed]) for name in parsed[0]}
        for copy in range(1, self.copies + 1):
            yield from self._encode(copy_examples(self.spec, stacked, copy))

    def _encode(self, batch: Tensors) -> Iterator[bytes]:
        column = self.spec.sample.column
        packed = self.spec.features.pack({**batch, column: self.spec.sample.encode(batch[column])})
        arrays = {name: values.numpy() for name, values in packed.items()}
        for row in range(len(arrays[column])):
            yield self.coder.encode({name: values[row] for name, values in arrays.items()})


def copy_examples(spec: Spec, batch: Tensors, number: int) -> dict[str, tf.Tensor]:
    """Changes a batch at random, each example by where it came from and the copy's number."""
    seeds = example_seeds(batch[spec.sample.path_column], number, spec.seed)
    return spec.augmentation(batch, seeds)
