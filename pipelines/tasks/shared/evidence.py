"""Where in an image a network sees what it says."""

from __future__ import annotations

from collections.abc import Sequence

import keras
import numpy as np
import tensorflow as tf

from components.explain.evidence import grad_cam
from components.explain.network import MAPS_RANK, lay_open
from components.samples.image import ImageSample


def evidence_in(
    network: keras.Model, images: Sequence[bytes], answers: np.ndarray
) -> np.ndarray | None:
    """Computes how much each place of the deepest maps speaks for an answer.

    The maps are those of Draelos and Carin (2020), "HiResCAM". For a network that ends in global
    average pooling and a dense layer they are the class activation maps of Zhou et al. (2016), as
    are those of Grad-CAM, Selvaraju et al. (2017). Evidence against an answer is kept, not cut off.

    Args:
        network: As `ImageSample.entrance` makes it: from uint8 pixels to raw outputs
            `[batch, outputs]`.
        images: PNG or JPEG files.
        answers: float `[images, outputs]`, the weights of the outputs whose sum is explained.

    Returns:
        float32 `[images, rows, columns]`, evidence for (above 0) and against (below 0). Below
        global average pooling and a dense layer, or a dense layer alone, it sums to the answer
        without its bias. None where the network has no maps.
    """
    if len(network.input_shape) != MAPS_RANK:
        return None
    shape = network.input_shape[1:]
    inside = lay_open(network, shape)
    name = inside.deepest()
    if name is None:
        return None
    size = dict(zip(("height", "width", "channels"), shape, strict=True))
    pixels, _ = ImageSample(name=network.name, checks={}, prepare=size).serve(tf.constant(images))
    return grad_cam(inside, name, pixels.numpy(), answers, averaged=False)
