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
    "saturation",
    "tint_red",
    "tint_blue",
    "window_x",
    "window_y",
)
"""What is drawn for an example. A new name goes to the end: then the others' values stay."""


@tf.function(reduce_retracing=True)  # `map_fn` is slow where it runs eagerly
def draw(seeds: tf.Tensor) -> dict[str, tf.Tensor]:
    """Draws numbers uniform in [-1, 1), float32 `[batch]` for each name of `DRAWS`."""

    def draw_example(seed: tf.Tensor) -> tf.Tensor:
        # A named generator, because the default is another one on some accelerators.
        return tf.random.stateless_uniform([len(DRAWS)], seed, -1.0, 1.0, alg="philox")

    values = tf.map_fn(draw_example, seeds, fn_output_signature=tf.float32)
    return dict(zip(DRAWS, tf.unstack(values, axis=1), strict=True))
