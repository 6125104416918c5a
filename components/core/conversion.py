"""Turns files into files of examples, a file at a time, the same ones in the same order every time.

What Beam writes by itself is never the same twice: it shuffles the records, names files by the
order in which workers end, and protobuf puts the features of an example in any order.
"""

import abc
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain
from pathlib import Path

import apache_beam as beam
import tensorflow as tf
from tfx.types.standard_artifacts import Examples

Job = tuple[str, str]
"""A file to read and the one to write."""


class FileConverter(beam.DoFn, abc.ABC):
    """Writes the examples that are made of each file, in their order, into one of its own."""

    @abc.abstractmethod
    def convert(self, file: str) -> Iterable[bytes]:
        """Makes serialized `tf.train.Example` records of a file."""

    def process(self, job: Job) -> None:
        """Converts a file; whoever does it, and however often, writes the same bytes."""
        source, target = job
        with tf.io.TFRecordWriter(target, "GZIP") as writer:
            for record in self.convert(source):
                writer.write(canonical(record))


def plan_files(sources: Iterable[Path], target: Path, prefix: str) -> Iterator[Job]:
    """Gives each of the files one to write in the folder `target`, numbered in their order."""
    target.mkdir(parents=True, exist_ok=True)
    files = sorted(sources)
    for number, source in enumerate(files):
        yield str(source), str(target / f"{prefix}-{number:05}-of-{len(files):05}.gz")


def plan_splits(
    sources: Mapping[str, Iterable[Path]], examples: Examples, prefix: str
) -> list[Job]:
    """Gives the examples their splits, and each file of a split one to write.

    Args:
        sources: The files by split.
        examples: The artifact that is to be written.
        prefix: What the names of its files begin with.
    """
    examples.splits = list(sources)
    targets = {split: Path(examples.path(split=split)) for split in sources}
    planned = (plan_files(files, targets[split], prefix) for split, files in sources.items())
    return list(chain.from_iterable(planned))


def convert_files(pipeline: beam.Pipeline, jobs: Sequence[Job], converter: FileConverter) -> None:
    """Converts files, one a step, on as many workers as the pipeline has."""
    _ = pipeline | "Files" >> beam.Create(jobs) | "Convert" >> beam.ParDo(converter)


def canonical(record: bytes) -> bytes:
    """The same `tf.train.Example`, serialized as it always is: with its features in order."""
    example: bytes = tf.train.Example.FromString(record).SerializeToString(deterministic=True)
    return example
