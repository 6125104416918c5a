import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import mlflow
import pandas as pd
import pytest
import requests
from mlflow.exceptions import MlflowException

from components.core.errors import ConvoyError
from components.core.files import folder_digest
from components.core.store import download
from components.core.task import Spec
from components.register.records import Decision
from components.register.registry import OvertakenError, Registry, recorded_metrics
from components.register.tracking import training_run
from tests.registered import Register
from tests.toys import network


@dataclass
class Server:
    """An MLflow server on loopback with a store and an artifact folder of its own."""

    folder: Path
    port: int

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        command = [sys.executable, "-m", "mlflow", "server", "--port", str(self.port)]
        command += ["--workers", "1"]
        command += ["--backend-store-uri", f"sqlite:///{self.folder / 'mlflow.db'}"]
        command += ["--artifacts-destination", str(self.folder / "artifacts")]
        quiet = subprocess.DEVNULL
        self.process = subprocess.Popen(command, stdout=quiet, stderr=quiet, start_new_session=True)
        wait_for(f"{self.address}/health")

    def stop(self) -> None:
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()


def stages(registry: Registry) -> dict[str, str | None]:
    return {str(version.version): version.tags.get("stage") for version in registry.versions()}


def test_an_empty_registry_has_no_versions(store: Path) -> None:
    registry = Registry("toy")
    assert registry.champion() is None
    assert registry.challenger() is None
    assert registry.versions() == []


def test_a_new_version_is_the_challenger(register: Register) -> None:
    registry, version = register(accuracy=0.9)
    challenger = registry.challenger()
    assert challenger is not None
    assert str(challenger.version) == version == "1"
    assert challenger.tags["test_accuracy"] == "0.9"
    assert challenger.tags["data_hash"] == "fedcba9876543210.dir"
    assert registry.champion() is None


def test_a_version_belongs_to_its_run(register: Register) -> None:
    registry, _ = register()
    challenger = registry.challenger()
    assert challenger is not None
    run = mlflow.get_run(challenger.run_id)
    assert run.info.status == "FINISHED"
    assert run.data.params["train.epochs"] == "2"


def test_promotion_moves_the_alias_and_archives_the_former_champion(register: Register) -> None:
    registry, first = register()
    registry.promote(
        first, Decision("promote", ["accuracy 0.9 meets the threshold 0.5", "and so on"])
    )
    assert registry.aliases() == {"champion": "1"}
    registry, second = register()
    assert registry.aliases() == {"champion": "1", "challenger": "2"}
    registry.promote(second, Decision("promote", ["better"]))
    assert registry.aliases() == {"champion": "2"}
    assert stages(registry) == {"2": "champion", "1": "archived"}
    assert registry.versions()[1].tags["reasons"].endswith("0.5; and so on")


def test_a_former_champion_can_be_brought_back(register: Register) -> None:
    registry, first = register()
    registry.promote(first, Decision("promote", ["first"]))
    registry, second = register()
    registry.promote(second, Decision("promote", ["second"]))
    registry.promote(first, Decision("promote", ["the second one fails at night"]))
    assert registry.aliases() == {"champion": "1"}
    assert stages(registry) == {"2": "archived", "1": "champion"}


def test_promoting_the_champion_again_does_not_archive_it(register: Register) -> None:
    registry, version = register()
    registry.promote(version, Decision("promote", ["first"]))
    registry.promote(version, Decision("promote", ["again"]))
    assert stages(registry) == {"1": "champion"}


def test_promoting_a_version_that_is_not_there_changes_nothing(register: Register) -> None:
    registry, version = register()
    registry.promote(version, Decision("promote", ["first"]))
    with pytest.raises(ConvoyError, match="9"):
        registry.promote("9", Decision("promote", ["typo"]))
    assert registry.aliases() == {"champion": "1"}


def test_a_refused_version_says_why_and_stays_the_challenger(register: Register) -> None:
    registry, version = register()
    registry.refuse(version, Decision("refuse", ["accuracy 0.9 is below the threshold 0.98"]))
    challenger = registry.challenger()
    assert challenger is not None
    assert challenger.tags["stage"] == "refused"
    assert challenger.tags["reasons"] == "accuracy 0.9 is below the threshold 0.98"
    assert registry.champion() is None


def test_metrics_are_recorded_exactly(register: Register) -> None:
    registry, version = register(accuracy=0.1 + 0.2)
    assert recorded_metrics(registry.get(version)) == {"accuracy": 0.1 + 0.2, "macro_f1": 0.2}


def test_download_gives_what_was_registered(register: Register, toy_model: Path) -> None:
    registry, version = register()
    names = {file.relative_to(toy_model) for file in toy_model.rglob("*") if file.is_file()}
    for folder in (
        registry.download(version),
        registry.download("challenger"),
        download("models:/toy@challenger"),
    ):
        assert {f.relative_to(folder) for f in folder.rglob("*") if f.is_file()} == names
        assert (folder / "model.keras").read_bytes() == network(2)


@pytest.mark.parametrize("version", ["champion", "7"])
def test_download_of_what_is_not_there_names_it(register: Register, version: str) -> None:
    registry, _ = register()
    with pytest.raises(ConvoyError, match=version):
        registry.download(version)


def test_the_signature_holds_inputs_and_outputs(register: Register) -> None:
    register()
    signature = mlflow.models.get_model_info("models:/toy@challenger").signature
    assert signature.inputs.input_names() == ["image"]
    assert set(signature.outputs.input_names()) == {"probabilities", "bytes", "label"}


def test_pyfunc_predicts_a_table(register: Register, image: Callable[[int], bytes]) -> None:
    register()
    model = mlflow.pyfunc.load_model("models:/toy@challenger")
    shades = [0, 51, 255] * 100  # more than one batch
    images = pd.DataFrame({"image": [image(grey) for grey in shades]}, index=range(7, 307))
    table = model.predict(images)
    assert list(table.index) == list(images.index)
    assert list(table["label"]) == ["dark", "dark", "bright"] * 100
    assert table["probabilities"].iloc[1] == pytest.approx([0.8, 0.2])


def test_pyfunc_predicts_an_empty_table(register: Register) -> None:
    register()
    model = mlflow.pyfunc.load_model("models:/toy@challenger")
    assert len(model.predict(pd.DataFrame({"image": pd.Series([], dtype=object)}))) == 0


@pytest.mark.slow  # imports TensorFlow in a process of its own
def test_pyfunc_loads_without_convoy(
    register: Register, image: Callable[[int], bytes], project: Path
) -> None:
    registry, version = register()
    registry.promote(version, Decision("promote", ["first"]))
    (project / "bright.png").write_bytes(image(255))
    script = """
import sys
sys.modules.update(components=None, pipelines=None, models=None)  # imports of them fail
from pathlib import Path
import mlflow, pandas as pd
images = pd.DataFrame({"image": [Path("bright.png").read_bytes()]})
print(mlflow.pyfunc.load_model("models:/toy@champion").predict(images)["label"][0])
"""
    result = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=False
    )
    assert result.stdout.split() == ["bright"], result.stderr


def test_a_model_that_cannot_predict_is_not_registered(spec: Spec, tmp_path: Path) -> None:
    broken = tmp_path / "broken"
    broken.mkdir()
    (broken / "saved_model.pb").write_bytes(b"not a model")
    with training_run(spec) as run_id:
        pass
    registry = Registry("toy")
    with pytest.raises(ConvoyError, match="broken"):
        registry.register(run_id, broken, {}, {}, b"", "image")
    assert registry.versions() == []


def test_a_failure_after_logging_leaves_no_version(
    register: Register, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise MlflowException("the connection was lost")

    monkeypatch.setattr(mlflow.MlflowClient, "set_registered_model_alias", fail)
    with pytest.raises(ConvoyError, match="the connection was lost"):
        register()
    assert Registry("toy").versions() == []


def test_a_missing_model_folder_leaves_no_version(spec: Spec, project: Path) -> None:
    with training_run(spec) as run_id:
        pass
    with pytest.raises(ConvoyError, match="nowhere"):
        Registry("toy").register(run_id, project / "nowhere", {}, {}, b"", "image")
    assert Registry("toy").versions() == []


def test_a_rollback_brings_the_former_champion_back(register: Register) -> None:
    registry, first = register()
    registry.promote(first, Decision("promote", ["first"]))
    registry, second = register()
    registry.promote(second, Decision("promote", ["second"]))
    assert registry.rollback(Decision("rollback", ["it fails at night"])) == (second, first)
    assert registry.aliases() == {"champion": first}
    assert stages(registry) == {second: "rolled-back", first: "champion"}
    assert registry.get(first).tags["reasons"] == "it fails at night"


def test_rollbacks_follow_the_champions_back_to_the_first(register: Register) -> None:
    for _ in range(3):
        registry, version = register()
        registry.promote(version, Decision("promote", ["better"]))
    champions = [registry.rollback(Decision("rollback", ["worse"])) for _ in range(2)]
    assert champions == [("3", "2"), ("2", "1")]
    with pytest.raises(ConvoyError, match="no former champion"):
        registry.rollback(Decision("rollback", ["worse"]))


def test_every_decision_leaves_a_record(register: Register) -> None:
    registry, first = register()
    registry.refuse(first, Decision("refuse", ["too bad"], metrics={"accuracy": 0.1}))
    registry.promote(first, Decision("promote", ["we must"], forced=True))
    refused, promoted = registry.decisions(first)
    assert (refused["action"], refused["reasons"], refused["forced"]) == (
        "refuse",
        ["too bad"],
        False,
    )
    assert refused["metrics"] == {"accuracy": 0.1}
    assert (promoted["action"], promoted["forced"]) == ("promote", True)
    assert promoted["version"] == first
    assert promoted["champion_before"] is None
    tags = registry.get(first).tags
    assert (tags["forced"], tags["reasons"], tags["stage"]) == ("true", "we must", "champion")


def test_records_of_versions_of_one_run_are_told_apart(register: Register) -> None:
    registry, first = register()
    registry.promote(first, Decision("promote", ["first"]))
    registry, second = register()
    registry.promote(second, Decision("promote", ["second"]))
    assert [record["champion_before"] for record in registry.decisions(second)] == [first]


def test_a_model_is_not_registered_twice(register: Register, toy_model: Path) -> None:
    registry, version = register(accuracy=0.9)
    registry.promote(version, Decision("promote", ["first"]))
    again = registry.resume(folder_digest(toy_model), {"accuracy": 0.8})
    assert again is not None
    assert str(again.version) == version
    assert recorded_metrics(registry.get(version))["accuracy"] == 0.8
    assert registry.aliases() == {"champion": version}
    assert registry.resume("another digest", {}) is None


def test_a_version_that_lost_its_alias_gets_it_back(register: Register, toy_model: Path) -> None:
    registry, version = register()
    mlflow.MlflowClient().delete_registered_model_alias("toy", "challenger")
    registry.resume(folder_digest(toy_model), {})
    assert registry.aliases() == {"challenger": version}


KILLED = """
import os, signal, sys
import mlflow
from components.core.files import folder_digest
from components.register.records import Decision
from components.register.registry import Registry

left, action, version = int(sys.argv[1]), *sys.argv[2:]

def dying(method):
    def call(*arguments, **keywords):
        global left
        if left == 0:
            os.kill(os.getpid(), signal.SIGKILL)
        left -= 1
        return method(*arguments, **keywords)
    return call

for name in ("log_dict", "set_model_version_tag", "set_registered_model_alias",
             "delete_registered_model_alias", "delete_model_version_tag"):
    setattr(mlflow.MlflowClient, name, dying(getattr(mlflow.MlflowClient, name)))
registry, decision = Registry("toy"), Decision(action, ["because"])
registry.promote(version, decision) if action == "promote" else registry.rollback(decision)
"""


def run_killed(writes: int, action: str, version: str = "") -> bool:
    """Promotes or rolls back in a process that is killed at a write; whether it came through."""
    command = [sys.executable, "-c", KILLED, str(writes), action, version]
    code = subprocess.run(command, check=False, stderr=subprocess.DEVNULL).returncode
    assert code in (0, -signal.SIGKILL)
    return code == 0


@pytest.mark.slow  # a process for each write of a promotion
def test_a_promotion_killed_at_any_write_leaves_one_champion(register: Register) -> None:
    registry, first = register()
    registry.promote(first, Decision("promote", ["first"]))
    registry, second = register()
    for writes in range(12):
        finished = run_killed(writes, "promote", second)
        assert registry.aliases()["champion"] in (first, second)
        if finished:
            break
    assert finished
    assert registry.aliases() == {"champion": second}
    assert stages(registry) == {second: "champion", first: "archived"}
    assert registry.rollback(Decision("rollback", ["worse"])) == (second, first)


@pytest.mark.slow  # a process for each write of a rollback
def test_a_rollback_killed_at_any_write_and_run_again_goes_back_once(register: Register) -> None:
    for _ in range(3):
        registry, version = register()
        registry.promote(version, Decision("promote", ["better"]))
    for writes in range(12):
        if run_killed(writes, "rollback"):
            break
        assert registry.rollback(Decision("rollback", ["worse"])) == ("3", "2")
        assert registry.aliases() == {"champion": "2"}
        assert stages(registry) == {"3": "rolled-back", "2": "champion", "1": "archived"}
        registry.promote("3", Decision("promote", ["better after all"]))
    assert writes > 5  # all of them were tried
    assert registry.aliases() == {"champion": "2"}
    assert registry.rollback(Decision("rollback", ["worse"])) == ("2", "1")


def test_a_promotion_ends_a_rollback_that_was_killed(register: Register) -> None:
    for _ in range(3):
        registry, version = register()
        registry.promote(version, Decision("promote", ["better"]))
    client = mlflow.MlflowClient()
    client.set_model_version_tag("toy", "3", "rolling_back_to", "2")  # and killed
    registry, fourth = register()
    registry.promote(fourth, Decision("promote", ["better"]))
    assert stages(registry) == {"4": "champion", "3": "archived", "2": "archived", "1": "archived"}
    assert registry.rollback(Decision("rollback", ["worse"])) == ("4", "3")
    assert registry.rollback(Decision("rollback", ["worse"])) == ("3", "2")


@pytest.fixture
def server(store: Path) -> Iterator[Server]:
    """An MLflow server with an empty store."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        server = Server(store / "server", probe.getsockname()[1])
    server.folder.mkdir()
    (store / "mlflow.db").rename(server.folder / "mlflow.db")
    server.start()
    yield server
    server.stop()


def wait_for(address: str) -> None:
    for _ in range(200):
        try:
            requests.get(address, timeout=5).raise_for_status()
        except requests.RequestException:
            time.sleep(1)
        else:
            return
    pytest.fail(f"{address} does not answer")


@pytest.mark.slow  # starts a server
def test_a_server_keeps_versions_and_models(
    server: Server, register: Register, monkeypatch: pytest.MonkeyPatch, project: Path
) -> None:
    monkeypatch.setenv("MLFLOW_TRACKING_URI", server.address)
    registry, first = register()
    registry.promote(first, Decision("promote", ["first"]))
    registry, second = register()
    assert registry.aliases() == {"champion": first, "challenger": second}
    assert (registry.download("champion") / "model.keras").read_bytes() == network(2)
    assert registry.decisions(first)[0]["reasons"] == ["first"]
    with pytest.raises(ConvoyError, match=r"MLflow at http://127.*archived"):
        registry.download("archived")
    assert not (project / "mlartifacts").exists()
    assert not (project / "mlflow.db").exists()


@pytest.mark.slow  # starts a server
def test_on_a_server_the_registry_is_changed_by_one_at_a_time(
    server: Server, register: Register, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MLFLOW_TRACKING_URI", server.address)
    registry, first = register()
    _, second = register()
    other = Registry("toy")
    decision = Decision("promote", ["better"])
    settled: list[str] = []

    def settle(registry: Registry, version: str) -> None:
        try:
            registry.settle(version, decision, None)
        except OvertakenError as error:
            settled.append(str(error))
        else:
            settled.append(version)

    threads = [
        threading.Thread(target=settle, args=pair) for pair in ((registry, first), (other, second))
    ]
    with Registry("toy").alone():
        for thread in threads:
            thread.start()
        time.sleep(2)
        assert registry.aliases().get("champion") is None  # both wait
    for thread in threads:
        thread.join()
    champion = registry.aliases()["champion"]
    assert champion in settled
    assert any(f"meanwhile there is the champion {champion}" in each for each in settled)
    client = mlflow.MlflowClient()
    assert [model.name for model in client.search_registered_models()] == ["toy"]


@pytest.mark.slow  # starts a server, twice
def test_a_server_that_dies_leaves_nothing_that_the_next_run_does_not_complete(
    server: Server, register: Register, monkeypatch: pytest.MonkeyPatch, toy_model: Path
) -> None:
    monkeypatch.setenv("MLFLOW_TRACKING_URI", server.address)
    monkeypatch.setenv("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "1")
    set_alias = mlflow.MlflowClient.set_registered_model_alias

    def die(*arguments: object) -> None:
        server.stop()
        set_alias(*arguments)

    with monkeypatch.context() as patch:
        patch.setattr(mlflow.MlflowClient, "set_registered_model_alias", die)
        with pytest.raises(ConvoyError, match=f"MLflow at {server.address}"):
            register()
    server.start()
    registry = Registry("toy")
    assert registry.aliases() == {}
    resumed = registry.resume(folder_digest(toy_model), {"accuracy": 0.9})
    assert resumed is not None
    assert len(registry.versions()) == 1
    registry.promote(str(resumed.version), Decision("promote", ["first"]))
    assert registry.aliases() == {"champion": "1"}
