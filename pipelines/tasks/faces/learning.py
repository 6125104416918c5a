"""What the network of faces is fitted to, and its places on the unit sphere."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from pydantic import Field

from components.core.block import Block
from components.core.parts import Learning, Tensors
from pipelines.tasks.faces.features import ANYBODY, PERSON, VOCABULARY

if TYPE_CHECKING:
    import keras
    import tensorflow as tf
    import tensorflow_transform as tft

GROUPS = 2_048
"""Groups of photos that the shuffle draws from."""
AHEAD = 0.2
"""By how much the right person must be ahead, where nothing is chosen."""
SCALES = {"supcon": 16.0, "cosface": 24.0, "arcface": 24.0}
"""What cosines are multiplied by, where nothing is chosen."""


class FaceTrain(Block):
    """How the network of faces is fitted.

    Attributes:
        model: A module of `models`.
        size: Numbers of a face's place.
        loss: `supcon` (Khosla et al., 2020): a softmax over the photos of a batch, in which those
            of the same person shall be found; `cosface` (Wang et al., 2018) and `arcface` (Deng et
            al., 2019): a softmax over the people of the training split, with a margin;
            `contrastive` (Hadsell et al., 2006): pairs of photos alone, as siamese networks learn.
        margin: By how much the right person must be ahead: of the cosine for `cosface`, in radians
            for `arcface`; for `contrastive` the distance from which on two people are far enough
            apart. Null for 0.2, 0.2 and 1.
        scale: What cosines are multiplied by before the softmax. Null for 16 for `supcon`, else 24.
        photos: How many photos of a person are brought together in a batch.
    """

    model: str = "sphere_cnn"
    size: int = Field(128, gt=1)
    loss: Literal["supcon", "cosface", "arcface", "contrastive"] = "supcon"
    margin: float | None = Field(None, ge=0, le=2)
    scale: float | None = Field(None, gt=0)
    photos: int = Field(4, gt=1)


class FaceLearning(Learning):
    """Places of faces, near to each other where they are of one person."""

    train: FaceTrain

    def outputs(self, transform: tft.TFTransformOutput) -> int:
        """The numbers of a place."""
        return self.train.size

    def arrange(self, examples: tf.data.Dataset, seed: int | None) -> tf.data.Dataset:
        """Up to `train.photos` photos of a person one after the other.

        The photos that a person has beside these follow in other groups. Held in memory are, of
        every person, the photos that wait for others.
        """
        import tensorflow as tf

        photos = self.train.photos
        groups = examples.group_by_window(
            key_func=lambda example: example[ANYBODY],
            reduce_func=lambda _, window: window.batch(photos),
            window_size=photos,
        )
        if seed is not None:
            groups = groups.shuffle(GROUPS, seed=seed)
        return groups.flat_map(tf.data.Dataset.from_tensor_slices)

    def target(self, example: Tensors) -> tf.Tensor:
        """The index of the person, -1 outside of training, and the number, int64 `[batch, 2]`."""
        import tensorflow as tf

        return tf.stack([example[PERSON], example[ANYBODY]], axis=-1)

    def teach(self, network: keras.Model, transform: tft.TFTransformOutput) -> keras.Model:
        """The network with a prototype of every person of the training split, for a softmax."""
        from pipelines.tasks.faces.prototypes import MARGINS, WithPrototypes

        if self.train.loss not in MARGINS:
            return network
        people = transform.vocabulary_size_by_name(VOCABULARY)
        size = AHEAD if self.train.margin is None else self.train.margin
        margin = MARGINS[self.train.loss](size)
        return WithPrototypes(network, people, margin, self._scale())

    def loss(self) -> keras.losses.Loss:
        """By which pairs learn, and by which the validation split tells the best epoch."""
        from pipelines.tasks.faces import losses

        if self.train.loss == "supcon":
            return losses.SupervisedContrastiveLoss(self._scale())
        if self.train.loss == "contrastive":
            margin = self.train.margin
            return losses.ContrastiveLoss(losses.APART if margin is None else margin)
        return losses.PairsInWrongOrder()

    def _scale(self) -> float:
        return self.train.scale or SCALES[self.train.loss]

    def metrics(self) -> list[keras.metrics.Metric]:
        """How often the nearest other photo of a batch is of the same person."""
        from pipelines.tasks.faces.losses import NearestIsSame

        return [NearestIsSame()]

    def serve(self, outputs: tf.Tensor, context: tf.Tensor) -> dict[str, tf.Tensor]:
        """`embedding`: the place on the unit sphere, float32 `[batch, size]`."""
        import tensorflow as tf

        return {"embedding": tf.math.l2_normalize(tf.cast(outputs, tf.float32), axis=-1)}
