"""Which of two classes a text is of."""

from components.samples.text import TextSample
from pipelines.tasks.shared.binary.view import BinaryView


class SentimentView(BinaryView):
    """The class at a threshold of 0.5 and the probability of the positive one."""

    noun = "a text"
    tile = TextSample.legible
