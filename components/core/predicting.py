"""Predicts samples of any encoding with a served model; a bad one spoils no other."""

from collections.abc import Sequence

import tensorflow as tf

from components.core.parts import Prediction, Sample, SampleError
from components.core.served_model import ServedModel

Predicted = Prediction | SampleError
"""What a sample comes to: the prediction for it, or why there is none."""


def predict_each(model: ServedModel, sample: Sample, samples: Sequence[bytes]) -> list[Predicted]:
    """Predicts in one batch, sample by sample only what the model refuses.

    The model decodes what ingest keeps as it is itself, as in training; what ingest would encode
    anew is encoded here, too. Only when the model refuses a batch are its samples looked at one
    by one, so good samples are decoded once.

    Args:
        model: The model.
        sample: The kind of its input.
        samples: Encoded samples; broken ones, too.

    Returns:
        As many as there are samples, in their order.
    """
    accepted = [_accept(sample, each) for each in samples]
    readable = [each for each in accepted if isinstance(each, bytes)]
    predicted = iter(predict_accepted(model, sample, readable) if readable else [])
    return [next(predicted) if isinstance(each, bytes) else each for each in accepted]


def predict_accepted(
    model: ServedModel, sample: Sample, samples: Sequence[bytes]
) -> list[Predicted]:
    """Predicts in one batch; one that the model refuses is halved until it is one sample.

    Args:
        model: The model.
        sample: The kind of its input.
        samples: Samples as ingest stores them, one at least; the model may still refuse some.

    Returns:
        As many as there are samples, in their order.
    """
    try:
        outputs = model.predict(samples)
    except tf.errors.OpError:
        if len(samples) == 1:
            return [_predict_rescued(model, sample, samples[0])]
        half = len(samples) // 2
        first, second = samples[:half], samples[half:]
        return predict_accepted(model, sample, first) + predict_accepted(model, sample, second)
    return [_at(outputs, at) for at in range(len(samples))]


def _accept(sample: Sample, data: bytes) -> bytes | SampleError:
    try:
        return sample.accept(data)
    except SampleError as error:
        return error


def _predict_rescued(model: ServedModel, sample: Sample, data: bytes) -> Predicted:
    """Predicts from another encoding of a sample, or says why that cannot be done either."""
    try:
        return _at(model.predict([sample.rescue(data)]), 0)
    except SampleError as error:
        return error
    except tf.errors.OpError as error:
        return SampleError(f"the model refuses it: {error.message}")


def _at(outputs: Prediction, at: int) -> Prediction:
    return {name: values[at] for name, values in outputs.items()}
