"""What `convoy predict` writes, with a model that stands in for a served one."""

import csv
import io
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from components.core.errors import ConvoyError
from components.core.masks import encode_mask
from components.evaluate import segmentation
from pipelines.prediction import predict_image, read_file, write_predictions
from pipelines.tasks.classification import Classification
from pipelines.tasks.segmentation import Segmentation

CLASSES = ("dark", "bright")


class Tiled(Segmentation):
    """Keeps what it draws on."""

    def __init__(self) -> None:
        self.seen: list[Image.Image] = []

    def stitch(self, *arguments: Any) -> dict[str, bytes]:
        return segmentation.stitch(*arguments)

    def draw(self, image: Image.Image, *arguments: Any) -> Image.Image:
        self.seen.append(image)
        return super().draw(image, *arguments)


class Thresholded:
    """Says of each pixel whether it is bright; keeps the sizes of the images it was given."""

    classes = CLASSES

    def __init__(self) -> None:
        self.sizes: list[tuple[int, int]] = []

    def predict(self, images: Sequence[bytes]) -> dict[str, np.ndarray]:
        import tensorflow as tf

        assert len(images) == 1
        pixels = tf.io.decode_image(images[0], channels=1, expand_animations=False).numpy()
        self.sizes.append(pixels.shape[1::-1])
        return {"mask": np.array([encode_mask((pixels[..., 0] > 127).astype(np.uint8))], object)}


def noise(width: int = 40, height: int = 30, seed: int = 0) -> Image.Image:
    pixels = np.random.default_rng(seed).integers(0, 2, (height, width), np.uint8)
    return Image.fromarray(255 * pixels)


def save(image: Image.Image, file: Path, **options: Any) -> Path:
    file.parent.mkdir(exist_ok=True)
    image.save(file, **options)
    return file


def write(files: Sequence[Path], tile: int | None = None) -> list[dict[str, Any]]:
    return write_predictions(Tiled(), Thresholded(), files, Path("out"), tile)


def read_mask(file: Path) -> np.ndarray:
    with Image.open(file) as image:
        assert image.mode == "P"
        return np.asarray(image)


def test_a_row_and_pictures_an_image(project: Path) -> None:
    files = [save(noise(seed=seed), project / f"{seed}.png") for seed in range(2)]
    rows = write(files)
    with Path("out/predictions.csv").open() as stream:
        assert list(csv.DictReader(stream)) == [{k: str(v) for k, v in row.items()} for row in rows]
    assert [row["image"] for row in rows] == [str(file) for file in files]
    assert list(rows[0]) == ["image", *CLASSES]
    written = {file.name for file in Path("out").iterdir()}
    assert written == {"predictions.csv", "0.png", "0-mask.png", "1.png", "1-mask.png"}
    for seed in range(2):
        expected = np.asarray(noise(seed=seed)) // 255
        np.testing.assert_array_equal(read_mask(Path(f"out/{seed}-mask.png")), expected)


@pytest.mark.parametrize("kind", ["bmp", "gif", "tiff", "webp"])
def test_images_of_other_formats_are_predicted_too(project: Path, kind: str) -> None:
    options = {"lossless": True} if kind == "webp" else {}
    write([save(noise(), project / f"a.{kind}", **options)])
    np.testing.assert_array_equal(read_mask(Path("out/a-mask.png")), np.asarray(noise()) // 255)


def test_files_with_equal_stems_do_not_overwrite_one_another(project: Path) -> None:
    names = ("a.png", "a.bmp", "b/a.png", "a-mask.png", "a-2.png")
    files = [save(noise(40 + at, 30), project / name) for at, name in enumerate(names)]
    write(files)
    masks = ("a-mask", "a-2-mask", "a-3-mask", "a-mask-2-mask", "a-2-2-mask")
    widths = [read_mask(Path(f"out/{name}.png")).shape[1] for name in masks]
    assert widths == [40, 41, 42, 43, 44]
    assert len(list(Path("out").glob("*.png"))) == 10


def test_a_second_run_takes_the_place_of_the_first(project: Path) -> None:
    file = save(noise(), project / "a.png")
    write([file])
    write([file])
    assert {path.name for path in Path("out").iterdir()} == {
        "predictions.csv", "a.png", "a-mask.png"
    }  # fmt: skip


def test_an_image_is_predicted_and_drawn_as_it_is_stored(project: Path) -> None:
    """What its EXIF says of its orientation does not count."""
    exif = Image.Exif()
    exif[0x0112] = 6  # to be turned by 90 degrees
    file = save(noise(40, 30), project / "a.jpg", exif=exif, quality=95)
    task, served = Tiled(), Thresholded()
    write_predictions(task, served, [file], Path("out"))
    assert served.sizes == [(40, 30)]
    assert [image.size for image in task.seen] == [(40, 30)]
    assert read_mask(Path("out/a-mask.png")).shape == (30, 40)


def test_sixteen_bits_are_drawn_as_the_model_sees_them(project: Path) -> None:
    deep = Image.fromarray(np.full((30, 40), 0x40FF, np.uint16))
    task = Tiled()
    write_predictions(task, Thresholded(), [save(deep, project / "a.png")], Path("out"))
    assert task.seen[0].getpixel((0, 0)) == (0x40, 0x40, 0x40)


@pytest.mark.parametrize("mode", ["L", "LA", "RGB", "RGBA", "P"])
def test_tiles_make_the_same_mask_as_the_whole_image(mode: str) -> None:
    """A model that looks at single pixels gives no tile another answer."""
    stream = io.BytesIO()
    noise(100, 70).convert(mode).save(stream, "PNG")
    served = Thresholded()
    whole, tiled = (predict_image(Tiled(), served, stream.getvalue(), tile) for tile in (None, 32))
    assert tiled == whole
    assert served.sizes == [(100, 70), *[(32, 32)] * 12]


def test_an_image_not_larger_than_a_tile_is_predicted_as_a_whole(project: Path) -> None:
    file = save(noise(40, 30), project / "a.png")
    served = Thresholded()
    write_predictions(Segmentation(), served, [file], Path("out"), tile=40)
    assert served.sizes == [(40, 30)]


def test_a_task_that_cannot_put_tiles_together_says_so_before_the_first() -> None:
    stream = io.BytesIO()
    noise(100, 70).save(stream, "PNG")
    served = Thresholded()
    with pytest.raises(ConvoyError, match="cannot be predicted in tiles"):
        predict_image(Classification(), served, stream.getvalue(), 64)
    assert served.sizes == []


def broken(file: Path) -> None:
    stream = io.BytesIO()
    noise(90, 90).save(stream, "PNG")
    file.write_bytes(stream.getvalue()[:-200])


@pytest.mark.parametrize(
    ("name", "make", "message"),
    [
        ("absent.png", lambda file: None, "absent.png: not found"),
        ("folder", Path.mkdir, "folder: Is a directory"),
        ("text.png", lambda file: file.write_text("no"), "text.png: cannot be decoded: not an im"),
        ("cut.png", broken, "cut.png: cannot be decoded: .*truncated"),
    ],
)
def test_what_is_no_image_is_named(project: Path, name: str, make: Any, message: str) -> None:
    make(project / name)
    with pytest.raises(ConvoyError, match=message):
        read_file(project / name)


def test_too_many_pixels_are_an_error(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 100)
    with pytest.raises(ConvoyError, match="a.png: cannot be decoded: DecompressionBombError"):
        read_file(save(noise(), project / "a.png"))
