"""Random numbers of each example from its own seed, the same on every machine."""

import tensorflow as tf

DRAWS = (
    "horizontal_flip",
    "vertical_flip",
    "rotation",
    "scale",
    "shift_x",
    "shift_y",
    "crop",
    "crop_x",
    "crop_y",
    "blur",
    "contrast",
    "brightness",
    "noise",
    "cutout",
    "cutout_x",
    "cutout_y",
)
"""What is drawn for an example. A new name goes to the end: then the others' values stay."""


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


@tf.function(reduce_retracing=True)  # `map_fn` is slow where it runs eagerly
def draw(seeds: tf.Tensor) -> dict[str, tf.Tensor]:
    """Draws numbers uniform in [-1, 1), float32 `[batch]` for each name of `DRAWS`."""

    def draw_example(seed: tf.Tensor) -> tf.Tensor:
        # A named generator, because the default is another one on some accelerators.
        return tf.random.stateless_uniform([len(DRAWS)], seed, -1.0, 1.0, alg="philox")

    values = tf.map_fn(draw_example, seeds, fn_output_signature=tf.float32)
    return dict(zip(DRAWS, tf.unstack(values, axis=1), strict=True))
