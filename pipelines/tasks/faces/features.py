"""The person as the network learns from him or her."""

from __future__ import annotations

from typing import TYPE_CHECKING

from components.core.parts import Features, Tensors
from pipelines.tasks.faces.columns import IDENTITY

if TYPE_CHECKING:
    import tensorflow as tf

VOCABULARY = "people"
STRANGER = -1
"""The index of people who are not in training."""
BUCKETS = 2**24
"""As many whole numbers a float32 tells apart, in which Keras hands targets to losses."""
PERSON, ANYBODY = "person", "anybody"


class IdentityFeatures(Features):
    """`person`: the index of a person of the training split; `anybody`: a number for every person.

    Of two people with one number, which is one pair in 16 million, a loss takes photos for those of
    one.
    """

    def transform(self, inputs: Tensors) -> dict[str, tf.Tensor]:
        """Both, int64 `[batch]`."""
        import tensorflow as tf
        import tensorflow_transform as tft

        names = tf.reshape(inputs[IDENTITY], (-1,))
        index = tft.compute_and_apply_vocabulary(
            names, default_value=STRANGER, vocab_filename=VOCABULARY
        )
        return {PERSON: index, ANYBODY: tf.strings.to_hash_bucket_fast(names, BUCKETS)}
