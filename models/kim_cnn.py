"""Parallel convolutions over a few words each, and of each filter its greatest value."""

from typing import Annotated

import keras
from pydantic import Field, PositiveFloat, PositiveInt

from models.shared.layers import Dropout

Kernels = Annotated[tuple[PositiveInt, ...], Field(min_length=1)]

PUBLISHED = ((64, 300), 1)


def build(
    shape: tuple[int, int],
    units: int,
    *,
    kernels: Kernels = (3, 4, 5),
    filters: PositiveInt = 100,
    dropout: Dropout = 0.5,
    norm: PositiveFloat = 3.0,
) -> keras.Model:
    """Builds the network of Kim (2014).

    "Convolutional Neural Networks for Sentence Classification", with one channel of vectors;
    360,601 parameters for vectors of 300 numbers and one unit.

    Args:
        shape: Words of a text, as many as the largest kernel at least, and numbers of a word's
            vector.
        units: The number of logits.
        kernels: Words that the filters of each convolution cover.
        filters: Filters of each convolution.
        dropout: Share of the features dropped before the last layer while training.
        norm: The largest L2 norm of the weights of a logit, to which a step cuts them back.

    Returns:
        A model from vectors of words `[batch, *shape]` to logits `[batch, units]`.
    """
    words = keras.Input(shape)
    pooled = []
    for kernel in kernels:
        convolution = keras.layers.Conv1D(filters, kernel, activation="relu", name=f"conv{kernel}")
        pooling = keras.layers.GlobalMaxPooling1D(name=f"pooling{kernel}")
        pooled.append(pooling(convolution(words)))
    features = keras.layers.Concatenate()(pooled) if len(pooled) > 1 else pooled[0]
    features = keras.layers.Dropout(dropout)(features)
    logits = keras.layers.Dense(
        units, kernel_constraint=keras.constraints.MaxNorm(norm), dtype="float32", name="logits"
    )
    return keras.Model(words, logits(features), name="kim_cnn")
