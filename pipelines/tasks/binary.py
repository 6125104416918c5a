"""Whether an image shows something, such as a person, or not."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from pydantic import Field

from pipelines.params import TaskParams
from pipelines.tasks.base import Tensors
from pipelines.tasks.classification import (
    Classification,
    ClassificationChecks,
    ClassificationParams,
)

if TYPE_CHECKING:
    import keras
    import numpy as np
    import pyarrow as pa
    import tensorflow as tf
    import tensorflow_transform as tft
    from great_expectations.expectations import Expectation
    from PIL import Image

    from components.evaluate.evaluation import Evaluation

AREA = "person_area"
THRESHOLD = 0.5


class BinaryChecks(ClassificationChecks):
    """What the validate stage demands of a table of images with two classes.

    Attributes:
        classes: The negative class, then the positive one, whose probability is served.
    """

    classes: tuple[str, str] = Field()


class BinaryParams(ClassificationParams):
    """The block of a binary task."""

    checks: BinaryChecks


class Binary(Classification):
    """Two classes in the column `label`, learnt as the probability of the second one.

    The column `person_area` is the share of the image that people cover, in [0, 1]; it is
    null where it is not known, and only the evaluation looks at it.
    """

    params_type = BinaryParams

    def label_columns(self) -> Mapping[str, pa.DataType]:
        """`label`, a string, and `person_area`, a float32."""
        import pyarrow as pa

        return {**super().label_columns(), AREA: pa.float32()}

    def optional_columns(self) -> frozenset[str]:
        """`person_area`."""
        return frozenset({AREA})

    def expectations(self, params: TaskParams) -> Sequence[Expectation]:
        """Those of classification; areas lie in [0, 1]."""
        from great_expectations.expectations import ExpectColumnValuesToBeBetween

        area = ExpectColumnValuesToBeBetween(
            column=AREA, min_value=0, max_value=1, description=f"{AREA} is between 0 and 1"
        )
        return [*super().expectations(params), area]

    def units(self, transform: tft.TFTransformOutput, params: TaskParams) -> int:
        """One logit, of the positive class."""
        return 1

    def target(self, labels: Tensors) -> tf.Tensor:
        """1 for the positive class and 0 for the other, float32 `[batch, 1]`."""
        import tensorflow as tf

        return tf.cast(labels["label"], tf.float32)[..., tf.newaxis]

    def loss(self, params: TaskParams) -> keras.losses.Loss:
        """Cross-entropy between target and logit."""
        import keras

        return keras.losses.BinaryCrossentropy(from_logits=True)

    def monitors(self) -> list[keras.metrics.Metric]:
        """Accuracy at a probability of 0.5, and the area under the ROC curve."""
        import keras

        return [
            keras.metrics.BinaryAccuracy(name="accuracy", threshold=0.0),  # of the logit
            keras.metrics.AUC(name="auc", from_logits=True),
        ]

    def serve(self, outputs: tf.Tensor, sizes: tf.Tensor) -> dict[str, tf.Tensor]:
        """`probability` of the positive class, float32 `[batch]`."""
        import tensorflow as tf

        return {"probability": tf.sigmoid(tf.cast(outputs[:, 0], tf.float32))}

    def evaluation(self, classes: Sequence[str], params: TaskParams) -> Evaluation:
        """Accuracy, areas under ROC and precision-recall curves, calibration, slices."""
        from components.evaluate.binary import BinaryEvaluation

        return BinaryEvaluation(classes, params.evaluate.pictures)

    def describe(
        self, prediction: Mapping[str, np.ndarray], classes: Sequence[str]
    ) -> dict[str, Any]:
        """The class at a threshold of 0.5 and the probability of the positive one."""
        probability = float(prediction["probability"])
        label = classes[int(probability >= THRESHOLD)]
        return {"label": label, "probability": round(probability, 6)}

    def draw(
        self, image: Image.Image, prediction: Mapping[str, np.ndarray], classes: Sequence[str]
    ) -> Image.Image:
        """The image above its class and the probability of the positive one."""
        from components.core.pictures import contact_sheet

        row = self.describe(prediction, classes)
        caption = f"{row['label']}\n{classes[1]}: {row['probability']:.1%}"
        return contact_sheet([(image, caption)], columns=1)


TASK = Binary()
