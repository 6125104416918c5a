"""Two convolutions over the words of a text, the customary first network for reviews."""

import keras
from pydantic import PositiveInt

from models.shared.layers import Dropout

PUBLISHED = ((32, 64), 1)


def build(
    shape: tuple[int, int],
    units: int,
    *,
    filters: PositiveInt = 64,
    kernel: PositiveInt = 5,
    word_dropout: Dropout = 0.25,
    dropout: Dropout = 0.5,
) -> keras.Model:
    """Builds dropout, two convolutions with max-pooling, a dense layer, dropout and logits.

    45,313 parameters for vectors of 64 numbers and one unit. The first pooling halves the places,
    the second keeps the greatest value of each filter, wherever in the text it is.

    Args:
        shape: Words of a text, 14 at least, and numbers of a word's vector.
        units: The number of logits.
        filters: Filters of each convolution, and units of the dense layer.
        kernel: Places that a filter covers.
        word_dropout: Share of the numbers of the vectors dropped while training.
        dropout: Share of the features dropped before the last layer while training.

    Returns:
        A model from vectors of words `[batch, *shape]` to logits `[batch, units]`.
    """
    words = keras.Input(shape)
    maps = keras.layers.Dropout(word_dropout)(words)
    maps = keras.layers.Conv1D(filters, kernel, activation="relu", name="conv1")(maps)
    maps = keras.layers.MaxPooling1D()(maps)
    maps = keras.layers.Conv1D(filters, kernel, activation="relu", name="conv2")(maps)
    features = keras.layers.GlobalMaxPooling1D(name="pooling")(maps)
    features = keras.layers.Dense(filters, activation="relu", name="hidden")(features)
    features = keras.layers.Dropout(dropout)(features)
    logits = keras.layers.Dense(units, dtype="float32", name="logits")(features)
    return keras.Model(words, logits, name="text_cnn")
