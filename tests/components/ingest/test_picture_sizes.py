import io

import numpy as np
import pytest
from PIL import Image

from components.core.errors import ConvoyError
from components.core.images import MAX_PIXELS
from components.ingest.picture_sizes import check_size, read_size
from tests.turned import STORED, encode_turned

SHOWN = np.zeros((5, 7, 3), np.uint8)


@pytest.mark.parametrize("orientation", STORED)
@pytest.mark.parametrize("form", ["JPEG", "PNG", "TIFF", "WEBP", "AVIF"])
def test_the_size_must_be_that_of_the_upright_picture(form: str, orientation: int) -> None:
    data = encode_turned(SHOWN, orientation, form)
    check_size(data, 7, 5, "a.json: image 3")
    with pytest.raises(ConvoyError) as error:
        check_size(data, 5, 7, "a.json: image 3")
    assert str(error.value) == (
        "a.json: image 3: width and height are 5 and 7, of its picture 7 and 5; "
        "labels must be drawn on the picture as it is shown, upright as EXIF says"
    )


def test_any_other_size_is_wrong_too() -> None:
    with pytest.raises(ConvoyError, match="are 8 and 5, .* must be drawn on this very picture"):
        check_size(encode_turned(SHOWN, 1), 8, 5, "a.json: image 3")


def test_what_cannot_be_opened_is_left_to_validation() -> None:
    check_size(b"no image", 7, 5, "a.json: image 3")


def test_the_size_is_known_of_pictures_that_a_raised_limit_allows() -> None:
    stream = io.BytesIO()
    Image.new("1", (10_000, 9_500)).save(stream, "PNG")
    assert MAX_PIXELS < 10_000 * 9_500
    assert read_size(stream.getvalue()) == (10_000, 9_500)
