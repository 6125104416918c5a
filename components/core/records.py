"""TFRecord files as streams."""

from collections.abc import Sequence

import tensorflow as tf

UNTUNED = tf.data.Options()
"""For every dataset that is iterated over: switches tf.data's tuner off.

The tuner sleeps for 10 ms, then for twice as long each time (`OptimizeLoop` in TensorFlow's
`core/framework/model.cc`). With TensorFlow 2.16 the end of an epoch often waits until it wakes:
epochs that need 3 seconds were seen to take 3, 5 or 10.
"""
UNTUNED.autotune.enabled = False


def read_records(files: Sequence[str] | tf.data.Dataset) -> tf.data.Dataset:
    """Streams the records of gzip-compressed TFRecord files, in the order of the files.

    Args:
        files: Their paths.

    Returns:
        Serialized examples, string scalars.
    """
    return tf.data.TFRecordDataset(files, compression_type="GZIP").with_options(UNTUNED)
