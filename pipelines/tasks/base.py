"""What a task is: everything the pipeline must know to learn one kind of label."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar

from components.core.errors import ConvoyError
from pipelines.params import TaskParams

if TYPE_CHECKING:  # heavy packages load only in the stages that need them
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
    from components.evaluate.tiling import Window

Tensors = Mapping[str, "tf.Tensor"]


class Task(ABC):
    """One kind of label: how it is checked, transformed, learnt, measured and drawn.

    A task is a Python file that defines `TASK`, an instance of a subclass, and a block of
    `params.yaml` that names the file. The hooks stand in the order of the stages.

    Attributes:
        params_type: The schema of the task's block in `params.yaml`.
    """

    params_type: ClassVar[type[TaskParams]] = TaskParams

    # ingest

    @abstractmethod
    def label_columns(self) -> Mapping[str, pa.DataType]:
        """The label columns of the canonical table, by name."""

    def optional_columns(self) -> frozenset[str]:
        """The label columns that a source may leave out; none by default."""
        return frozenset()

    def stratum(self, labels: Mapping[str, Any]) -> str:
        """The group whose share is kept equal in every split; one group by default."""
        return ""

    # validate

    def derive_columns(self, rows: pd.DataFrame) -> pd.DataFrame:
        """Adds the columns that `expectations` looks at and the table does not have.

        Args:
            rows: Some rows of the canonical table, without `image`.
        """
        return rows

    @abstractmethod
    def expectations(self, params: TaskParams) -> Sequence[Expectation]:
        """What the label columns must fulfil, beyond the rules for every image table."""

    # prepare

    @abstractmethod
    def preprocess_labels(self, inputs: Tensors, params: TaskParams) -> dict[str, tf.Tensor]:
        """Transforms the raw label columns of a batch; traced by TensorFlow Transform.

        Args:
            inputs: The raw columns, `[batch, ...]` each; `height` and `width` among them.
            params: The task's parameters.

        Returns:
            Dense float32, int64 or string tensors `[batch, ...]`, by feature name.
        """

    def decode_labels(self, labels: Tensors) -> dict[str, tf.Tensor]:
        """Unpacks what `preprocess_labels` packed, of one example; unchanged by default.

        Args:
            labels: The transformed features of one example, `image` and others among them.
        """
        return dict(labels)

    def encode_labels(self, labels: Tensors) -> dict[str, tf.Tensor]:
        """The inverse of `decode_labels`, of a batch; unchanged by default."""
        return dict(labels)

    # augment

    def warp_labels(self, labels: Tensors, warp: Warp) -> dict[str, tf.Tensor]:
        """Moves the labels along with the images; unchanged by default."""
        return dict(labels)

    def draw_labels(self, image: Image.Image, labels: Mapping[str, np.ndarray]) -> Image.Image:
        """Draws the transformed labels onto the image; the bare image by default."""
        return image

    # train

    def classes(self, transform: tft.TFTransformOutput, params: TaskParams) -> tuple[str, ...]:
        """The names of the classes in the order of the model's outputs; none by default."""
        return ()

    @abstractmethod
    def units(self, transform: tft.TFTransformOutput, params: TaskParams) -> int:
        """The number of outputs that the model is built with."""

    @abstractmethod
    def target(self, labels: Tensors) -> tf.Tensor:
        """What the model is fitted to, `[batch, ...]`, from the transformed labels."""

    def sample_weights(self, labels: Tensors, params: TaskParams) -> tf.Tensor | None:
        """How much each value of the loss counts, of the loss's shape; all the same by default.

        Args:
            labels: The transformed labels, `[batch, ...]` each.
            params: The task's parameters.
        """
        return None

    @abstractmethod
    def loss(self, params: TaskParams) -> keras.losses.Loss:
        """The loss between `target` and the model's raw outputs."""

    def monitors(self) -> list[keras.metrics.Metric]:
        """Metrics shown while training; none by default."""
        return []

    # serve

    @abstractmethod
    def serve(self, outputs: tf.Tensor, sizes: tf.Tensor) -> dict[str, tf.Tensor]:
        """Turns the model's raw outputs into what a user is given.

        Args:
            outputs: The model's outputs, `[batch, ...]`.
            sizes: Height and width of the images as they came, int32 `[batch, 2]`.

        Returns:
            Named tensors `[batch, ...]`.
        """

    # evaluate

    @abstractmethod
    def evaluation(self, classes: Sequence[str], params: TaskParams) -> Evaluation:
        """An empty evaluation, to be updated batch by batch over the test split."""

    def views(self, params: TaskParams) -> Sequence[View]:
        """Views of each image whose mean prediction is measured, too; none by default."""
        return ()

    def undo_view(
        self, outputs: Mapping[str, np.ndarray], view: View, sizes: np.ndarray
    ) -> Mapping[str, np.ndarray]:
        """Moves predictions for views of images back to the images; unchanged by default.

        Args:
            outputs: As `serve` gives them for the views, `[batch, ...]`.
            view: How the images were changed.
            sizes: Widths and heights of the images, int `[batch, 2]`.
        """
        return outputs

    # predict

    @abstractmethod
    def describe(
        self, prediction: Mapping[str, np.ndarray], classes: Sequence[str]
    ) -> dict[str, Any]:
        """The prediction for one image as a flat row of a table."""

    @abstractmethod
    def draw(
        self, image: Image.Image, prediction: Mapping[str, np.ndarray], classes: Sequence[str]
    ) -> Image.Image:
        """A picture of the prediction for one image, for a person to look at."""

    def artifacts(
        self, prediction: Mapping[str, np.ndarray], classes: Sequence[str]
    ) -> Mapping[str, Image.Image]:
        """Further pictures of the prediction for one image, by name; none by default."""
        return {}

    def stitch(
        self,
        predictions: Iterable[Mapping[str, np.ndarray]],
        windows: Sequence[Window],
        size: tuple[int, int],
    ) -> Mapping[str, np.ndarray]:
        """The prediction for an image from those for its tiles; not possible by default.

        Args:
            predictions: One for each window, made as it is taken.
            windows: The tiles.
            size: Width and height of the image.

        Raises:
            ConvoyError: When the task cannot put tiles together.
        """
        raise ConvoyError(f"the task {type(self).__name__} cannot be predicted in tiles")
