"""Measures a served model on raw examples."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from components.core.errors import ConvoyError
from components.core.examples import read_raw
from components.core.layout import artifact_folder
from components.core.parts import Evaluation, Row
from components.core.served_model import ServedModel
from components.core.task import Spec
from components.evaluate.params import EvaluateParams

TEST, VAL = "test", "val"


@dataclass(frozen=True)
class Files:
    """Raw examples: the paths of gzip-compressed TFRecord files.

    Attributes:
        test: What is measured on.
        val: What a threshold, say, is tuned on.
    """

    test: Sequence[str]
    val: Sequence[str]


def measure(
    model: Path, spec: Spec, files: Files, leave_out: frozenset[str] = frozenset()
) -> Evaluation:
    """Runs a served model over the test split, and over the validation split to tune something.

    Args:
        model: A SavedModel.
        spec: The task, which says what is measured.
        files: The raw examples.
        leave_out: SHA-256 of test samples that do not count.
    """
    served = ServedModel.load(model)
    evaluation = gather(served, spec, files.test, leave_out)
    if evaluation.needs_validation:
        evaluation.tune(gather(served, spec, files.val))
    return evaluation


def gather(
    served: ServedModel, spec: Spec, files: Sequence[str], leave_out: frozenset[str] = frozenset()
) -> Evaluation:
    """Measures a model on some files, batch by batch; nothing is tuned."""
    evaluation = spec.evaluation.begin(served)
    batch_size = spec.block("evaluate", EvaluateParams).batch_size
    for rows in read_raw(files, spec.sample, spec.labels, batch_size):
        kept = [row for row in rows if not leave_out or sample_hash(row, spec) not in leave_out]
        if kept:
            evaluation.update(kept, served.predict([row[spec.sample.column] for row in kept]))
    return evaluation


def sample_hash(row: Row, spec: Spec) -> str:
    """SHA-256 of the encoded sample of a raw example, as the canonical table has it."""
    return hashlib.sha256(row[spec.sample.column]).hexdigest()


def example_files(task: str) -> Files:
    """The raw examples as the prepare stage wrote them last.

    Raises:
        ConvoyError: When the stage has not run.
    """
    return Files(test=_split_files(task, TEST), val=_split_files(task, VAL))


def _split_files(task: str, split: str) -> list[str]:
    folder = artifact_folder(task, "prepare")
    files = sorted(map(str, folder.glob(f"ExampleGen/examples/*/Split-{split}/*.gz")))
    if not files:
        raise ConvoyError(f"{folder}: no examples of the split {split}; run: convoy run {task}")
    return files
