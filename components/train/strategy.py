"""How training is spread over devices."""

from typing import Literal

import tensorflow as tf


def distribution(
    name: Literal["default", "mirrored", "multi_worker_mirrored"],
) -> tf.distribute.Strategy:
    """The strategy of tf.distribute by its name in `params.yaml`.

    `mirrored` uses every GPU of this machine; `multi_worker_mirrored` those of the machines
    that `TF_CONFIG` lists.
    """
    if name == "mirrored":
        return tf.distribute.MirroredStrategy()
    if name == "multi_worker_mirrored":
        return tf.distribute.MultiWorkerMirroredStrategy()
    return tf.distribute.get_strategy()
