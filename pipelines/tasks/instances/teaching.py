"""Mask R-CNN as it is fitted: all its parts at once, the heads from regions with known objects."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import keras
import tensorflow as tf

from models.shared.proposals import split_outputs
from pipelines.tasks.instances.proposing import huber, proposal_loss
from pipelines.tasks.instances.sampling import WITH, Sampled, mask_targets, sample
from pipelines.tasks.shared.boxes.targets import unpack_targets


class Taught(keras.Model):
    """The parts of a network, and the sum of their losses."""

    def __init__(self, network: keras.Model, classes: int) -> None:
        """Takes a network, whose weights are fitted in place, and the number of classes.

        Args:
            network: Whose last layer is `models.mask_rcnn`.
            classes: How many there are.
        """
        super().__init__(name=network.name)
        *_, before, body = network.layers
        self.entrance = keras.Model(network.inputs, before.output)
        self.classes = classes
        for name in ("trunk", "proposer", "anchors", "regions", "box_head", "mask_head"):
            setattr(self, name, body.get_layer(name))
        self.box_features, self.mask_features = map(
            body.get_layer, ("box_features", "mask_features")
        )

    def call(self, samples: Any, training: bool = False) -> dict[str, Any]:
        """Maps, what is said of the anchors, and proposed regions."""
        maps = self.trunk(self.entrance(samples), training=training)
        outputs = self.anchors([self.proposer(each) for each in maps])
        return {"maps": maps, "outputs": outputs, "regions": self.regions(outputs)}

    def compute_loss(
        self,
        x: Any = None,
        y: Any = None,
        y_pred: Any = None,
        sample_weight: Any = None,
        training: bool = True,
    ) -> Any:
        """The losses of the region network and of the three heads."""
        targets = unpack_targets(y["boxes"])
        chosen = sample(targets, y_pred["regions"])
        of_anchors = proposal_loss(targets, y_pred["outputs"], self.regions.anchors)
        of_boxes = self._box_loss(y_pred["maps"], chosen)
        return of_anchors + of_boxes + self._mask_loss(y_pred["maps"], chosen, y["instances"])

    def compute_metrics(
        self, x: Any, y: Any, y_pred: Any, sample_weight: Any = None
    ) -> Mapping[str, Any]:
        """The loss alone."""
        return {"loss": self._loss_tracker.result()}

    def _box_loss(self, maps: Any, chosen: Sampled) -> tf.Tensor:
        """Cross-entropy of the classes, and Huber loss of the boxes of the true ones."""
        outputs = self.box_head(self.box_features(maps, chosen.regions))
        logits, differences = split_outputs(outputs, chosen.regions, self.classes)
        kinds = tf.where(chosen.has, chosen.classes + 1, 0)
        each = tf.nn.sparse_softmax_cross_entropy_with_logits(kinds, logits)
        own = tf.gather(differences, chosen.classes, axis=2, batch_dims=2)
        of_boxes = huber(own, chosen.boxes, chosen.regions, chosen.has)
        return _mean(each, chosen.counts) + tf.reduce_sum(of_boxes) / _count(chosen.counts)

    def _mask_loss(self, maps: Any, chosen: Sampled, instances: tf.Tensor) -> tf.Tensor:
        """Cross-entropy of the bins of the true class's mask."""
        regions, has = chosen.regions[:, :WITH], chosen.has[:, :WITH]
        logits = self.mask_head(self.mask_features(maps, regions))
        kinds = tf.reshape(chosen.classes[:, :WITH], (-1,))
        own = tf.gather(logits, kinds, axis=3, batch_dims=1)
        side = own.shape[1]
        true = mask_targets(instances, regions, chosen.owner[:, :WITH], side)
        own = tf.reshape(own, tf.shape(true))
        each = tf.nn.sigmoid_cross_entropy_with_logits(tf.cast(true, tf.float32), own)
        return _mean(tf.reduce_mean(each, axis=(2, 3)), has)


def _count(chosen: tf.Tensor) -> tf.Tensor:
    return tf.maximum(tf.reduce_sum(tf.cast(chosen, tf.float32)), 1.0)


def _mean(values: tf.Tensor, chosen: tf.Tensor) -> tf.Tensor:
    return tf.reduce_sum(tf.where(chosen, values, 0.0)) / _count(chosen)
