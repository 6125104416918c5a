"""What `convoy new` begins with."""

from pipelines.tasks.shared.beginning import ImageClass, OneOfTwo


class OneOfTwoImages(OneOfTwo, ImageClass):
    """Images of two classes."""


BEGINNING = OneOfTwoImages()
