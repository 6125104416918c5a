"""What `convoy predict` writes, with a model that stands in for a served one."""

import csv
import io
import os
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import pyarrow as pa
import pytest
from PIL import Image

from components.core.errors import ConvoyError
from components.core.masks import decode_mask, encode_mask
from components.core.parts import Prediction, Row
from components.core.task import Spec, Task
from pipelines.prediction import predict_files, predict_sample, write_predictions
from pipelines.prediction_inputs import check_file
from pipelines.tasks.classification import TASK as CLASSIFICATION
from pipelines.tasks.segmentation import TASK as SEGMENTATION
from pipelines.tasks.segmentation.view import MaskView
from tests.registered import Register
from tests.specs import make_spec
from tests.tables import image_sample

CLASSES = ("dark", "bright")
SAMPLE = image_sample()


class WatchedView(MaskView):
    """Keeps what it draws on."""

    seen: ClassVar[list[Image.Image]] = []

    def draw(self, picture: Image.Image, *arguments: Any) -> Image.Image:
        self.seen.append(picture)
        return super().draw(picture, *arguments)


@pytest.fixture
def seen(monkeypatch: pytest.MonkeyPatch) -> list[Image.Image]:
    """The pictures that predictions were drawn on."""
    pictures: list[Image.Image] = []
    monkeypatch.setattr(WatchedView, "seen", pictures)
    return pictures


def mask_spec() -> Spec:
    task = replace(SEGMENTATION, view=WatchedView)
    return make_spec(task, checks={"classes": list(CLASSES)})


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
    return write_predictions(mask_spec(), Thresholded(), files, Path("out"), tile)


def predict(task: Task, served: Any, encoded: bytes, tile: int | None) -> Prediction:
    checks = {"classes": list(CLASSES)}
    return predict_sample(make_spec(task, checks=checks).view, served, encoded, tile)


def read_mask(file: Path) -> np.ndarray:
    with Image.open(file) as image:
        assert image.mode == "P"
        return np.asarray(image)


def test_a_row_and_pictures_an_image(project: Path) -> None:
    files = [save(noise(seed=seed), project / f"{seed}.png") for seed in range(2)]
    rows = write(files)
    with Path("out/predictions.csv").open() as stream:
        assert list(csv.DictReader(stream)) == [
            {k: v if isinstance(v, str) else f"{v:.6f}" for k, v in row.items()} for row in rows
        ]
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


def test_an_image_is_predicted_and_drawn_upright(project: Path, seen: list[Image.Image]) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # to be turned by 90 degrees
    file = save(noise(40, 30), project / "a.jpg", exif=exif, quality=95)
    served = Thresholded()
    write_predictions(mask_spec(), served, [file], Path("out"))
    assert served.sizes == [(30, 40)]
    assert [image.size for image in seen] == [(30, 40)]
    assert read_mask(Path("out/a-mask.png")).shape == (40, 30)


def test_sixteen_bits_are_drawn_as_the_model_sees_them(
    project: Path, seen: list[Image.Image]
) -> None:
    deep = Image.fromarray(np.full((30, 40), 0x40FF, np.uint16))
    write([save(deep, project / "a.png")])
    assert seen[0].getpixel((0, 0)) == (0x40, 0x40, 0x40)


@pytest.mark.parametrize("mode", ["L", "LA", "RGB", "RGBA", "P"])
def test_tiles_make_the_same_mask_as_the_whole_image(mode: str) -> None:
    """A model that looks at single pixels gives no tile another answer."""
    stream = io.BytesIO()
    noise(100, 70).convert(mode).save(stream, "PNG")
    served = Thresholded()
    whole, tiled = (predict(SEGMENTATION, served, stream.getvalue(), tile) for tile in (None, 32))
    assert tiled == whole
    assert served.sizes == [(100, 70), *[(32, 32)] * 12]


def test_an_image_not_larger_than_a_tile_is_predicted_as_a_whole(project: Path) -> None:
    file = save(noise(40, 30), project / "a.png")
    served = Thresholded()
    write_predictions(mask_spec(), served, [file], Path("out"), tile=40)
    assert served.sizes == [(40, 30)]


def test_a_task_that_cannot_put_tiles_together_says_so_before_the_first() -> None:
    stream = io.BytesIO()
    noise(100, 70).save(stream, "PNG")
    served = Thresholded()
    with pytest.raises(ConvoyError, match="cannot be predicted in tiles"):
        predict(CLASSIFICATION, served, stream.getvalue(), 64)
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
        check_file(project / name, SAMPLE)


def test_too_many_pixels_are_an_error(project: Path) -> None:
    sample = image_sample(limits={"max_pixels": 100})
    with pytest.raises(ConvoyError, match="a.png: cannot be decoded: has more than 100 pixels"):
        check_file(save(noise(), project / "a.png"), sample)


class Brights(MaskView):
    """A row for each bright pixel."""

    def columns(self, classes: Sequence[str]) -> pa.Schema:
        return pa.schema({"x": pa.int64(), "share": pa.float64()})

    def rows(self, prediction: Prediction, classes: Sequence[str]) -> list[dict[str, Any]]:
        (xs,) = decode_mask(prediction["mask"])[0].nonzero()
        return [{"x": x, "share": x / 3} for x in xs.tolist()]

    def documents(
        self, samples: Sequence[Row], rows: Sequence[Row], classes: Sequence[str]
    ) -> dict[str, str]:
        widths = {Path(each["image"]).name: each["width"] for each in samples}
        return {"all.txt": f"{widths}, {[row['x'] for row in rows]}, {classes[1]}"}


def test_a_file_has_as_many_rows_as_its_view_gives(project: Path) -> None:
    spec = make_spec(replace(SEGMENTATION, view=Brights), checks={"classes": list(CLASSES)})
    strips = {"none": [0, 0, 0], "two": [255, 0, 255]}
    files = [
        save(Image.fromarray(np.array([pixels], np.uint8)), project / f"{name}.png")
        for name, pixels in strips.items()
    ]
    rows = write_predictions(spec, Thresholded(), files[:1], Path("out"))
    assert rows == []
    assert Path("out/predictions.csv").read_text() == "image,x,share\n"
    rows = write_predictions(spec, Thresholded(), files, Path("out"))
    assert [row["x"] for row in rows] == [0, 2]
    assert Path("out/predictions.csv").read_text().splitlines() == [
        "image,x,share",
        f"{files[1]},0,0.000000",
        f"{files[1]},2,0.666667",
    ]
    assert Path("out/all.txt").read_text() == "{'none.png': 3, 'two.png': 3}, [0, 2], bright"


def test_all_files_are_checked_before_the_first_prediction(spec: Spec, project: Path) -> None:
    good = save(noise(), project / "a.png")
    (project / "b.png").write_text("no")
    with pytest.raises(ConvoyError, match=r"b\.png: cannot be decoded"):
        predict_files(spec, [good, project / "b.png"], Path("out"), "champion")
    assert not Path("out").exists()


def test_a_folder_is_walked_and_what_is_left_out_is_counted(
    spec: Spec, register: Register, project: Path, capsys: Any
) -> None:
    register()
    save(Image.new("L", (4, 4), 255), project / "in/b.png")
    save(Image.new("L", (4, 4), 0), project / "in/a.png").rename(project / "in/a")
    save(Image.new("L", (4, 4), 0), project / "in/._b.png")
    (project / "in/notes.txt").write_text("no")
    predict_files(spec, [Path("in")], Path("out"), "1")
    assert Path("out/predictions.csv").read_text().splitlines() == [
        "image,label,probability",
        "in/a,dark,1.000000",
        "in/b.png,bright,1.000000",
    ]
    printed = " ".join(capsys.readouterr().out.split())
    assert "2 predictions in out/predictions.csv; left out: 1 hidden, 1 no image" in printed


def test_a_folder_without_images(spec: Spec, project: Path) -> None:
    (project / "in").mkdir()
    with pytest.raises(ConvoyError, match="in: no image found"):
        predict_files(spec, [Path("in")], Path("out"), "champion")


@pytest.mark.timeout(60)
def test_a_pipe_is_not_waited_for(project: Path) -> None:
    os.mkfifo("pipe.png")
    with pytest.raises(ConvoyError, match=r"pipe\.png: not a regular file"):
        check_file(Path("pipe.png"), SAMPLE)


def test_the_model_is_the_one_that_is_named(
    spec: Spec, register: Register, wrong_model: Path, project: Path, capsys: Any
) -> None:
    register()
    register(model=wrong_model)
    file = save(Image.new("L", (4, 4), 255), project / "[bright].png")
    for version, label in {"1": "bright", "challenger": "dark"}.items():
        predict_files(spec, [file], Path("out"), version)
        assert Path("out/predictions.csv").read_text().splitlines() == [
            "image,label,probability",
            f"{file},{label},1.000000",
        ]
        printed = capsys.readouterr().out
        assert "[bright].png" in printed
        assert "1 predictions in out/predictions.csv" in printed
