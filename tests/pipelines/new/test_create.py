import json
import shutil
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml
from PIL import Image

from components.core.block import read_blocks
from components.core.errors import ConvoyError
from pipelines.new.create import create, without_defaults
from pipelines.new.survey import oddities
from pipelines.plan import write_plan
from pipelines.project import load_spec, load_task
from pipelines.reports.new import describe_new
from pipelines.reports.terminal import show
from tests.layouts import as_coco_boxes, draw_class, save

CLASSES = ("cat", "dog", "owl")


def photos(
    folder: Path,
    counts: dict[str, int],
    size: tuple[int, int] = (48, 64),
    channels: int = 3,
) -> Path:
    """A folder of photos by class, without splits."""
    for index, (name, count) in enumerate(counts.items()):
        for number in range(count):
            save(draw_class(index, size, channels, number), folder / name / f"{number}.png")
    return folder


@pytest.fixture
def three(shipped: Path) -> Path:
    """The folder of photos of three classes."""
    return photos(shipped / "photos", dict.fromkeys(CLASSES, 40))


def block_of(name: str) -> dict[str, Any]:
    return dict(read_blocks()[name])


def said(folder: Path, **options: Any) -> str:
    return " ".join(oddities(create("toy", folder, **options).found))


def test_a_folder_of_photos_of_three_classes_becomes_a_task(three: Path) -> None:
    before = Path("params.yaml").read_text()
    create("textures", three)
    block = block_of("textures")
    assert block["source"] == {"kind": "image_folder", "path": "photos"}
    assert block["checks"] == {"channels": 3, "classes": list(CLASSES)}
    assert block["prepare"] == {"height": 48, "width": 64}
    assert block["gate"] == {"thresholds": {"accuracy": {"min": 0.34}}}
    assert block["augment"]["horizontal_flip"]
    after = Path("params.yaml").read_text().splitlines()
    assert [line for line in before.splitlines() if line not in after] == []
    assert Path("data/incoming/textures/.gitkeep").is_file()
    plots = yaml.safe_load(Path("dvc.yaml").read_text())["plots"]
    assert "textures, loss" in plots[-1]
    assert (write_plan("textures") / "train.json").is_file()


def test_the_block_repeats_no_default(three: Path) -> None:
    create("textures", three)
    block = block_of("textures")
    assert without_defaults("textures", block, load_task("textures")[0]) == block


def test_what_was_found_is_told_and_the_next_command(
    three: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (three / "cat/notes.txt").write_text("mine")
    show(*describe_new(create("textures", three)))
    told = capsys.readouterr().out
    for words in (
        "photos: read as image_folder, for classification",
        "│ cat   │      40 │",
        "120 samples of 3 classes; all images are 64x48; no splits, so convoy makes them",
        "left out: 1 no image",
        "written: params.yaml, dvc.yaml, data/incoming/textures",
        "next: convoy run textures",
    ):
        assert words in told
    assert "binary" not in told  # it learns two classes


def test_of_two_classes_the_other_task_is_named(
    shipped: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = photos(shipped / "photos", {"no": 30, "yes": 30})
    show(*describe_new(create("toy", folder)))
    assert "binary could learn from them, too: --task says which" in capsys.readouterr().out
    create("other", folder, task="binary")
    assert block_of("other")["task"] == "pipelines/tasks/binary"


def test_of_several_layouts_the_task_tells_which_is_meant(shipped: Path) -> None:
    keys = as_coco_boxes(shipped / "photos", ("car", "bike"))
    file = shipped / "photos" / str(keys["annotations"])
    content = json.loads(file.read_text())
    for each in content["annotations"]:
        each["segmentation"] = [[0, 0, 9, 0, 9, 9]]
    file.write_text(json.dumps(content))
    create("outlined", shipped / "photos")
    create("boxed", shipped / "photos", task="detection")
    assert block_of("outlined")["source"]["kind"] == "coco_segmentation"
    assert block_of("boxed")["source"]["kind"] == "coco_boxes"


def test_oddities_are_told_and_met(shipped: Path) -> None:
    folder = photos(shipped / "photos", dict.fromkeys(CLASSES, 30))
    shutil.copy(folder / "cat/0.png", folder / "cat/again.png")
    shutil.copy(folder / "dog/0.png", folder / "owl/wrong.png")
    (folder / "cat/broken.png").write_bytes(b"no image")
    turned = Image.fromarray(draw_class(1, (64, 48), 3, 99))
    exif = turned.getexif()
    exif[0x0112] = 6
    turned.save(folder / "dog/turned.jpg", exif=exif)
    deep = np.full((48, 64), 3_000, np.uint16)
    Image.fromarray(deep).save(folder / "owl/deep.png")
    told = said(folder)
    for words in (
        "1 of 95: is turned upright, as EXIF says",
        "1 of 95: has more than 8 bits a channel",
        "1 of 95: is grey among others",
        "1 of 95: is the same as an earlier one",
        "1 cannot be read, which stops a run; mend or remove it: cat/broken.png: not an image",
        "1 is the same as another one with other labels",
        "owl/wrong.png is dog/0.png",
    ):
        assert words in told
    block = block_of("toy")
    assert block["checks"]["duplicates"] == "keep_first"
    assert block["pixels"] == {"white": 4095}
    assert block["prepare"] == {"height": 48, "width": 64}  # turned, it is as large as the others
    assert "channels" not in block["checks"]


def test_unbalanced_classes_get_weights_and_a_gate_that_sees_it(shipped: Path) -> None:
    create("toy", photos(shipped / "photos", {"rare": 12, "common": 60}))
    block = block_of("toy")
    assert block["train"]["class_weights"] == "balanced"
    assert block["gate"] == {"thresholds": {"macro_recall": {"min": 0.51}}}
    assert block["source"]["splits"] == {"train": 0.6, "val": 0.2, "test": 0.2}


def test_digits_are_not_mirrored_and_small_ones_get_a_small_network(shipped: Path) -> None:
    folder = photos(shipped / "photos", {"6": 30, "9": 30, "10": 30}, (28, 28), 1)
    create("toy", folder)
    block = block_of("toy")
    assert "horizontal_flip" not in block["augment"]
    assert block["checks"]["classes"] == ["6", "9", "10"]
    assert block["prepare"] == {"height": 28, "width": 28, "channels": 1}
    assert block["train"]["model"] == "digits_cnn"


def test_left_and_right_are_not_mirrored(shipped: Path) -> None:
    create("toy", photos(shipped / "photos", {"left turn": 30, "right turn": 30}))
    assert "horizontal_flip" not in block_of("toy")["augment"]


def test_large_images_are_reduced_in_their_proportions(shipped: Path) -> None:
    create("toy", photos(shipped / "photos", {"a day": 4, "a night": 4}, (300, 400)))
    assert block_of("toy")["prepare"] == {"height": 72, "width": 96}


def test_grey_pixels_in_three_channels_are_learnt_as_one(shipped: Path) -> None:
    folder = shipped / "photos"
    for name in ("cat", "dog"):
        for number in range(30):
            grey = draw_class(0, (24, 24), 1, number + 100 * (name == "dog"))
            save(np.repeat(grey[..., None], 3, axis=2), folder / name / f"{number}.png")
    create("toy", folder)
    assert block_of("toy")["prepare"]["channels"] == 1
    assert block_of("toy")["checks"]["channels"] == 3


def masks(folder: Path, draw: Any) -> Path:
    for number in range(6):
        save(draw_class(number, (32, 40), 3, number), folder / f"images/{number}.png")
        mask = np.zeros((32, 40), np.uint8)
        mask[: 4 * (number + 1)] = 1
        save(draw(mask), folder / f"masks/{number}.png")
    return folder


def test_masks_of_colours_get_a_table_of_them(shipped: Path) -> None:
    colours = np.array([[0, 0, 0], [200, 30, 30]], np.uint8)
    create("toy", masks(shipped / "photos", lambda mask: colours[mask]))
    block = block_of("toy")
    assert block["source"]["colours"] == {"background": [0, 0, 0], "class_1": [200, 30, 30]}
    assert block["checks"]["classes"] == ["background", "class_1"]


def test_black_and_white_masks_are_two_classes_and_not_void(shipped: Path) -> None:
    create("toy", masks(shipped / "photos", lambda mask: mask * 255))
    block = block_of("toy")
    assert list(block["source"]["colours"]) == ["background", "foreground"]


def test_masks_of_indices_ask_for_names(shipped: Path, capsys: pytest.CaptureFixture[str]) -> None:
    show(*describe_new(create("toy", masks(shipped / "photos", lambda mask: mask))))
    assert "name them in checks.classes" in capsys.readouterr().out
    assert block_of("toy")["checks"]["classes"] == ["class_0", "class_1"]
    assert load_spec("toy").params["checks"]["void"] == 255


@pytest.mark.parametrize(
    ("name", "data", "message"),
    [
        ("digits", "photos", r"params.yaml: tasks.digits: is there already; take another name"),
        ("a b", "photos", r"tasks.a b: the name of a task must be"),
        ("schemas", "photos", r"data/schemas is no task's"),
        ("toy", "phots", r"phots: not found; did you mean photos\?"),
        ("toy", "data/toy", r"data/toy: data/toy is where convoy keeps a task's data"),
        ("toy", "data", r"data: data/\w+ is where convoy keeps"),
        ("toy", "data/incoming", r"data/incoming: data/incoming is where"),
    ],
)
def test_what_cannot_be_made_leaves_everything_as_it_was(
    name: str, data: str, message: str, three: Path
) -> None:
    shutil.copytree(three, "data/toy")
    before = {file: Path(file).read_text() for file in ("params.yaml", "dvc.yaml")}
    with pytest.raises(ConvoyError, match=message):
        create(name, Path(data))
    assert before == {file: Path(file).read_text() for file in before}
    assert not Path("data/incoming").exists()


def test_a_label_file_that_is_wrong_is_named_by_its_line(shipped: Path) -> None:
    save(draw_class(0, (8, 8), 3, 0), shipped / "a.png")
    (shipped / "labels.csv").write_text("path,label\na.png,cat\nb.png,dog\n")
    with pytest.raises(ConvoyError, match=r"labels.csv: line 3: .*b.png: cannot be read"):
        create("toy", Path("labels.csv"))


def test_splits_by_other_names_are_told_how_to_rename(shipped: Path) -> None:
    for split in ("Training", "Testing"):
        photos(shipped / "photos" / split, dict.fromkeys(CLASSES, 2))
    with pytest.raises(ConvoyError, match=r"named train, val, test"):
        create("toy", Path("photos"))


def test_data_outside_of_the_project_are_named_by_their_whole_path(
    shipped: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = photos(tmp_path_factory.mktemp("elsewhere"), dict.fromkeys(CLASSES, 4))
    create("toy", folder)
    assert block_of("toy")["source"]["path"] == str(folder)


def test_faces_get_a_gate_better_than_the_mean_face(shipped: Path) -> None:
    from tests.layouts import as_kaggle

    as_kaggle(shipped)
    create("toy", Path("training.csv"))
    (bound,) = block_of("toy")["gate"]["thresholds"].values()
    assert 1 < bound["max"] < 15


make_few = partial(photos, counts={"a cat": 3, "a dog": 3})


def test_few_images_have_parameters_that_can_be_planned(shipped: Path) -> None:
    create("toy", make_few(shipped / "photos"))
    assert write_plan("toy").is_dir()


def test_a_folder_of_reviews_becomes_a_task_of_texts(shipped: Path) -> None:
    from tests.layouts import as_text_folders

    as_text_folders(shipped / "reviews", ("neg", "pos"))
    (shipped / "reviews/train/neg/empty.txt").touch()
    created = create("reviews", Path("reviews"))
    block = block_of("reviews")
    assert block["task"] == "pipelines/tasks/sentiment"
    assert block["source"] == {"kind": "text_folder", "path": "reviews"}
    assert block["checks"] == {"classes": ["neg", "pos"], "alphabet": "latin"}
    assert 16 <= block["prepare"]["length"] <= 48
    assert "augment" not in block
    assert "1 cannot be read, which stops a run; mend or remove it: train/neg/empty.txt: empty" in (
        " ".join(oddities(created.found))
    )
    show(*describe_new(created))
    assert write_plan("reviews").is_dir()


def test_columns_of_a_table_are_named_where_they_are_not_the_usual_ones(shipped: Path) -> None:
    rows = [f"film number {at},{at % 2}" for at in range(80)]
    (shipped / "tweets.csv").write_text("\n".join(["tweet,target", *rows]))
    create("tweets", Path("tweets.csv"))
    keys = {"kind": "text_table", "path": "tweets.csv", "text": "tweet", "label": "target"}
    assert block_of("tweets")["source"] == keys
    assert write_plan("tweets").is_dir()
