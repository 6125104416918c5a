import io
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from PIL import Image

from components.core.errors import ConvoyError, DataError
from components.core.task import Spec
from components.core.walking import OUTSIDE
from components.ingest.appending import Batch, stage_batch
from components.ingest.incoming import list_batches
from components.ingest.ingest import ingest
from components.ingest.params import SourceParams
from pipelines.tasks.binary import TASK as BINARY
from pipelines.tasks.classification import TASK
from pipelines.tasks.segmentation import TASK as SEGMENTATION
from tests.layouts import as_coco_labels, as_masks
from tests.specs import make_spec

TOY = make_spec(TASK, "toy", source={"kind": "image_folder", "path": "images"})
DATA = Path("data/toy")
Stage = Callable[..., Batch]


def write_images(folder: Path, greys: range, label: str = "a") -> None:
    (folder / label).mkdir(parents=True, exist_ok=True)
    for grey in greys:
        buffer = io.BytesIO()
        Image.new("L", (4, 4), grey).save(buffer, "PNG")
        (folder / label / f"{grey}.png").write_bytes(buffer.getvalue())


@pytest.fixture
def stage(project: Path) -> Stage:
    """Stages a folder of images as the next batch of a task with 100 images."""
    write_images(project / "images", range(100))
    ingest(TOY, DATA)

    def stage(folder: str, test: bool = False, spec: Spec = TOY) -> Batch:
        shards = Path(tempfile.mkdtemp(dir=project))
        source = SourceParams(kind="image_folder", path=Path(folder))
        return stage_batch(spec, source, shards, test)

    return stage


def rows() -> dict[str, str]:
    """The split of every image of the task, by path."""
    tables = [pq.read_table(file, columns=["image_path", "split"]) for file in DATA.glob("*")]
    return {row["image_path"]: row["split"] for table in tables for row in table.to_pylist()}


def test_new_images_are_learnt_from_and_change_no_earlier_split(stage: Stage) -> None:
    before = rows()
    write_images(Path("new"), range(100, 190))
    batch = stage("new")
    assert batch.samples == {("a", "train"): 80, ("a", "val"): 10}
    batch.append("toy")
    ingest(TOY, DATA)
    after = rows()
    assert {path: after[path] for path in before} == before
    assert len(after) == 190
    assert "incoming/00001/a/100.png" in after


def test_the_test_split_grows_only_when_asked(stage: Stage) -> None:
    write_images(Path("new/test"), range(100, 200))
    write_images(Path("new/train"), range(200, 210))
    assert {split for _, split in stage("new").samples} == {"train", "val"}
    write_images(Path("plain"), range(100, 200))
    assert stage("plain", test=True).samples["a", "test"] == 10


def test_known_images_are_left_out_and_named(stage: Stage) -> None:
    write_images(Path("new"), range(98, 103))
    write_images(Path("new"), range(102, 103), label="a/again")  # the same image twice
    batch = stage("new")
    assert batch.size == 3
    assert batch.duplicates == ["a/98.png", "a/99.png", "a/again/102.png"]


def test_known_images_with_another_label_are_named_with_those_that_they_contradict(
    stage: Stage,
) -> None:
    write_images(Path("new"), range(100, 110))
    stage("new").append("toy")
    write_images(Path("more"), range(98, 99), label="b")  # of the source
    write_images(Path("more"), range(105, 106), label="b")  # of an earlier batch
    write_images(Path("more"), range(120, 121))
    write_images(Path("more"), range(120, 121), label="b")  # of this one
    with pytest.raises(DataError) as caught:
        stage("more")
    message = str(caught.value)
    assert message.startswith("more: 3 faults")
    remedy = "with another label 'b' instead of 'a'; take it out, or correct the one that is wrong"
    for new, known in (
        ("b/98.png", "a/98.png"),
        ("b/105.png", "incoming/00001/a/105.png"),
        ("b/120.png", "a/120.png"),
    ):
        assert f"{new}: the same as {known}, but {remedy}" in message


def test_labels_that_are_not_given_contradict_nothing(project: Path) -> None:
    task = make_spec(
        BINARY,
        "toy",
        source={"kind": "coco_labels", "path": "known", "annotations": "labels.json"},
        checks={"classes": ["no_person", "person"]},
    )
    as_coco_labels(Path("known").resolve())
    ingest(task, DATA)
    for number, label in enumerate(("no_person", "person")):
        Path("new", label).mkdir(parents=True)
        shutil.copy(Path("known", f"{number}.png"), Path("new", label))
    batch = stage_batch(task, SourceParams(kind="image_folder", path=Path("new")), project, False)
    assert (batch.size, len(batch.duplicates)) == (0, 2)


def test_masks_of_known_images_are_compared(project: Path) -> None:
    task = make_spec(
        SEGMENTATION,
        "toy",
        source={"kind": "mask_folder", "path": "known"},
        checks={"classes": ["a", "b"]},
    )
    for folder in ("known", "same", "other"):
        as_masks(Path(folder).resolve(), "ab")
    wrong = Path("other/train/masks/0.png")
    Image.new("L", (64, 48), 1).save(wrong)
    ingest(task, DATA)
    same = SourceParams(kind="mask_folder", path=Path("same"))
    assert stage_batch(task, same, project, False).size == 0
    other = SourceParams(kind="mask_folder", path=Path("other"))
    rule = r"^train/images/0\.jpg: the same as train/images/0\.jpg, but with another mask; take"
    with pytest.raises(DataError, match=rule):
        stage_batch(task, other, project, False)


def test_images_of_earlier_batches_are_known(stage: Stage) -> None:
    write_images(Path("first"), range(100, 120))
    stage("first").append("toy")
    write_images(Path("second"), range(110, 130))
    batch = stage("second")
    assert (batch.size, len(batch.duplicates)) == (10, 10)
    assert batch.name.startswith("00002-")


def test_the_name_is_of_the_content(stage: Stage) -> None:
    write_images(Path("one"), range(100, 120))
    write_images(Path("same"), range(100, 120))
    write_images(Path("other"), range(100, 121))
    one, same, other = (stage(folder).name for folder in ("one", "same", "other"))
    assert one == same != other


def test_a_batch_that_is_not_here_is_named(stage: Stage) -> None:
    write_images(Path("new"), range(100, 110))
    folder = stage("new").append("toy")
    folder.with_name(folder.name + ".dvc").write_text("outs: []\n")
    folder.rename("elsewhere")
    with pytest.raises(ConvoyError, match=r"not here; run: dvc pull .*\.dvc"):
        list_batches("toy")


def test_a_shard_that_lacks_a_column_is_named(stage: Stage) -> None:
    write_images(Path("new"), range(100, 110))
    folder = stage("new").append("toy")
    (file,) = folder.glob("train-*")
    pq.write_table(pq.read_table(file).drop(["label"]), file)
    with pytest.raises(ConvoyError, match=r"train-00000\.parquet: the column label is missing"):
        ingest(TOY, DATA)


def test_links_out_of_new_data_are_counted(stage: Stage) -> None:
    write_images(Path("new"), range(100, 110))
    Path("new/a/link.png").symlink_to(Path("images/a/1.png").resolve())
    batch = stage("new")
    assert (batch.size, batch.left_out) == (10, {OUTSIDE: 1})


@pytest.mark.parametrize(
    ("column", "values", "message"),
    [
        ("image", pa.array([None], pa.binary()), "row 0: has no image"),
        ("image", pa.array([7]), "the column image is int64; must be binary"),
        ("split", pa.array(["dev"]), "row 0: its split must be one of train, val, test"),
    ],
)
def test_a_shard_with_a_wrong_row_is_named(
    stage: Stage, column: str, values: pa.Array, message: str
) -> None:
    write_images(Path("new"), range(100, 110))
    folder = stage("new").append("toy")
    (file,) = folder.glob("train-*")
    row = pq.read_table(file).slice(0, 1)
    at = row.column_names.index(column)
    pq.write_table(row.set_column(at, column, values), file)
    with pytest.raises(ConvoyError, match=rf"train-00000\.parquet: {message}"):
        ingest(TOY, DATA)


def test_a_batch_of_an_earlier_table_is_read(stage: Stage) -> None:
    write_images(Path("new"), range(100, 110))
    folder = stage("new").append("toy")
    for file in folder.glob("*.parquet"):
        pq.write_table(pq.read_table(file).drop(["value_range"]), file)
    ingest(TOY, DATA)
    assert len(rows()) == 110


def test_an_absent_folder_is_named(stage: Stage) -> None:
    with pytest.raises(ConvoyError, match=r"--data\.path: nowhere not found"):
        stage("nowhere")


def test_splits_depend_on_their_own_seed_and_not_on_that_of_training(stage: Stage) -> None:
    write_images(Path("new"), range(100, 200))
    names = [
        stage("new", spec=make_spec(TASK, "toy", seed=seed, source={"split_seed": split_seed})).name
        for seed, split_seed in ((0, 0), (1, 0), (0, 1))
    ]
    assert names[0] == names[1] != names[2]


def test_every_sample_is_looked_into_once(stage: Stage, inspected: list[bytes]) -> None:
    write_images(Path("new"), range(90, 110))
    inspected.clear()
    batch = stage("new")
    assert (batch.size, len(batch.duplicates)) == (10, 10)
    assert sorted(inspected) == sorted(file.read_bytes() for file in Path("new/a").iterdir())
    inspected.clear()
    batch.append("toy")
    ingest(TOY, DATA)
    assert len(inspected) == 110


def test_new_samples_of_a_group_follow_the_others(project: Path) -> None:
    tens = {"kind": "image_folder", "path": "images", "group": r"/(\d\d)"}
    spec = make_spec(TASK, "toy", source=tens)
    write_images(Path("images"), range(10, 100))
    ingest(spec, DATA)
    before = {Path(path).name[:2]: split for path, split in rows().items()}
    assert set(before.values()) == {"train", "val", "test"}
    write_images(Path("new/train"), range(100, 200))  # 100 is of the group of 10
    source = SourceParams(kind="image_folder", path=Path("new"))
    shards = Path(tempfile.mkdtemp(dir=project))
    stage_batch(spec, source, shards, False).append("toy")
    ingest(spec, DATA)
    new = {path: split for path, split in rows().items() if path.startswith("incoming")}
    assert len(new) == 100
    assert all(split == before[Path(path).name[:2]] for path, split in new.items())


def test_batches_of_earlier_releases_know_no_groups(stage: Stage) -> None:
    write_images(Path("new"), range(100, 110))
    folder = stage("new").append("toy")
    for file in folder.iterdir():
        pq.write_table(pq.read_table(file).drop(["group"]), file)
    ingest(TOY, DATA)
    assert len(rows()) == 110
