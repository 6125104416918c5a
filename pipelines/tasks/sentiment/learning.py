"""Learns the probability that a text is of the second of two classes."""

from pipelines.tasks.shared.binary.learning import BinaryLearning
from pipelines.tasks.shared.class_learning import ClassTrain


class SentimentTrain(ClassTrain):
    """What learns the classes.

    Attributes:
        model: A module of `models` for texts.
    """

    model: str = "text_cnn"


class SentimentLearning(BinaryLearning):
    """One logit, of the positive class."""

    train: SentimentTrain
