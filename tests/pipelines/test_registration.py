"""Registries that are lost and gates that are overtaken, with the artifacts of all stages."""

import json
import shutil
from pathlib import Path

import pytest

from components.core.artifacts import SERVING_FOLDER
from components.core.errors import ConvoyError
from components.core.layout import CURVES_FILE, artifact_folder, data_folder
from components.core.store import download
from components.core.task import Spec
from components.register.records import Decision
from components.register.registration import Results, register_model
from components.register.registry import Registry
from pipelines import registration
from pipelines.registration import ensure_registered, register_last, settle
from tests.registered import Register, TestSplit
from tests.tables import make_row, write_shard
from tests.toys import png

pytestmark = pytest.mark.slow  # imports TFDV

EXAMPLES = [(10, "dark"), (250, "bright"), (20, "dark"), (230, "bright")]


@pytest.fixture
def results(
    spec: Spec, toy_model: Path, test_split: TestSplit, monkeypatch: pytest.MonkeyPatch
) -> Results:
    """What the stages before register have written, in their folders."""
    monkeypatch.setattr(registration, "load_spec", lambda _: spec)
    rows = [make_row(spec.sample, png(77), "77.png", "train", label="a")]
    data_folder("toy").mkdir(parents=True)
    write_shard(data_folder("toy") / "train-00000.parquet", spec.sample, spec.labels, rows)
    train, evaluate = (artifact_folder("toy", stage) for stage in ("train", "evaluate"))
    curves = train / "Trainer/model_run/3" / CURVES_FILE
    curves.parent.mkdir(parents=True)
    curves.write_text("epoch,loss\n0,2.0\n")
    model = shutil.copytree(toy_model, train / "Trainer/model/3" / SERVING_FOLDER)
    evaluation = evaluate / "Evaluate/evaluation/4"
    evaluation.mkdir(parents=True)
    contents = {
        "metrics": {"accuracy": 1.0},
        "champion": None,
        "decision": {"accepted": True, "reasons": ["because"], "champion": None},
    }
    for name, content in contents.items():
        (evaluation / f"{name}.json").write_text(json.dumps(content))
    return Results(model, curves, evaluation, test_split(EXAMPLES).test)


def note(content: dict[str, object]) -> Path:
    """Writes what the stage register has done."""
    folder = artifact_folder("toy", "register") / "Register/registered/5"
    folder.mkdir(parents=True)
    (folder / "registration.json").write_text(json.dumps(content))
    return folder


@pytest.fixture
def registered(spec: Spec, results: Results) -> Path:
    return note(register_model(spec, results))


def test_a_task_that_was_never_registered_is_not(project: Path) -> None:
    assert ensure_registered("toy") is None
    assert not (project / "mlflow.db").exists()


def test_what_was_pulled_is_registered(
    registered: Path, project: Path, empty_database: Path
) -> None:
    for name in ("prepare", "register"):
        artifact_folder("toy", name).mkdir(exist_ok=True)
    assert register_last("toy") == "toy: this model is version 1 of the registry already"
    shutil.copy(empty_database, project / "mlflow.db")  # that of another clone
    with pytest.raises(ConvoyError, match="convoy register toy registers the last model here"):
        download("models:/toy@champion")
    assert register_last("toy") == "toy: registered as version 1, the champion"
    assert download("models:/toy@champion").is_dir()
    assert len(Registry("toy").versions()) == 1


def test_a_model_that_was_never_registered_anywhere_is(results: Results) -> None:
    assert ensure_registered("toy") is None
    assert register_last("toy") == "toy: registered as version 1, the champion"


@pytest.mark.parametrize("gone", ["artifacts/toy/train", "artifacts/toy/evaluate", "data/toy"])
def test_what_was_not_pulled_is_named(registered: Path, gone: str) -> None:
    shutil.rmtree(gone)
    with pytest.raises(ConvoyError, match=f"{gone}: not here; run: dvc pull, which"):
        register_last("toy")


def test_what_is_there_is_left_alone(registered: Path) -> None:
    assert ensure_registered("toy") is None
    assert len(Registry("toy").decisions("1")) == 1


def test_a_lost_database_is_noticed(registered: Path, project: Path, empty_database: Path) -> None:
    shutil.copy(empty_database, project / "mlflow.db")
    assert ensure_registered("toy") == (
        "the registry has lost version 1 of toy; registered again as version 1, the champion"
    )
    assert ensure_registered("toy") is None
    assert Registry("toy").download("champion").is_dir()


def test_a_database_and_files_that_are_lost_are_noticed(
    registered: Path, project: Path, empty_database: Path
) -> None:
    shutil.copy(empty_database, project / "mlflow.db")
    shutil.rmtree(project / "mlartifacts")
    sentence = ensure_registered("toy")
    assert sentence is not None
    assert sentence.endswith("registered again as version 1, the champion")
    assert Registry("toy").download("champion").is_dir()


def test_lost_files_are_brought_back_into_their_version(registered: Path, project: Path) -> None:
    import mlflow

    from components.core.training_data import load_hashes

    shutil.rmtree(project / "mlartifacts")
    registry = Registry("toy")
    with pytest.raises(
        ConvoyError, match="files cannot be read: .* run: convoy register toy, which"
    ):
        registry.download("champion")
    assert ensure_registered("toy") == (
        "the registry has lost the files of version 1 of toy; "
        "registered again as version 1, the champion"
    )
    assert len(registry.versions()) == 1
    assert (registry.download("champion") / "model.keras").is_file()
    assert load_hashes(registry.get("1"))
    assert mlflow.pyfunc.load_model("models:/toy@champion").metadata.signature is not None
    assert ensure_registered("toy") is None


def test_a_version_of_an_earlier_release_is_known_by_its_files(
    registered: Path, toy_model: Path
) -> None:
    import mlflow

    file = registered / "registration.json"
    content = json.loads(file.read_text())
    del content["digest"]
    file.write_text(json.dumps(content))
    mlflow.MlflowClient().delete_model_version_tag("toy", "1", "model_identity")
    assert ensure_registered("toy") is None


def test_a_gate_that_was_overtaken_judges_anew(
    spec: Spec, results: Results, register: Register, wrong_model: Path
) -> None:
    registry, better = register()
    shutil.copytree(wrong_model, results.model, dirs_exist_ok=True)
    registry.promote(better, Decision("promote", ["meanwhile"]))
    folder = note(register_model(spec, results))
    settle("toy", folder)
    content = json.loads((folder / "registration.json").read_text())
    assert registry.aliases() == {"champion": better, "challenger": content["version"]}
    assert (content["accepted"], content["settled"]) == (False, True)
    meanwhile, reason, *_ = content["reasons"]
    assert meanwhile.endswith(f"but meanwhile there is the champion {better}")
    assert reason == "accuracy 0 is below the threshold 0.5"


def test_a_better_model_wins_also_when_its_gate_was_overtaken(
    spec: Spec, results: Results, register: Register, wrong_model: Path
) -> None:
    registry, worse = register(model=wrong_model)
    registry.promote(worse, Decision("promote", ["meanwhile"]))
    folder = note(register_model(spec, results))
    settle("toy", folder)
    content = json.loads((folder / "registration.json").read_text())
    assert content["accepted"] is True
    assert registry.aliases() == {"champion": content["version"]}
    assert registry.get(content["version"]).tags["former_champion"] == worse
