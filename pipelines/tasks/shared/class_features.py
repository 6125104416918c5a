"""The class as a network learns it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from components.core.parts import Features, Tensors
from pipelines.tasks.shared.class_names import LABEL, ClassNames

if TYPE_CHECKING:
    import numpy as np
    import tensorflow as tf
    import tensorflow_transform as tft

VOCABULARY = "classes"


class ClassFeatures(Features):
    """The index of the class in the vocabulary `classes`."""

    checks: ClassNames

    def transform(self, inputs: Tensors) -> dict[str, tf.Tensor]:
        """`label`: the index of the class, int64 `[batch]`.

        Declared classes stand in the vocabulary in their order, others by their frequency.
        """
        import tensorflow as tf
        import tensorflow_transform as tft

        index = tft.compute_and_apply_vocabulary(
            tf.reshape(inputs[LABEL], (-1,)),
            vocab_filename=VOCABULARY,
            reserved_tokens=self.checks.classes,
        )
        return {LABEL: index}

    def caption(self, example: Mapping[str, np.ndarray], transform: tft.TFTransformOutput) -> str:
        """The name of the class."""
        names = transform.vocabulary_by_name(VOCABULARY)
        return str(names[int(example[LABEL])].decode())
