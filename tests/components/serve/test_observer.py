"""What is seen of the inputs while they are served."""

import logging
from pathlib import Path

import pytest

from components.core.served_model import ServedModel
from components.core.task import Spec
from components.ingest.sources.image_folder import Source
from components.serve import slot
from components.serve.keeping import Keeper
from components.serve.params import KeepParams
from components.serve.window import LEAST, features_of
from tests.components.serve.protocols.test_watching import figures
from tests.components.serve.test_window import numbers, strings
from tests.serving import running, wait_until
from tests.toys import png


def test_drift_shows_while_serving(
    loaded: Spec, toy_model: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    known = features_of(numbers("brightness", [1])) | features_of(strings("label", dark=1))
    made = slot.Loaded(ServedModel.load(toy_model), known)
    monkeypatch.setattr(slot, "_load", lambda spec, version: made)
    with running(loaded, watch={"seconds": 0}) as server:
        for _ in range(LEAST // 2):
            server.http.post("/predict/toy", files=[("file", png(255)), ("file", png(51))])
        far = 'convoy_input_distance{column="label",task="toy"}'
        wait_until(lambda: far in figures(server))
        told = figures(server)
    assert told[far] == 0.5
    assert told['convoy_input_distance{column="brightness",task="toy"}'] == pytest.approx(0)
    assert told['convoy_input_mean{column="brightness",task="toy"}'] == pytest.approx(0.6)
    assert told['convoy_input_mean{column="width",task="toy"}'] == 4
    assert told['convoy_predicted_total{label="bright",task="toy"}'] == LEAST / 2


def test_inputs_are_kept_for_retraining(loaded: Spec, tmp_path: Path) -> None:
    keep = {"folder": tmp_path / "kept", "share": 1, "most": 3}
    kept = tmp_path / "kept" / "toy"
    with running(loaded, keep=keep) as server:
        for grey in (1, 1, 2, 3, 4, 5):
            server.http.post("/predict/toy", content=png(grey))
        server.http.post("/predict/toy", content=b"no image")
        wait_until(lambda: len(list(kept.iterdir())) == 3)
    assert kept.stat().st_mode & 0o077 == 0
    assert {each.read_bytes() for each in kept.iterdir()} == {png(1), png(2), png(3)}
    labelled = kept / "dark"
    files = list(kept.iterdir())
    labelled.mkdir()
    for file in files:
        file.rename(labelled / file.name)
    records = list(Source(kind="image_folder", path=kept).read())
    assert [each.labels["label"] for each in records] == ["dark"] * 3


def test_nothing_is_kept_unless_it_is_asked_for(loaded: Spec, tmp_path: Path) -> None:
    with running(loaded) as server:
        server.http.post("/predict/toy", content=png(1))
    assert list(tmp_path.iterdir()) == []


def test_a_share_is_chosen_by_the_bytes(tmp_path: Path) -> None:
    for folder in ("one", "two"):
        keeper = Keeper(KeepParams(folder=tmp_path / folder, share=0.25), "toy")
        for at in range(400):
            keeper.keep(at.to_bytes(2))
    names = [{each.name for each in (tmp_path / f / "toy").iterdir()} for f in ("one", "two")]
    assert names[0] == names[1]
    assert 60 < len(names[0]) < 140


def test_a_folder_that_cannot_be_written_stops_nothing(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    keeper = Keeper(KeepParams(folder=tmp_path / "kept", share=1), "toy")
    (tmp_path / "kept" / "toy").rmdir()
    with caplog.at_level(logging.WARNING, "convoy.serve"):
        keeper.keep(b"sample")
    assert "nothing is kept: No such file or directory" in caplog.text
