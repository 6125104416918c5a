"""The whole pipeline in a project of its own, as a user runs it."""

import pytest
import yaml
from PIL import Image
from sklearn.datasets import load_digits

from benchmarks.workspace import Workspace

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(1200)]

TOY_TASK = '''
from pipelines.tasks.classification import Classification


class Parity(Classification):
    """Whether a digit is odd, to show a task from outside."""


TASK = Parity()
'''


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """A project whose task digits has run once, with few epochs."""
    project = Workspace(tmp_path_factory.mktemp("project"))
    params = project.params()
    digits = params["tasks"]["digits"]
    digits["train"] |= {"epochs": 6}
    digits["gate"] = {"thresholds": {"accuracy": {"min": 0.8}}, "tolerance": 0.2}
    project.write_params({"tasks": {"digits": digits}})
    project.run("convoy", "run", "digits")
    project.commit("first model")
    return project


def fail(project: Workspace, *command: str) -> str:
    with pytest.raises(RuntimeError, match="exit code") as error:
        project.run(*command)
    return str(error.value)


def test_every_stage_leaves_what_a_person_looks_at(project: Workspace) -> None:
    reports = project.folder / "reports/digits"
    for name in (
        "validation.json",
        "metrics.json",
        "augment/copies.png",
        "train/curves.csv",
        "train/curves.png",
        "evaluate/confusion.csv",
        "evaluate/confusion.png",
        "evaluate/mistakes.png",
    ):
        assert (reports / name).is_file(), name
    assert list(reports.glob("validate/**/index.html"))
    assert project.metrics("digits")["accuracy"] > 0.9


def test_nothing_to_do_the_second_time(project: Workspace) -> None:
    assert "up to date" in project.run("dvc", "repro")


def test_the_first_model_that_passes_is_the_champion(project: Workspace) -> None:
    table = project.run("convoy", "models", "digits")
    assert "champion" in table


def test_the_lineage_leads_to_the_source(project: Workspace) -> None:
    tree = project.run("convoy", "lineage", "digits")
    lock = yaml.safe_load((project.folder / "dvc.lock").read_text())["stages"]["ingest@digits"]
    hashes = {item["path"]: item["md5"] for item in lock["deps"] + lock["outs"]}
    for node in ("PushedModel", "ModelEvaluation", "Model", "TransformGraph", "Examples"):
        assert node in tree
    assert hashes["data/digits"] in tree
    assert hashes["components/ingest/sources/sklearn_digits.py"] in tree


def test_the_champion_predicts_files_of_any_size(project: Workspace) -> None:
    digits = load_digits()
    for side, index in ((8, 0), (40, 1)):
        image = Image.fromarray((digits.images[index] * 255 / 16).astype("uint8"))
        image.resize((side, side)).save(project.folder / f"{side}.png")
    project.run("convoy", "predict", "digits", "8.png", "40.png", "--out", "predicted")
    rows = (project.folder / "predicted/predictions.csv").read_text().splitlines()
    assert rows[0] == "image,label,probability"
    assert [row.split(",")[0] for row in rows[1:]] == ["8.png", "40.png"]
    assert (project.folder / "predicted/40.png").is_file()


def test_an_older_commit_brings_its_data_model_metrics_and_lineage_back(project: Workspace) -> None:
    first = project.run("git", "rev-parse", "HEAD").strip()
    names = ("reports/digits/metrics.json", "artifacts/digits/register/metadata.sqlite")
    before = {name: (project.folder / name).read_bytes() for name in names}
    lineage = project.run("convoy", "lineage", "digits")
    overrides = ("train.epochs=2", "train.early_stopping=null", "train.shuffle_buffer=2000")
    assert "shuffle_buffer" not in project.params()["tasks"]["digits"]["train"]
    output = project.run("convoy", "run", "digits", *overrides)
    assert "dvc exp run" in output
    second = project.commit("a worse model")
    assert project.params()["tasks"]["digits"]["train"]["epochs"] == 2
    assert (project.folder / names[0]).read_bytes() != before[names[0]]
    project.run("git", "checkout", "--quiet", first)
    project.run("dvc", "checkout")
    assert {name: (project.folder / name).read_bytes() for name in names} == before
    assert project.run("convoy", "lineage", "digits") == lineage
    assert "up to date" in project.run("dvc", "repro")
    project.run("git", "checkout", "--quiet", second)
    project.run("dvc", "checkout")


def test_examples_that_do_not_fit_the_schema_stop_the_run(project: Workspace) -> None:
    schema = project.folder / "data/schemas/digits.pbtxt"
    curated = schema.read_text()
    before = project.metrics("digits")
    schema.write_text(curated.replace("min: 28 max: 28", "min: 96 max: 96"))
    output = fail(project, "convoy", "run", "digits")
    assert "the examples do not fit the schema" in output
    assert "train: height: " in output
    assert "test: width: " in output
    assert project.metrics("digits") == before
    assert list((project.folder / "artifacts/digits/prepare/Transform").iterdir())
    schema.write_text(curated)
    assert "up to date" in project.run("dvc", "repro")


def test_a_task_from_outside_is_one_file_and_one_block(project: Workspace) -> None:
    images = project.folder / "images"
    digits = load_digits()
    for index, (values, digit) in enumerate(zip(digits.images, digits.target, strict=True)):
        folder = images / ("odd" if digit % 2 else "even")
        folder.mkdir(parents=True, exist_ok=True)
        Image.fromarray((values * 255 / 16).astype("uint8")).save(folder / f"{index}.png")
    (project.folder / "parity.py").write_text(TOY_TASK)
    params = project.params()
    params["tasks"]["parity"] = {
        "task": "parity.py",
        "seed": 1,
        "source": {"kind": "image_folder", "path": "images"},
        "checks": {"height": 8, "width": 8, "channels": 1},
        "prepare": {"height": 28, "width": 28, "channels": 1},
        "augment": {"copies": 0},
        "train": {"model": "digits_cnn", "epochs": 2},
        "evaluate": {},
        "gate": {"thresholds": {"accuracy": {"min": 0.6}}},
    }
    project.write_params(params)
    project.run("convoy", "run", "parity")
    assert project.metrics("parity")["accuracy"] > 0.6
    assert "champion" in project.run("convoy", "models", "parity")


def test_a_broken_image_stops_the_run_and_keeps_the_results(project: Workspace) -> None:
    metrics = (project.folder / "reports/parity/metrics.json").read_bytes()
    broken = project.folder / "images/odd/1.png"
    broken.write_bytes(broken.read_bytes()[:60])
    output = fail(project, "convoy", "run", "parity")
    assert "odd/1.png" in output
    assert "Traceback" not in output
    assert (project.folder / "reports/parity/metrics.json").read_bytes() == metrics


def test_a_misspelt_key_stops_before_anything_runs(project: Workspace) -> None:
    output = fail(project, "convoy", "run", "digits", "train.epoch=3")
    assert "tasks.digits.train.epoch" in output
    assert "Running stage" not in output
