"""The transformation from raw to model-ready examples, traced into one TensorFlow graph."""

from collections.abc import Mapping

import tensorflow as tf

from components.core.parts import Tensors
from components.core.task import Spec


def preprocessing_fn(inputs: Tensors, custom_config: Mapping[str, str]) -> dict[str, tf.Tensor]:
    """Transforms a batch of raw examples; called by TFX's Transform.

    Args:
        inputs: The columns of the raw examples, `[batch, ...]` each.
        custom_config: `spec`, what the stage is made of, as JSON.

    Returns:
        The transformed sample, where it came from, and the features.
    """
    spec = Spec.from_json(custom_config["spec"])
    return {
        **spec.sample.transform(inputs),
        spec.sample.path_column: tf.reshape(inputs[spec.sample.path_column], (-1,)),
        **spec.features.transform(inputs),
    }
