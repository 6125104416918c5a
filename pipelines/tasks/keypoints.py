"""The 15 facial keypoints of one face."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Literal

from pydantic import Field

from components.core.facial_points import COLUMNS, KEYPOINTS, MIRROR_PAIRS
from components.evaluate.params import EvaluateParams
from components.train.params import TrainParams
from components.validate.params import CheckParams
from pipelines.params import TaskParams
from pipelines.tasks.base import Task, Tensors

if TYPE_CHECKING:
    import keras
    import numpy as np
    import pandas as pd
    import pyarrow as pa
    import tensorflow as tf
    import tensorflow_transform as tft
    from great_expectations.expectations import Expectation
    from PIL import Image

    from components.augment.geometry import Warp
    from components.evaluate.evaluation import Evaluation
    from components.evaluate.test_time import View

Severity = Literal["error", "warning"]


class KeypointsChecks(CheckParams):
    """What the validate stage demands of a table of faces.

    Attributes:
        tolerance: How far outside the image a point may be, in pixels.
        outside: Whether a point farther out stops the run or is only told of.
        swapped: Whether a left point at a smaller x than its right counterpart stops the run.
        missing: The largest share of the rows in which one and the same point may be missing.
    """

    tolerance: float = Field(0.0, ge=0)
    outside: Severity = "error"
    swapped: Severity = "warning"
    missing: float = Field(1.0, ge=0, le=1)


class KeypointsTrain(TrainParams):
    """How the model is built and fitted.

    Attributes:
        loss: `mse`, of coordinates in [-1, 1]; `euclidean`, the mean pixel error itself.
            Both leave missing points out.
    """

    loss: Literal["mse", "euclidean"] = "mse"


class KeypointsEvaluate(EvaluateParams):
    """How the trained model is measured on the test split.

    Attributes:
        test_time_augmentation: Whether to measure the mean prediction over mirrored and
            shifted copies of each image, too.
    """

    test_time_augmentation: bool = False


class KeypointsParams(TaskParams):
    """The block of a keypoint task."""

    checks: KeypointsChecks
    train: KeypointsTrain
    evaluate: KeypointsEvaluate


class Keypoints(Task):
    """15 points of a face, in the column `keypoints`: x0, y0, x1, ... in pixels, NaN if missing.

    Pixel centres are at integers: an image covers x from -0.5 to width - 0.5. The network
    learns coordinates in [-1, 1], from the left edge to the right and from the top to the
    bottom; these stay the same when an image is resized.
    """

    params_type = KeypointsParams

    def label_columns(self) -> Mapping[str, pa.DataType]:
        """`keypoints`, a list of 30 float32."""
        import pyarrow as pa

        return {"keypoints": pa.list_(pa.float32())}

    def derive_columns(self, rows: pd.DataFrame) -> pd.DataFrame:
        """Adds the columns that the rules for keypoints look at."""
        from components.validate.keypoints import describe_points

        return describe_points(rows)

    def expectations(self, params: TaskParams) -> Sequence[Expectation]:
        """Thirty values, points within the image and in their order, not too many missing."""
        from components.validate.keypoints import keypoint_expectations

        assert isinstance(params, KeypointsParams)
        checks = params.checks
        return keypoint_expectations(
            checks.tolerance, checks.missing, checks.outside, checks.swapped
        )

    def preprocess_labels(self, inputs: Tensors, params: TaskParams) -> dict[str, tf.Tensor]:
        """Coordinates in [-1, 1], float32 `[batch, 30]`."""
        import tensorflow as tf

        points = tf.reshape(inputs["keypoints"], (-1, len(KEYPOINTS), 2))
        sizes = tf.concat([tf.reshape(inputs[side], (-1, 1)) for side in ("width", "height")], 1)
        units = to_unit(points, tf.cast(sizes, tf.float32)[:, tf.newaxis])
        return {"keypoints": tf.reshape(units, (-1, len(COLUMNS)))}

    def warp_labels(self, labels: Tensors, warp: Warp) -> dict[str, tf.Tensor]:
        """Moves the points; those of mirrored faces change sides, left for right."""
        import tensorflow as tf

        from components.augment.geometry import swap_mirrored

        size = (warp.size[1], warp.size[0])
        units = tf.reshape(labels["keypoints"], (-1, len(KEYPOINTS), 2))
        moved = swap_mirrored(warp.points(to_pixels(units, size)), warp.mirrored, MIRROR_PAIRS)
        return {**labels, "keypoints": tf.reshape(to_unit(moved, size), (-1, len(COLUMNS)))}

    def draw_labels(self, image: Image.Image, labels: Mapping[str, np.ndarray]) -> Image.Image:
        """The enlarged image with its points, coloured by the part of the face."""
        from components.evaluate.keypoint_drawing import POINT_COLOURS, Marks, draw_points

        points = to_pixels(labels["keypoints"].reshape(-1, 2), image.size)
        return draw_points(image, [Marks(points, POINT_COLOURS)])

    def units(self, transform: tft.TFTransformOutput, params: TaskParams) -> int:
        """30 coordinates."""
        return len(COLUMNS)

    def target(self, labels: Tensors) -> tf.Tensor:
        """The coordinates in [-1, 1], float32 `[batch, 30]`; NaN where missing."""
        return labels["keypoints"]

    def loss(self, params: TaskParams) -> keras.losses.Loss:
        """The loss that `train.loss` names."""
        from components.train.losses import MaskedEuclidean, MaskedMeanSquaredError

        assert isinstance(params, KeypointsParams)
        return {"mse": MaskedMeanSquaredError, "euclidean": MaskedEuclidean}[params.train.loss]()

    def monitors(self) -> list[keras.metrics.Metric]:
        """Mean distance in pixels of a 96x96 image."""
        from components.train.losses import MeanPixelError

        return [MeanPixelError()]

    def serve(self, outputs: tf.Tensor, sizes: tf.Tensor) -> dict[str, tf.Tensor]:
        """`keypoints`, float32 `[batch, 15, 2]`: x and y in pixels of the image as it came."""
        import tensorflow as tf

        units = tf.reshape(tf.cast(outputs, tf.float32), (-1, len(KEYPOINTS), 2))
        widths_heights = tf.cast(tf.reverse(sizes, [1]), tf.float32)
        return {"keypoints": to_pixels(units, widths_heights[:, tf.newaxis])}

    def evaluation(self, classes: Sequence[str], params: TaskParams) -> Evaluation:
        """Mean pixel error, RMSE, MAE, the I2DL score, PCK and the error by eye distance."""
        from components.evaluate.keypoints import KeypointEvaluation

        return KeypointEvaluation(params.evaluate.pictures)

    def views(self, params: TaskParams) -> Sequence[View]:
        """The shifted image, and the mirrored one where training mirrors, if asked for."""
        from components.evaluate.test_time import VIEWS

        assert isinstance(params, KeypointsParams)
        if not params.evaluate.test_time_augmentation:
            return ()
        return tuple(view for view in VIEWS if params.augment.horizontal_flip or not view.mirrored)

    def undo_view(
        self, outputs: Mapping[str, np.ndarray], view: View, sizes: np.ndarray
    ) -> dict[str, np.ndarray]:
        """Moves points found in views of images back to the images as they came.

        Args:
            outputs: As `serve` gives them, in pixels of the views.
            view: How the images were changed.
            sizes: Widths and heights of the images, int `[batch, 2]`.
        """
        points = outputs["keypoints"] - view.shifts(sizes)[:, None]
        if view.mirrored:
            points = points[:, _mirror_order()]
            points[..., 0] = sizes[:, :1] - 1 - points[..., 0]
        return {"keypoints": points}

    def describe(
        self, prediction: Mapping[str, np.ndarray], classes: Sequence[str]
    ) -> dict[str, Any]:
        """30 coordinates in pixels, named as in Kaggle's table, rounded to 0.01."""
        values = prediction["keypoints"].reshape(-1).tolist()
        return {name: round(value, 2) for name, value in zip(COLUMNS, values, strict=True)}

    def draw(
        self, image: Image.Image, prediction: Mapping[str, np.ndarray], classes: Sequence[str]
    ) -> Image.Image:
        """The image, enlarged if it is small, with its points coloured by the part of the face."""
        from components.evaluate.keypoint_drawing import POINT_COLOURS, Marks, draw_points

        return draw_points(image, [Marks(prediction["keypoints"], POINT_COLOURS)])


def to_unit(pixels: Any, size: Any) -> Any:
    """Scales points from pixels to [-1, 1].

    Args:
        pixels: x and y, a tensor or an array `[..., 2]`; NaN stays NaN.
        size: Width and height of the image, `[..., 2]`.
    """
    return (2 * pixels + 1) / size - 1


def to_pixels(units: Any, size: Any) -> Any:
    """Scales points from [-1, 1] to pixels: the inverse of `to_unit`."""
    return ((units + 1) * size - 1) / 2


def _mirror_order() -> list[int]:
    """The index of each point's counterpart on the other side; its own for a middle one."""
    order = list(range(len(KEYPOINTS)))
    for left, right in MIRROR_PAIRS:
        order[left], order[right] = right, left
    return order


TASK = Keypoints()
