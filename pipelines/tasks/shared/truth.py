"""The true classes of raw examples."""

from collections.abc import Sequence

import numpy as np

from components.core.errors import ConvoyError
from components.core.parts import Row
from pipelines.tasks.shared.class_names import LABEL


def true_classes(
    rows: Sequence[Row],
    probabilities: np.ndarray,
    classes: Sequence[str],
    path_column: str = "image_path",
) -> np.ndarray:
    """The index of the class of each example; checks what the model says of it.

    Args:
        rows: Raw examples with `label` and where they came from.
        probabilities: Float `[len(rows), ...]`.
        classes: The classes in the order of the model's outputs.
        path_column: The column that says where an example came from.

    Returns:
        int64 `[len(rows)]`.

    Raises:
        ConvoyError: When a label is none of the classes, or a probability is not finite;
            names the first such sample.
    """
    finite = np.isfinite(probabilities).all(axis=tuple(range(1, probabilities.ndim)))
    index = {name: at for at, name in enumerate(classes)}
    for row, sound in zip(rows, finite, strict=True):
        if row[LABEL] not in index:
            raise ConvoyError(
                f"{row[path_column]}: label {row[LABEL]!r} is none of the model's classes "
                f"{', '.join(classes) or '(it has none)'}"
            )
        if not sound:
            raise ConvoyError(f"{row[path_column]}: the model's probability is not finite")
    return np.array([index[row[LABEL]] for row in rows], np.int64)
