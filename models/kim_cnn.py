"""Parallel convolutions over a few words each, and of each filter its greatest value."""

import math
from typing import Annotated

import keras
from pydantic import Field, PositiveFloat, PositiveInt

from models.shared.layers import Dropout

Kernels = Annotated[tuple[PositiveInt, ...], Field(min_length=1)]

PUBLISHED = ((64, 300), 1)


def build(  # noqa: PLR0913 (an argument an option)
    shape: tuple[int, int],
    units: int,
    *,
    kernels: Kernels = (3, 4, 5),
    filters: PositiveInt = 100,
    dropout: Dropout = 0.5,
    norm: PositiveFloat = 3.0,
    bag: bool = False,
) -> keras.Model:
    """Builds the network of Kim (2014).

    "Convolutional Neural Networks for Sentence Classification", with one channel of vectors;
    360,601 parameters for vectors of 300 numbers and one unit. What is not as published: `bag`,
    which joins a linear model to the network as in Cheng et al. (2016), "Wide & Deep Learning for
    Recommender Systems". How far linear models of single words get on film reviews, whole ones and
    sentences, is told by Wang and Manning (2012), "Baselines and Bigrams".

    Args:
        shape: Words of a text, as many as the largest kernel at least, and numbers of a word's
            vector.
        units: The number of logits.
        kernels: Words that the filters of each convolution cover.
        filters: Filters of each convolution.
        dropout: Share of the features dropped before the last layer while training.
        norm: The largest L2 norm of the weights of a logit, to which a step cuts them back.
        bag: Whether the words count whatever stands beside them, too: a linear function of the sum
            of their vectors, without dropout, is added to the logits.

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
    )(features)
    if bag:
        logits = keras.layers.Add(dtype="float32")([logits, _weigh_bag(words, units)])
    return keras.Model(words, logits, name="kim_cnn")


def _weigh_bag(words: keras.KerasTensor, units: int) -> keras.KerasTensor:
    """A linear function of the sum of the vectors.

    Args:
        words: Vectors of words `[batch, length, width]`.
        units: The number of logits.

    Returns:
        What is added to the logits, `[batch, units]`.
    """
    mean = keras.layers.GlobalAveragePooling1D(name="bag")(words)
    # a sum of independent vectors grows with the root of their number: so it is of their size
    bag = keras.layers.Rescaling(math.sqrt(words.shape[1]), name="bag_sum")(mean)
    weights = keras.layers.Dense(units, use_bias=False, dtype="float32", name="bag_logits")
    return weights(bag)
