"""How training is spread over devices."""

from typing import Literal

import tensorflow as tf


def distribution(name: Literal["default", "mirrored"]) -> tf.distribute.Strategy:
    """The strategy of tf.distribute by its name in `params.yaml`.

    `mirrored` uses every GPU of this machine.
    """
    if name == "mirrored":
        return tf.distribute.MirroredStrategy()
    return tf.distribute.get_strategy()
