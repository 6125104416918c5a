"""Weights that make rare classes count as much as common ones."""

from typing import Literal

import numpy as np
import tensorflow as tf
from sklearn.utils.class_weight import compute_class_weight

from pipelines.tasks.base import Task


def class_weights(
    mode: Literal["none", "balanced"], examples: tf.data.Dataset, task: Task
) -> dict[int, float] | None:
    """The weight of each class in the loss, for tasks whose target is the class's index.

    Args:
        mode: `balanced` gives examples / (classes * examples of the class).
        examples: The training examples.
        task: The task, whose `target` is one whole number an example, of any type.

    Returns:
        A weight a class, for `keras.Model.fit`; None for `none`.
    """
    if mode == "none":
        return None
    targets = np.array([*examples.map(task.target).as_numpy_iterator()], np.int64).ravel()
    classes = np.unique(targets)
    weights = compute_class_weight("balanced", classes=classes, y=targets)
    return dict(zip(classes.tolist(), weights.tolist(), strict=True))
