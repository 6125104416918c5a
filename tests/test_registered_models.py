"""Models that convoy 0.1.0 registered, when tasks were classes, are used as before.

`data/registry-of-0.1.0.tar.xz` is the store of this run, without its pictures:
`convoy run digits train.model=random_features train.epochs=4 gate.thresholds.accuracy.min=0.3
gate.thresholds.log_loss.max=5`. It reached an accuracy of 145 / 180 on the test split.
"""

import csv
import io
import tarfile
from collections.abc import Iterator
from pathlib import Path

import pyarrow.parquet as pq
import pytest
import yaml
from rich.console import Console

from components.core.layout import data_folder
from components.core.store import CHAMPION, download, find_version, model_uri
from components.core.task import Spec
from components.core.training_data import load_hashes, load_statistics
from pipelines.project import load_spec
from pipelines.stages import run_stage
from tests.staged import staged_project

ROOT = Path(__file__).parents[1]
ACCURACY = 145 / 180

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]


@pytest.fixture(scope="module")
def spec(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Spec]:
    """The task digits of a project that has the store, and its test split."""
    folder = tmp_path_factory.mktemp("former")
    block = yaml.safe_load((ROOT / "params.yaml").read_text())["tasks"]["digits"]
    block["gate"] = {"thresholds": {"accuracy": {"min": 0.3}, "log_loss": {"max": 5}}}
    with tarfile.open(ROOT / "tests/data/registry-of-0.1.0.tar.xz") as archive:
        archive.extractall(folder)
    (folder / "params.yaml").write_text(yaml.safe_dump({"tasks": {"digits": block}}))
    with staged_project(folder):
        for stage in ("ingest", "prepare"):
            run_stage(stage, "digits")
        yield load_spec("digits")


@pytest.fixture(scope="module")
def images(spec: Spec) -> Path:
    """A folder of the first ten test images; their names begin with their labels."""
    folder = Path("images")
    folder.mkdir()
    (file,) = data_folder("digits").glob("test-*.parquet")
    for index, row in enumerate(pq.read_table(file).slice(0, 10).to_pylist()):
        (folder / f"{row['label']}-{index}.png").write_bytes(row["image"])
    return folder


def test_it_is_still_the_champion(spec: Spec) -> None:
    version = find_version("digits")
    assert version is not None
    assert (str(version.version), version.tags["stage"]) == ("1", CHAMPION)


def test_it_is_listed_with_the_metrics_it_was_registered_with(spec: Spec) -> None:
    from pipelines.reports.register import versions_table

    console = Console()
    with console.capture() as capture:
        console.print(versions_table(spec))
    assert f"{ACCURACY:.4g}" in capture.get()


def test_it_reaches_its_accuracy_on_the_same_test_split(spec: Spec) -> None:
    from components.evaluate.measurement import example_files, measure

    model = download(model_uri("digits", CHAMPION))
    metrics = measure(model, spec, example_files("digits")).metrics()
    assert metrics["accuracy"] == pytest.approx(ACCURACY)


def test_it_predicts_files(spec: Spec, images: Path) -> None:
    from pipelines.prediction import predict_files

    files = sorted(images.iterdir())
    predict_files(spec, files, Path("predictions"), CHAMPION)
    rows = list(csv.DictReader(io.StringIO(Path("predictions/predictions.csv").read_text())))
    assert [row["image"] for row in rows] == [str(file) for file in files]
    right = [row["label"] == Path(row["image"]).name[0] for row in rows]
    assert sum(right) >= 6


def test_it_scores_files(spec: Spec, images: Path) -> None:
    from pipelines.scoring import score_samples

    score_samples(spec, images, Path("scores.parquet"), CHAMPION, plain=False)
    table = pq.read_table("scores.parquet")
    assert table.column_names == ["image_path", "label", "probability", "error"]
    assert table.num_rows == 10


def test_it_is_compared(spec: Spec) -> None:
    from components.evaluate.compare import compare_versions
    from pipelines.reports.evaluate import comparison_table

    console = Console()
    with console.capture() as capture:
        console.print(comparison_table(compare_versions(spec, CHAMPION, "1", Path("out"))))
    assert "0.8056" in capture.get()


def test_it_is_promoted_through_the_gate(spec: Spec) -> None:
    import mlflow

    from pipelines.promotion import promote_version

    mlflow.MlflowClient().delete_registered_model_alias("digits", CHAMPION)
    assert promote_version(spec, "1") == "digits version 1 is the champion"


def test_mlflow_alone_can_serve_it(spec: Spec, images: Path) -> None:
    import mlflow
    import pandas as pd

    model = mlflow.pyfunc.load_model("models:/digits/1")
    data = [file.read_bytes() for file in sorted(images.iterdir())]
    assert set(model.predict(pd.DataFrame({"image": data}))) == {"probabilities", "label"}


def test_what_it_was_trained_on_is_known_as_far_as_it_was_logged(spec: Spec) -> None:
    version = find_version("digits")
    assert version is not None
    assert load_statistics(version) is not None
    assert load_hashes(version) is None
