"""Seeds of examples."""

import tensorflow as tf


def example_seeds(keys: tf.Tensor, copy: int, seed: int) -> tf.Tensor:
    """Derives a seed for every example from its key, the same on every machine.

    Args:
        keys: What tells the examples apart, string `[batch]`.
        copy: Which copy of the example the seed is for.
        seed: The task's seed.

    Returns:
        int64 `[batch, 2]`.
    """
    buckets = 2**63 - 1
    by_key = tf.strings.to_hash_bucket_fast(keys, buckets)
    by_copy = tf.strings.to_hash_bucket_fast(f"{seed}/{copy}", buckets)
    return tf.stack([by_key, tf.fill(tf.shape(by_key), by_copy)], axis=1)
