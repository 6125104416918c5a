"""Transformed examples and a transform's output, as the prepare stage leaves them."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import tensorflow as tf
from tensorflow_transform.tf_metadata import dataset_metadata, metadata_io, schema_utils

TYPES = {
    "image": tf.io.FixedLenFeature([], tf.string),
    "image_path": tf.io.FixedLenFeature([], tf.string),
    "label": tf.io.FixedLenFeature([], tf.int64),
}


def transform_output(folder: Path) -> Path:
    """Writes the types of the transformed features as TensorFlow Transform does."""
    metadata = dataset_metadata.DatasetMetadata(schema_utils.schema_from_feature_spec(TYPES))
    metadata_io.write_metadata(metadata, str(folder / "transformed_metadata"))
    return folder


def random_images(*shape: int) -> np.ndarray:
    return np.random.default_rng(0).integers(0, 256, shape, np.uint8)


def write_examples(file: Path, images: np.ndarray, labels: Sequence[int] | None = None) -> None:
    """Writes images `0.png`, `1.png` and so on; their numbers are their labels by default."""
    file.parent.mkdir(parents=True, exist_ok=True)
    with tf.io.TFRecordWriter(str(file), "GZIP") as writer:
        for number, image in enumerate(images):
            feature = {
                "image": _bytes(tf.io.encode_png(image).numpy()),
                "image_path": _bytes(b"%d.png" % number),
                "label": _number(number if labels is None else labels[number]),
            }
            example = tf.train.Example(features=tf.train.Features(feature=feature))
            writer.write(example.SerializeToString())


def _bytes(value: bytes) -> tf.train.Feature:
    return tf.train.Feature(bytes_list=tf.train.BytesList(value=[value]))


def _number(value: int) -> tf.train.Feature:
    return tf.train.Feature(int64_list=tf.train.Int64List(value=[value]))
