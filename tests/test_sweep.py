"""A sweep as a user runs it: many are trained, one is registered."""

import pytest

from benchmarks.workspace import Workspace

pytestmark = [pytest.mark.slow, pytest.mark.e2e, pytest.mark.timeout(1800)]


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """A project whose task digits has never run, with one epoch."""
    project = Workspace(tmp_path_factory.mktemp("project"))
    params = project.params()
    digits = params["tasks"]["digits"]
    digits["train"] |= {"epochs": 1, "schedule": {"name": "constant"}}
    digits["gate"] = {"thresholds": {"accuracy": {"min": 0.01}}}
    project.write_params({"tasks": {"digits": digits}})
    project.commit("one epoch")
    return project


def rows(output: str) -> list[list[str]]:
    """The cells of the rows of the tables that were printed."""
    lines = [line.strip("│") for line in output.splitlines() if line.startswith("│")]
    return [[cell.strip() for cell in line.split("│")] for line in lines]


def versions(project: Workspace) -> list[list[str]]:
    return [row for row in rows(project.run("convoy", "models", "digits")) if row[0].isdecimal()]


@pytest.mark.parametrize(("jobs", "seeds"), [("1", (1, 2)), ("2", (3, 4))])
def test_a_sweep_registers_only_the_best(
    project: Workspace, jobs: str, seeds: tuple[int, ...]
) -> None:
    before = len(versions(project))
    status = project.run("git", "status", "--porcelain")
    words = f"seed={','.join(map(str, seeds))}"
    project.run("convoy", "sweep", "digits", words, "--jobs", jobs)
    assert project.run("git", "status", "--porcelain") == status
    assert len(versions(project)) == before + 1
    found = [row for row in rows(project.run("convoy", "experiments", "digits")) if row[1]]
    mine = [row for row in found if row[1] in {f"seed={seed}" for seed in seeds}]
    assert len(mine) == len(seeds)
    assert all(row[2] for row in mine), "each is measured on the validation split"
    (registered,) = (row for row in mine if row[3])  # one alone on the test split
    assert float(registered[2]) == max(float(row[2]) for row in mine)


def test_what_fails_stops_no_other(project: Workspace) -> None:
    output = project.run(
        "convoy", "sweep", "digits", "train.optimizer.learning_rate=0.001,1e30", "--no-register"
    )
    assert "1 of 2 combinations failed" in output
    assert "best of 1 by accuracy on the validation split" in output
    with pytest.raises(RuntimeError, match="did you mean learning_rate") as error:
        project.run("convoy", "sweep", "digits", "train.optimizer.learning_rat=1,2")
    assert "combinations," not in str(error.value), "nothing has run"
