"""Reads masks of single objects, and of the numbers of objects."""

from pathlib import Path

import numpy as np

from components.core.errors import ConvoyError
from components.core.image_files import check_lossless
from components.core.masks import MaskError, decode_indices
from components.ingest.picture_sizes import check_size

OBJECT = "object"
"""The class of objects where nobody has named one."""


def read_object_mask(file: Path, data: bytes, sample: bytes) -> np.ndarray:
    """The values of a mask's pixels, bool or integers `[height, width]`.

    Args:
        file: The mask's file.
        data: What is in it.
        sample: The image that it is of; one that cannot be opened is left to validation.

    Raises:
        ConvoyError: When the mask cannot be decoded, is of a format that changes values, or is
            not of the image's size.
    """
    check_lossless(data, str(file), "objects")
    try:
        values = decode_indices(data)
    except MaskError as error:
        raise ConvoyError(f"{file}: {error}") from None
    check_size(sample, values.shape[1], values.shape[0], str(file))
    return values
