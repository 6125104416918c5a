"""The whole pipeline in a project of its own, as a user runs it."""

import json
import shutil
from pathlib import Path

import numpy as np
import pytest
import yaml
from ml_metadata import MetadataStore
from PIL import Image
from sklearn.datasets import load_digits

from benchmarks.workspace import Workspace
from pipelines.lineage import open_store
from pipelines.stages import STAGES

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(1200)]

TRACE = """
import atexit, json, pathlib, sys

def note():
    if sys.argv[1:2] == ["stage"]:
        packages = ("components", "models", "pipelines")
        own = [name for name in list(sys.modules) if name.split(".")[0] in packages]
        folder = pathlib.Path(".dvc/tmp/imported")
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"{sys.argv[2]}.json").write_text(json.dumps(own))

atexit.register(note)
"""
"""Notes which modules a stage has really imported."""

FIRST_RUN = ".dvc/tmp/first-run"
"""The notes of the run that the plan describes; later ones have other parameters."""

STAGE_NAMES = tuple(STAGES)


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """A project whose task digits has run once, with few epochs."""
    project = Workspace(tmp_path_factory.mktemp("project"))
    (project.folder / "sitecustomize.py").write_text(TRACE)
    params = project.params()
    digits = params["tasks"]["digits"]
    digits["train"] |= {"epochs": 6}
    digits["gate"] = {"thresholds": {"accuracy": {"min": 0.8}}, "tolerance": 0.2}
    project.write_params({"tasks": {"digits": digits}})
    project.run("convoy", "run", "digits")
    (project.folder / ".dvc/tmp/imported").rename(project.folder / FIRST_RUN)
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
        "evaluate/intervals.json",
        "evaluate/per_class.csv",
        "evaluate/slices.csv",
        "validate/rules.csv",
        "card.md",
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
    names = ("reports/digits/metrics.json", "artifacts/digits/diary/register/metadata.sqlite")
    before = {name: (project.folder / name).read_bytes() for name in names}
    lineage = project.run("convoy", "lineage", "digits")
    overrides = ("train.epochs=2", "train.early_stopping=null", "train.shuffle_buffer=2000")
    assert "shuffle_buffer" not in project.params()["tasks"]["digits"]["train"]
    params = (project.folder / "params.yaml").read_bytes()
    output = project.run("convoy", "run", "digits", *overrides)
    assert (project.folder / "params.yaml").read_bytes() == params
    assert {name: (project.folder / name).read_bytes() for name in names} == before
    project.bring_back(output)
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


@pytest.mark.parametrize("name", ["données", "set (1)", "a,b", "it's", "x=1", "v[2]", "a: b #1"])
def test_an_experiment_that_fails_leaves_no_trace(project: Workspace, name: str) -> None:
    folder = project.folder / "in" / name
    folder.mkdir(parents=True)
    params, metrics = (project.folder / "params.yaml").read_bytes(), project.metrics("digits")
    overrides = ("source.kind=mnist_idx", f"source.path=in/{name}")
    assert f"error in/{name}: no " in fail(project, "convoy", "run", "digits", *overrides)
    assert (project.folder / "params.yaml").read_bytes() == params
    assert project.metrics("digits") == metrics
    assert project.run("git", "status", "--porcelain", "--untracked-files=no") == ""
    shutil.rmtree(project.folder / "in")


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


@pytest.mark.parametrize("stage", STAGE_NAMES)
def test_what_a_stage_has_imported_is_what_the_plan_says(project: Workspace, stage: str) -> None:
    imported = json.loads((project.folder / FIRST_RUN / f"{stage}.json").read_text())
    files = {module_file(name, project.folder) for name in imported}
    before = STAGE_NAMES[: STAGE_NAMES.index(stage)]  # whose nodes the graph describes as well
    known = {file for name in (*before, stage) for file in planned_code(project, name)}
    assert not {file for file in files - known if not says_what_runs(file)}


def planned_code(project: Workspace, stage: str) -> list[str]:
    plan = json.loads((project.folder / f"artifacts/digits/plan/{stage}.json").read_text())
    return list(plan["code"])


def module_file(name: str, folder: Path) -> str:
    path = Path(*name.split("."))
    package = path / "__init__.py"
    return str(package if (folder / package).is_file() else path.with_suffix(".py"))


def says_what_runs(file: str) -> bool:
    """Whether a file is of the pipelines above the tasks, or one that only they need here.

    Those are the places and the replacing of files, schemas of parameters, the nodes of the stages
    before, counts to show, and what the command line does for each command.
    """
    above = file.startswith("pipelines/") and not file.startswith("pipelines/tasks/")
    needed = ("layout.py", "files.py", "params.py", "counts.py", "nodes.py", "component.py")
    needed += ("__init__.py", "conditions.py", "polling.py", "retries.py", "scratch.py")
    return above or Path(file).name in needed


def test_the_lineage_store_tells_what_made_the_model(project: Workspace) -> None:
    store = open_store(project.folder / "artifacts/digits/diary/register/metadata.sqlite")
    told = {
        kind.name: [json.loads(value) for value in specs_of(store, kind.name)]
        for kind in store.get_execution_types()
    }
    (trained,) = (specs for name, specs in told.items() if name.endswith("Trainer"))
    epochs = project.params()["tasks"]["digits"]["train"]["epochs"]
    assert trained[-1]["params"]["train"]["epochs"] == epochs
    assert "models/digits_cnn.py" in trained[-1]["code"]
    assert sum(map(bool, told.values())) >= 5  # that of ExampleGen is packed


def specs_of(store: MetadataStore, kind: str) -> list[str]:
    """The specs among the properties of the executions of a type."""
    found = []
    for execution in store.get_executions_by_type(kind):
        properties = {**execution.properties, **execution.custom_properties}
        if "spec" in properties:
            found.append(properties["spec"].string_value)
        elif "custom_config" in properties and "spec" in properties["custom_config"].string_value:
            config = json.loads(properties["custom_config"].string_value)
            found += [config["spec"]] if "spec" in config else []
    return found


def test_an_edited_table_runs_no_stage_again(project: Workspace) -> None:
    table = project.folder / "pipelines/reports/train.py"
    before = table.read_text()
    table.write_text(before + "\n# edited\n")
    output = project.run("dvc", "repro", "register@digits")
    assert "Running stage 'plan@digits'" in output
    assert output.count("Running stage") == 1
    table.write_text(before)
    project.run("dvc", "repro", "register@digits")


def test_an_edited_architecture_trains_again(project: Workspace) -> None:
    network = project.folder / "models/digits_cnn.py"
    before = network.read_text()
    network.write_text(before + "\n# edited\n")
    project.run("dvc", "repro", "plan@digits")
    changed = json.loads(project.run("dvc", "status", "--json", "--with-deps", "register@digits"))
    assert set(changed) == {"train@digits"}
    network.write_text(before)
    project.run("dvc", "repro", "plan@digits")


def test_a_task_from_outside_is_one_file_and_one_block(project: Workspace) -> None:
    images = project.folder / "images"
    images.mkdir()
    rng, rows = np.random.default_rng(0), ["path,label"]
    for index in range(120):
        pixels = rng.integers(0, 2 + 2 * index, (18, 18)).astype(np.uint8)
        Image.fromarray(pixels).save(images / f"{index}.png")
        rows.append(f"{index}.png,{pixels.mean() / 255:.6f}")
    (images / "shades.csv").write_text("\n".join(rows) + "\n")
    shutil.copy(Path(__file__).with_name("shade_task.py"), project.folder / "shade.py")
    params = project.params()
    params["tasks"]["shade"] = {
        "task": "shade.py",
        "seed": 1,
        "source": {"kind": "csv_labels", "path": "images/shades.csv"},
        "checks": {"height": 18, "width": 18, "channels": 1, "largest": 0.5},
        "prepare": {"height": 18, "width": 18, "channels": 1},
        "train": {"model": "digits_cnn", "epochs": 3},
        "gate": {"thresholds": {"mean_error": {"max": 0.5}}},
    }
    project.write_params(params)
    project.run("dvc", "repro", "register@shade")
    assert project.metrics("shade")["examples"] == 12
    assert "champion" in project.run("convoy", "models", "shade")


def test_labels_of_its_own_have_rules_of_their_own(project: Workspace) -> None:
    output = fail(project, "convoy", "run", "shade", "checks.largest=0.1")
    assert '"shade is a share" is broken by ' in output


def test_a_broken_image_stops_the_run_and_keeps_the_results(project: Workspace) -> None:
    metrics = (project.folder / "reports/shade/metrics.json").read_bytes()
    broken = project.folder / "images/1.png"
    broken.write_bytes(broken.read_bytes()[:60])
    table = project.folder / "images/shades.csv"
    table.write_text(f"{table.read_text()}\n")  # DVC watches the table
    output = fail(project, "convoy", "run", "shade")
    assert "1.png" in output
    assert "Traceback" not in output
    assert (project.folder / "reports/shade/metrics.json").read_bytes() == metrics


def test_a_misspelt_key_stops_before_anything_runs(project: Workspace) -> None:
    output = fail(project, "convoy", "run", "digits", "train.epoch=3")
    assert "tasks.digits.train.epoch" in output
    assert "Running stage" not in output
