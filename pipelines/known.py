"""Known samples, against which predictions are held: a folder a name, or a file a name."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from components.core.errors import ConvoyError
from components.core.parts import Sample
from components.core.task import Spec
from components.core.walking import readable
from pipelines.prediction_inputs import check_file, find_files, read_file

if TYPE_CHECKING:
    from components.core.parts import View
    from components.core.served_model import ServedModel


@dataclass(frozen=True)
class Against:
    """What predictions are held against.

    Attributes:
        folder: With a folder a name, in which several samples lie, or a file a name.
        threshold: From where on a sample is of none of the names; that of the model's own
            evaluation when None.
    """

    folder: Path
    threshold: float | None = None


def find_known(folder: Path, sample: Sample, left_out: Counter[str]) -> list[tuple[str, Path]]:
    """The known samples, each with its name: its folder's, or its own without its ending.

    Args:
        folder: The folder.
        sample: The kind of input.
        left_out: Counts, by reason, what is no sample.

    Raises:
        ConvoyError: When it is no folder, there is no sample in it, or one cannot be decoded.
    """
    if not folder.is_dir():
        raise ConvoyError(f"--against: {folder}: not a folder")
    files = list(find_files(folder, sample, left_out))
    for file in files:
        check_file(file, sample)
    return [(_name(file.relative_to(folder)), file) for file in files]


def view_against(
    spec: Spec,
    served: ServedModel,
    known: list[tuple[str, Path]],
    metrics: Mapping[str, float],
) -> View:
    """The view of a prediction that is held against known samples.

    Args:
        spec: The task.
        served: The model, which predicts them.
        known: As `find_known` gives them.
        metrics: What was measured of the model.

    Raises:
        ConvoyError: When the task's predictions cannot be compared.
    """
    predictions = []
    for name, file in known:
        outputs = served.predict([spec.sample.accept(read_file(file))])
        predictions.append((name, {key: values[0] for key, values in outputs.items()}))
    return spec.view.against(predictions, metrics)


def _name(file: Path) -> str:
    return readable(file.parts[0] if len(file.parts) > 1 else file.stem)
