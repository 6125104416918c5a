"""Weights of classes of pixels, from how frequent the classes are in the training split."""

import tensorflow as tf
import tensorflow_transform as tft


def class_weights_of(masks: tf.Tensor, classes: int) -> tf.Tensor:
    """Median-frequency weights over all training masks, by a full pass over the data.

    Args:
        masks: Class indices, uint8 `[batch, height, width]`; values from `classes` on, such
            as void's 255, are no class.
        classes: The number of classes.

    Returns:
        float32 `[classes]`, to be read within a `preprocessing_fn`.
    """
    pixels = count_pixels(masks, classes)
    of_images = tf.reduce_sum(pixels, axis=1, keepdims=True)
    where_present = tf.where(pixels > 0, of_images, tf.zeros_like(of_images))
    return median_frequency_weights(
        tft.sum(pixels, reduce_instance_dims=False),
        tft.sum(where_present, reduce_instance_dims=False),
    )


def count_pixels(masks: tf.Tensor, classes: int) -> tf.Tensor:
    """Pixels of each class in each mask, int64 `[batch, classes]`; other values are left out."""
    rows = tf.reshape(tf.cast(masks, tf.int32), (tf.shape(masks)[0], -1))
    return tf.math.bincount(rows, minlength=classes, maxlength=classes, dtype=tf.int64, axis=-1)


def median_frequency_weights(pixels: tf.Tensor, image_pixels: tf.Tensor) -> tf.Tensor:
    """The median frequency of the classes by the frequency of each.

    The frequency of a class is the share that it has of the images in which it appears.
    Eigen and Fergus, 2015, "Predicting Depth, Surface Normals and Semantic Labels with a
    Common Multi-Scale Convolutional Architecture", section 6.3.2.

    Args:
        pixels: How many pixels each class has, `[classes]`.
        image_pixels: How many pixels that are not void the images have in which the class
            appears, `[classes]`.

    Returns:
        float32 `[classes]`; 0 for a class without pixels, which the median leaves out.
    """
    frequencies = tf.math.divide_no_nan(
        tf.cast(pixels, tf.float64), tf.cast(image_pixels, tf.float64)
    )
    present = frequencies > 0
    ascending = tf.sort(tf.where(present, frequencies, tf.constant(float("inf"), tf.float64)))
    count = tf.math.count_nonzero(present)
    middle = tf.stack([tf.maximum(count - 1, 0) // 2, count // 2])
    median = tf.reduce_mean(tf.gather(ascending, middle))
    weights = tf.where(present, median / frequencies, tf.zeros_like(frequencies))
    return tf.cast(weights, tf.float32)
