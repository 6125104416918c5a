"""Cuts texts into words, in TensorFlow's graph: the same in training as in serving.

Contractions and punctuation become words of their own as in the preprocessing of Kim (2014),
"Convolutional Neural Networks for Sentence Classification", so that *not* is seen in *couldn't*.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import tensorflow as tf

REWRITES = (
    (r"</?[a-z!][^<>]*>", " "),  # HTML's tags
    (r"&#?[a-z0-9]{1,8};", " "),  # and entities
    (r"[\p{Cf}\x{FE00}-\x{FE0F}]", ""),  # marks that are not seen: of order, or a file's first
    ("[\u2019\u02bc\uff07]", "'"),
    (r"(^|[^\p{L}\p{M}\p{N}])'+", r"\1 "),  # quotes are no apostrophes
    (r"'+([^\p{L}\p{M}\p{N}]|$)", r" \1"),
    (r"([a-z])n't\b", r"\1 n't"),
    (r"'(s|m|d|re|ve|ll)\b", r" '\1"),
    (r"([^\p{L}\p{M}\p{N}\p{Z}\p{Cc}'])", r" \1 "),  # punctuation, emoji
    (r"([\p{Han}\p{Hiragana}\p{Katakana}])", r" \1 "),  # no blanks are written between these
    (r"[\p{Z}\p{Cc}]+", " "),
)
"""Regular expressions of RE2 over lower case, and what takes the place of what they find."""


def split_words(texts: tf.Tensor) -> tf.RaggedTensor:
    """The words of each text, lower case.

    Args:
        texts: UTF-8, string `[batch]`; other bytes become U+FFFD, each a word.

    Returns:
        Ragged string `[batch, words]`; none of them is empty or has a blank or a line break.
    """
    import tensorflow as tf

    valid = tf.strings.unicode_transcode(texts, "UTF-8", "UTF-8")
    plain = tf.strings.lower(valid, encoding="utf-8")
    for pattern, rewrite in REWRITES:
        plain = tf.strings.regex_replace(plain, pattern, rewrite)
    return tf.strings.split(plain)
