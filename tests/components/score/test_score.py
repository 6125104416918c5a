import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from PIL import Image

from components.core.errors import ConvoyError
from components.core.parts import Prediction, Sample, View
from components.core.served_model import ServedModel
from components.core.task import Spec
from components.score import job
from components.score.inputs import Batch, Chunk, read_chunk
from components.score.parts import Scored, write_part
from components.score.score import score
from pipelines.tasks.binary import TASK as BINARY
from pipelines.tasks.keypoints import TASK as KEYPOINTS
from tests.specs import make_spec

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


def test_every_image_has_its_row(spec: Spec, project: Path, images: Path, model: Path) -> None:
    tally = score(spec, model, images, project / "out/scores.parquet")
    table = pd.read_parquet(project / "out/scores.parquet")
    names = [f"{at:02}.png" for at in range(11)]
    assert list(table.columns) == ["image_path", "label", "probability", "error"]
    assert list(table.image_path) == [
        "00/00.png", "00/01.png", *names[2:6], "05x.jpg", *names[6:]
    ]  # fmt: skip
    scored = table[table.error.isna()]
    np.testing.assert_allclose(scored.probability, np.float32(GREYS) / 255, atol=1e-6)
    assert table.error.dropna().to_dict() == {6: "not an image of a known format"}
    assert (tally.samples, tally.failed) == (12, 1)
    assert [file.name for file in (project / "out").iterdir()] == ["scores.parquet"]


def test_what_a_killed_process_left_goes(
    spec: Spec, project: Path, images: Path, model: Path
) -> None:
    hold = """
import os, signal
from pathlib import Path
from components.core.scratch import scratch_folder
with scratch_folder(Path("out"), ".scores.parquet.") as folder:
    (folder / "parts").mkdir()
    os.kill(os.getpid(), signal.SIGKILL)
"""
    subprocess.run([sys.executable, "-c", hold], check=False)
    assert list((project / "out").glob(".scores.parquet.*/parts"))
    score(spec, model, images, project / "out/scores.parquet")
    assert [file.name for file in (project / "out").iterdir()] == ["scores.parquet"]


def test_scores_are_those_of_the_served_model(
    spec: Spec, project: Path, images: Path, model: Path
) -> None:
    score(spec, model, images, project / "scores.parquet")
    table = pd.read_parquet(project / "scores.parquet").dropna(subset="probability")
    files = [(images / path).read_bytes() for path in table.image_path]
    np.testing.assert_array_equal(
        table.probability, ServedModel.load(model).predict(files)["probability"]
    )


def test_the_plain_form_keeps_the_order(
    spec: Spec, project: Path, images: Path, model: Path
) -> None:
    score(spec, model, images, project / "scores.parquet")
    score(spec, model, images, project / "plain.parquet", plain=True)
    full, plain = (pq.read_table(f"{name}.parquet") for name in ("scores", "plain"))
    assert plain.schema == pa.schema({"probability": pa.float32()})
    np.testing.assert_array_equal(
        plain["probability"].to_numpy(), full["probability"].to_pandas().to_numpy()
    )


def test_a_table_is_scored_like_the_folder(
    spec: Spec, project: Path, images: Path, model: Path, encode: Encode
) -> None:
    score(spec, model, images, project / "folder.parquet")
    expected = pd.read_parquet("folder.parquet")
    contents = [(images / path).read_bytes() for path in expected.image_path]
    table = pa.table({"image": contents, "image_path": list(expected.image_path)})
    pq.write_table(table, "images.parquet", row_group_size=5)
    score(spec, model, project / "images.parquet", project / "table.parquet")
    pd.testing.assert_frame_equal(pd.read_parquet("table.parquet"), expected)


@pytest.mark.parametrize(("batch_size", "read"), [(1, 1), (1, 8), (5, 2), (256, 8)])
def test_the_batch_size_changes_nothing(
    spec: Spec,
    project: Path,
    images: Path,
    model: Path,
    monkeypatch: pytest.MonkeyPatch,
    batch_size: int,
    read: int,
) -> None:
    score(spec, model, images, project / "expected.parquet")
    spec.params["evaluate"]["batch_size"] = batch_size
    monkeypatch.setattr("components.score.score.BATCHES_READ", read)
    score(spec, model, images, project / "scores.parquet")
    assert pq.read_table("scores.parquet").equals(pq.read_table("expected.parquet"))


def test_threads_of_beam_keep_the_order(
    spec: Spec, project: Path, images: Path, model: Path
) -> None:
    score(spec, model, images, project / "expected.parquet")
    arguments = ["--direct_running_mode=multi_threading", "--direct_num_workers=3"]
    spec.params["evaluate"]["batch_size"] = 1
    spec.params["prepare"]["beam_args"] = arguments
    score(spec, model, images, project / "scores.parquet")
    assert pq.read_table("scores.parquet").equals(pq.read_table("expected.parquet"))


def test_a_batch_is_written_before_the_next_is_read(
    spec: Spec, project: Path, images: Path, model: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What keeps memory flat: no collection of images is ever materialised."""
    log = project / "events.txt"

    def noted_reading(chunk: Chunk, sample: Sample, batch_size: int) -> Iterator[Batch]:
        for batch in read_chunk(chunk, sample, batch_size):
            log.open("a").write("read ")
            yield batch

    def noted_writing(scored: Scored, folder: Path, schema: pa.Schema) -> None:
        log.open("a").write("write ")
        write_part(scored, folder, schema)

    monkeypatch.setattr(job, "read_chunk", noted_reading)
    monkeypatch.setattr(job, "write_part", noted_writing)
    score(spec, model, images, project / "scores.parquet")
    assert log.read_text() == "read write " * 3


def test_an_error_leaves_the_earlier_table(
    spec: Spec, project: Path, images: Path, model: Path
) -> None:
    out = project / "out/scores.parquet"
    score(spec, model, images, out)
    earlier = out.read_bytes()
    (project / "empty").mkdir()
    with pytest.raises(ConvoyError, match="empty: no image found"):
        score(spec, model, project / "empty", out)
    with pytest.raises(ConvoyError, match="not a model that can be served"):
        score(spec, project / "empty", images, out)
    assert [file.name for file in out.parent.iterdir()] == ["scores.parquet"]
    assert out.read_bytes() == earlier


def test_the_table_must_not_be_a_folder(
    spec: Spec, project: Path, images: Path, model: Path
) -> None:
    with pytest.raises(ConvoyError, match="images: is a folder"):
        score(spec, model, images, images)


def test_lost_parts_are_an_error(
    spec: Spec, project: Path, images: Path, model: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def forgetful(scored: Scored, folder: Path, schema: pa.Schema) -> None:
        if scored.start:
            write_part(scored, folder, schema)

    monkeypatch.setattr(job, "write_part", forgetful)
    with pytest.raises(ConvoyError, match="4 of 12 samples are missing"):
        score(spec, model, images, project / "scores.parquet")
    assert not (project / "scores.parquet").exists()


def test_the_plain_form_needs_a_probability(
    project: Path, images: Path, points_model: Path
) -> None:
    spec = make_spec(KEYPOINTS)
    with pytest.raises(ConvoyError, match="toy: its models give no 'probability'"):
        score(spec, points_model, images, project / "scores.parquet", plain=True)
    score(spec, points_model, images, project / "scores.parquet")
    table = pd.read_parquet("scores.parquet")
    assert list(table.columns[[0, 1, 30, 31]]) == [
        "image_path", "left_eye_center_x", "mouth_center_bottom_lip_y", "error"
    ]  # fmt: skip


class Fifths(View):
    """A row for each fifth of the brightness: dark images have none."""

    def columns(self, classes: Sequence[str]) -> pa.Schema:
        return pa.schema({"name": pa.string(), "by": pa.float64()})

    def rows(self, prediction: Prediction, classes: Sequence[str]) -> list[dict[str, Any]]:
        count = round(float(prediction["probability"]) * 5)
        return [{"name": f"fifth {at}", "by": 0.1} for at in range(count)]

    def draw(self, *_: object) -> Image.Image:
        raise NotImplementedError


def test_a_sample_has_as_many_rows_as_its_view_gives(
    project: Path, images: Path, model: Path
) -> None:
    checks = {"classes": ["dark", "bright"]}
    spec = make_spec(replace(BINARY, view=Fifths), checks=checks, evaluate={"batch_size": 4})
    tally = score(spec, model, images, project / "scores.parquet")
    assert (tally.samples, tally.failed) == (12, 1)
    table = pd.read_parquet("scores.parquet")
    assert list(table.columns) == ["image_path", "name", "by", "error"]
    assert table.by.dtype == np.float64
    counts = table.image_path.value_counts().to_dict()
    assert counts == {
        "00/00.png": 4, "02.png": 1, "03.png": 2, "04.png": 3, "05.png": 4, "06.png": 5,
        "05x.jpg": 1, "09.png": 1, "10.png": 1,
    }  # fmt: skip
    assert list(table.image_path) == sorted(table.image_path)
    assert table[table.error.notna()].image_path.tolist() == ["05x.jpg"]
