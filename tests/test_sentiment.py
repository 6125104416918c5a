"""Texts, from composed sentences to a champion that reads what people write."""

import csv
import json
import subprocess
import sys

import pytest

from benchmarks.sentiment import count_and_regress
from benchmarks.workspace import Workspace

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(1200)]

CALL = """
import mlflow, pandas as pd
mlflow.set_tracking_uri("sqlite:///mlflow.db")
model = mlflow.pyfunc.load_model("models:/sentiment@champion")
texts = ["the plot was not bad .", "the film is dull ."]
print(model.predict(pd.DataFrame({"text": texts})))
"""


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """A project whose champion has learnt the sentences that convoy composes."""
    project = Workspace(tmp_path_factory.mktemp("project"))
    project.run("convoy", "run", "sentiment")
    return project


def test_the_network_reads_what_a_bag_of_words_cannot(project: Workspace) -> None:
    metrics = project.metrics("sentiment")
    assert metrics["accuracy"] > 0.95
    assert count_and_regress(project.folder / "data/sentiment") < 0.85
    assert "champion" in project.run("convoy", "models", "sentiment")
    for name in ("phrases.csv", "phrases.png", "lengths.png", "evidence_wrong.png", "slices.csv"):
        assert (project.folder / "reports/sentiment/evaluate" / name).is_file()


def test_it_predicts_and_scores_files_and_tables(project: Workspace) -> None:
    texts = {
        "good.txt": "The story is gripping, although the ending is weak.",
        "bad.txt": "<p>The film isn't good.</p>",
    }
    for name, text in texts.items():
        (project.folder / name).write_text(text)
    rows = [{"text": text} for text in (*texts.values(), "")]
    (project.folder / "texts.jsonl").write_text("".join(f"{json.dumps(row)}\n" for row in rows))
    project.run("convoy", "predict", "sentiment", *texts)
    with (project.folder / "predictions/predictions.csv").open() as stream:
        assert [row["label"] for row in csv.DictReader(stream)] == ["positive", "negative"]
    told = project.run("convoy", "score", "sentiment", "texts.jsonl")
    assert "has no text" in told


def test_without_convoy_it_takes_strings(project: Workspace) -> None:
    called = subprocess.run(
        [sys.executable, "-c", CALL],
        cwd=project.folder,
        capture_output=True,
        text=True,
        check=True,
    )
    assert "probability" in called.stdout


def test_what_the_champion_does_not_know_is_drift(project: Workspace) -> None:
    rows = ["text,label"]
    rows += [f"kolossal famos {at},positive\nganz furchtbar {at},negative" for at in range(100)]
    (project.folder / "new.csv").write_text("\n".join(rows) + "\n")
    command = ("convoy", "retrain", "sentiment", "--data", "new.csv", "--kind", "text_table")
    told = project.run(*command, "--policy", "on-drift", "--dry-run")
    assert "unknown_words" in told
