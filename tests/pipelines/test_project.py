import shutil
from pathlib import Path

import pytest
import yaml

from components.core.errors import ConvoyError
from pipelines.project import import_file, load_spec, load_task
from pipelines.tasks.classification import TASK

ROOT = Path(__file__).parents[2]


def write_params(project: Path, **changes: object) -> None:
    block = yaml.safe_load((ROOT / "params.yaml").read_text())["tasks"]["digits"] | changes
    (project / "params.yaml").write_text(yaml.safe_dump({"tasks": {"toy": block}}))


def test_a_task_comes_from_a_file_of_the_project(project: Path) -> None:
    (project / "toy_task.py").write_text(
        "from pipelines.tasks.classification import TASK as OTHER\nTASK = OTHER\n"
    )
    write_params(project, task="toy_task.py")
    assert load_task("toy")[0] == TASK
    spec = load_spec("toy")
    assert spec.params["train"]["model"] == "digits_cnn"
    assert spec.labels.columns().keys() == {"label"}


def test_a_task_may_be_a_folder(project: Path) -> None:
    (project / "toy_folder").mkdir()
    (project / "toy_folder/__init__.py").write_text(
        "from pipelines.tasks.classification import TASK as OTHER\nTASK = OTHER\n"
    )
    write_params(project, task="toy_folder")
    assert load_task("toy")[0] == TASK


def test_an_unknown_task_is_told_the_known_ones(project: Path) -> None:
    write_params(project)
    with pytest.raises(ConvoyError, match="no task 'other'; there are toy"):
        load_task("other")


@pytest.mark.parametrize(
    ("file", "message"),
    [
        ("absent.py", "absent.py: not a Python file"),
        ("../outside.py", "must be inside the project"),
        ("/outside.py", "must be inside the project"),
        ("notes.txt", "notes.txt: not a Python file"),
        ("empty", "empty: not a Python file, nor a folder with an __init__.py"),
    ],
)
def test_a_file_that_cannot_be_a_task_is_refused(project: Path, file: str, message: str) -> None:
    with pytest.raises(ConvoyError, match=message):
        import_file(Path(file))


def test_the_nearest_file_is_suggested(project: Path) -> None:
    (project / "classification.py").touch()
    with pytest.raises(ConvoyError, match=r"did you mean classification\.py\?"):
        import_file(Path("clasification.py"))


def test_a_file_must_have_a_module_of_its_own(project: Path) -> None:
    (project / "v1.2").mkdir()
    (project / "v1.2/task.py").touch()
    with pytest.raises(ConvoyError, match="v1.2/task.py: a dot in its name"):
        import_file(Path("v1.2/task.py"))
    (project / "json.py").touch()
    write_params(project, task="json.py")
    with pytest.raises(ConvoyError, match="json.py: defines no TASK; its name has led to /.*json"):
        load_task("toy")


@pytest.mark.parametrize("name", ["class", "import", "None", "x-1", "2024"])
def test_a_task_may_have_any_name_of_letters_digits_and_dashes(project: Path, name: str) -> None:
    block = yaml.safe_load((ROOT / "params.yaml").read_text())["tasks"]["digits"]
    shutil.copytree(ROOT / "pipelines/tasks/classification", project / "class")
    text = yaml.safe_dump({"tasks": {name: block | {"task": "class"}}})
    (project / "params.yaml").write_text(text)
    assert load_spec(name).name == name


def test_a_file_without_a_task_is_refused(project: Path) -> None:
    (project / "no_task_here.py").write_text("")
    write_params(project, task="no_task_here.py")
    with pytest.raises(ConvoyError, match="no_task_here.py: defines no TASK"):
        load_task("toy")
