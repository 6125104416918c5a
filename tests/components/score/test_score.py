from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import yaml

from components.core.errors import ConvoyError
from components.core.served_model import ServedModel
from components.score import job
from components.score.inputs import Batch, Chunk, read_batches
from components.score.parts import Scored, write_part
from components.score.score import score
from components.score.scorer import load_scorer

Encode = Callable[..., bytes]

GREYS = (200, 0, 51, 102, 153, 204, 255, 10, 20, 30, 40)


@pytest.fixture
def images(project: Path, encode: Encode) -> Path:
    """Eleven images, the first two in a folder of their own, and a broken one."""
    folder = project / "images"
    (folder / "00").mkdir(parents=True)
    for at, grey in enumerate(GREYS):
        (folder / ("00" if at < 2 else "") / f"{at:02}.png").write_bytes(encode(grey))
    (folder / "05x.jpg").write_text("no image")
    return folder


@pytest.fixture(autouse=True)
def one_batch_is_read_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """So that the few images are several chunks."""
    monkeypatch.setattr("components.score.score.BATCHES_READ", 1)


def set_block(**blocks: dict[str, object]) -> None:
    file = Path("params.yaml")
    params = yaml.safe_load(file.read_text())
    for name, values in blocks.items():
        params["tasks"]["toy"][name] |= values
    file.write_text(yaml.safe_dump(params))


def test_every_image_has_its_row(project: Path, images: Path, model: Path) -> None:
    tally = score("toy", model, images, project / "out/scores.parquet")
    table = pd.read_parquet(project / "out/scores.parquet")
    names = [f"{at:02}.png" for at in range(11)]
    assert list(table.columns) == ["image_path", "label", "probability", "error"]
    assert list(table.image_path) == [
        "00/00.png", "00/01.png", *names[2:6], "05x.jpg", *names[6:]
    ]  # fmt: skip
    scored = table[table.error.isna()]
    np.testing.assert_allclose(scored.probability, np.float32(GREYS) / 255, atol=1e-6)
    assert table.error.dropna().to_dict() == {6: "not an image of a known format"}
    assert (tally.images, tally.failed) == (12, 1)
    assert [file.name for file in (project / "out").iterdir()] == ["scores.parquet"]


def test_scores_are_those_of_the_served_model(project: Path, images: Path, model: Path) -> None:
    score("toy", model, images, project / "scores.parquet")
    table = pd.read_parquet(project / "scores.parquet").dropna(subset="probability")
    files = [(images / path).read_bytes() for path in table.image_path]
    np.testing.assert_array_equal(
        table.probability, ServedModel.load(model).predict(files)["probability"]
    )


def test_the_plain_form_keeps_the_order(project: Path, images: Path, model: Path) -> None:
    score("toy", model, images, project / "scores.parquet")
    score("toy", model, images, project / "plain.parquet", plain=True)
    full, plain = (pq.read_table(f"{name}.parquet") for name in ("scores", "plain"))
    assert plain.schema == pa.schema({"probability": pa.float32()})
    np.testing.assert_array_equal(
        plain["probability"].to_numpy(), full["probability"].to_pandas().to_numpy()
    )


def test_a_table_is_scored_like_the_folder(
    project: Path, images: Path, model: Path, encode: Encode
) -> None:
    score("toy", model, images, project / "folder.parquet")
    expected = pd.read_parquet("folder.parquet")
    contents = [(images / path).read_bytes() for path in expected.image_path]
    table = pa.table({"image": contents, "image_path": list(expected.image_path)})
    pq.write_table(table, "images.parquet", row_group_size=5)
    score("toy", model, project / "images.parquet", project / "table.parquet")
    pd.testing.assert_frame_equal(pd.read_parquet("table.parquet"), expected)


@pytest.mark.parametrize(("batch_size", "read"), [(1, 1), (1, 8), (5, 2), (256, 8)])
def test_the_batch_size_changes_nothing(
    project: Path,
    images: Path,
    model: Path,
    monkeypatch: pytest.MonkeyPatch,
    batch_size: int,
    read: int,
) -> None:
    score("toy", model, images, project / "expected.parquet")
    load_scorer.cache_clear()
    set_block(evaluate={"batch_size": batch_size})
    monkeypatch.setattr("components.score.score.BATCHES_READ", read)
    score("toy", model, images, project / "scores.parquet")
    assert pq.read_table("scores.parquet").equals(pq.read_table("expected.parquet"))


def test_threads_of_beam_keep_the_order(project: Path, images: Path, model: Path) -> None:
    score("toy", model, images, project / "expected.parquet")
    arguments = ["--direct_running_mode=multi_threading", "--direct_num_workers=3"]
    set_block(evaluate={"batch_size": 1}, prepare={"beam_args": arguments})
    score("toy", model, images, project / "scores.parquet")
    assert pq.read_table("scores.parquet").equals(pq.read_table("expected.parquet"))


def test_a_batch_is_written_before_the_next_is_read(
    project: Path, images: Path, model: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What keeps memory flat: no collection of images is ever materialised."""
    log = project / "events.txt"

    def noted_reading(chunk: Chunk, batch_size: int) -> Iterator[Batch]:
        for batch in read_batches(chunk, batch_size):
            log.open("a").write("read ")
            yield batch

    def noted_writing(scored: Scored, folder: Path, schema: pa.Schema) -> None:
        log.open("a").write("write ")
        write_part(scored, folder, schema)

    monkeypatch.setattr(job, "read_batches", noted_reading)
    monkeypatch.setattr(job, "write_part", noted_writing)
    score("toy", model, images, project / "scores.parquet")
    assert log.read_text() == "read write " * 3


def test_an_error_leaves_the_earlier_table(project: Path, images: Path, model: Path) -> None:
    out = project / "out/scores.parquet"
    score("toy", model, images, out)
    earlier = out.read_bytes()
    (project / "empty").mkdir()
    with pytest.raises(ConvoyError, match="empty: no image found"):
        score("toy", model, project / "empty", out)
    with pytest.raises(ConvoyError, match="not a model that can be served"):
        score("toy", project / "empty", images, out)
    assert [file.name for file in out.parent.iterdir()] == ["scores.parquet"]
    assert out.read_bytes() == earlier


def test_the_table_must_not_be_a_folder(project: Path, images: Path, model: Path) -> None:
    with pytest.raises(ConvoyError, match="images: is a folder"):
        score("toy", model, images, images)


def test_lost_parts_are_an_error(
    project: Path, images: Path, model: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def forgetful(scored: Scored, folder: Path, schema: pa.Schema) -> None:
        if scored.start:
            write_part(scored, folder, schema)

    monkeypatch.setattr(job, "write_part", forgetful)
    with pytest.raises(ConvoyError, match="4 of 12 images are missing"):
        score("toy", model, images, project / "scores.parquet")
    assert not (project / "scores.parquet").exists()


def test_the_plain_form_needs_a_probability(
    project: Path, images: Path, points_model: Path
) -> None:
    (project / "scored.py").unlink()
    (project / "points.py").write_text(
        "from pipelines.tasks.keypoints import Keypoints\n\nTASK = Keypoints()\n"
    )
    params = yaml.safe_load(Path("params.yaml").read_text())
    params["tasks"]["toy"] |= {"task": "points.py", "checks": {}}
    Path("params.yaml").write_text(yaml.safe_dump(params))
    with pytest.raises(ConvoyError, match="toy: its models give no 'probability'"):
        score("toy", points_model, images, project / "scores.parquet", plain=True)
    score("toy", points_model, images, project / "scores.parquet")
    table = pd.read_parquet("scores.parquet")
    assert list(table.columns[[0, 1, 30, 31]]) == [
        "image_path", "left_eye_center_x", "mouth_center_bottom_lip_y", "error"
    ]  # fmt: skip
