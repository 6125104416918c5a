"""Random changes of texts that leave what they say.

After Wei and Zou (2019), "EDA: Easy Data Augmentation Techniques for Boosting Performance on Text
Classification Tasks". Words that the meaning may turn on, `prepare.fixed`, neither vanish nor move,
and no word passes them by.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import Field

from components.core.block import Block
from components.core.parts import Augmentation, Tensors
from components.samples.text import FIRST, UNKNOWN, TextSize

if TYPE_CHECKING:
    import tensorflow as tf

TEXT = "text"


class WordPolicy(Block):
    """Random changes of a text.

    Attributes:
        word_dropout: The share of words that become unknown ones.
        word_swap: The share of words that change places with the next one.
    """

    word_dropout: float = Field(0.0, ge=0, lt=1)
    word_swap: float = Field(0.0, ge=0, lt=1)


class WordAugmentation(Augmentation):
    """Drops words, and swaps neighbours, of `text`, int32 `[batch, length]`."""

    augment: WordPolicy
    prepare: TextSize = TextSize()

    def __call__(self, batch: Tensors, seeds: tf.Tensor) -> dict[str, tf.Tensor]:
        """Changes the words; with both shares at zero it is the identity."""
        import tensorflow as tf

        words = batch[TEXT]
        dropped, swapped = tf.unstack(draw(seeds, words.shape[1]), axis=1)
        words = drop_words(words, dropped < self.augment.word_dropout, self.movable(words))
        words = swap_words(words, swapped < self.augment.word_swap, self.movable(words))
        return {**batch, TEXT: words}

    def movable(self, words: tf.Tensor) -> tf.Tensor:
        """Which places have a word that is not fixed, bool `[batch, length]`."""
        return (words == UNKNOWN) | (words >= FIRST + len(self.prepare.fixed))


def draw(seeds: tf.Tensor, length: int) -> tf.Tensor:
    """Two random numbers in [0, 1) a word, each example's from its own seed.

    Args:
        seeds: int32 or int64 `[batch, 2]`.
        length: Words of a text.

    Returns:
        float32 `[batch, 2, length]`.
    """
    import tensorflow as tf

    return tf.map_fn(
        lambda seed: tf.random.stateless_uniform((2, length), seed, alg="philox"),
        seeds,
        fn_output_signature=tf.TensorSpec((2, length), tf.float32),
    )


def drop_words(words: tf.Tensor, chosen: tf.Tensor, movable: tf.Tensor) -> tf.Tensor:
    """Makes words unknown.

    Args:
        words: Indices, int32 `[batch, length]`.
        chosen: Which ones, bool `[batch, length]`.
        movable: Which ones may be, bool `[batch, length]`.
    """
    import tensorflow as tf

    return tf.where(chosen & movable, UNKNOWN, words)


def swap_words(words: tf.Tensor, chosen: tf.Tensor, movable: tf.Tensor) -> tf.Tensor:
    """Swaps words with the next ones, where both may move; no word moves twice.

    Args:
        words: Indices, int32 `[batch, length]`.
        chosen: The first of each pair, bool `[batch, length]`.
        movable: Which ones may move, bool `[batch, length]`.
    """
    import tensorflow as tf

    first = chosen & movable & _shift(movable, -1)
    first &= ~_shift(first, 1)
    steps = tf.cast(first, tf.int32) - tf.cast(_shift(first, 1), tf.int32)
    return tf.gather(words, tf.range(words.shape[1]) + steps, batch_dims=1)


def _shift(flags: tf.Tensor, by: int) -> tf.Tensor:
    """Flags moved one place to the right (1) or left (-1); what moves in is false."""
    import tensorflow as tf

    nothing = tf.zeros_like(flags[:, :1])
    parts = [nothing, flags[:, :-1]] if by > 0 else [flags[:, 1:], nothing]
    return tf.concat(parts, axis=1)
