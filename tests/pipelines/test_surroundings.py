"""What libraries cannot take is told before anything runs."""

from contextlib import chdir
from pathlib import Path
from typing import Any

import pytest
import yaml

from components.core.errors import ConvoyError
from pipelines.surroundings import check_folder, check_name, check_surroundings

BLOCK: dict[str, Any] = {"task": "toy.py", "source": {"kind": "image_folder", "path": "in"}}


def write(text: str) -> None:
    Path("params.yaml").write_text(text, encoding="utf-8")


@pytest.mark.parametrize("name", ["cats", "Cats_2", "_x", "cats-dogs", "class", "1e3"])
def test_names_that_all_libraries_take(name: str) -> None:
    check_name(name)


@pytest.mark.parametrize(
    "name", ["кошки", "cats dogs", "cats@1", "-x", "", "a.b", "a/b", "..", "a\n", "é", "a" * 65]
)
def test_names_that_one_cannot_take(name: str) -> None:
    with pytest.raises(ConvoyError, match="the name of a task must be"):
        check_name(name)


@pytest.mark.parametrize("name", ["incoming", "schemas"])
def test_names_whose_folder_is_another(name: str) -> None:
    with pytest.raises(ConvoyError, match=f"data/{name} is no task's"):
        check_name(name)


@pytest.mark.parametrize(
    "name", ["a b", "données", "кошки", "x@1", "#a", "(a),=+~!&;^`|<>", '"a"', "a$b"]
)
def test_folders_that_all_libraries_take(tmp_path: Path, name: str) -> None:
    check_folder(tmp_path / name)


@pytest.mark.parametrize(
    "name", ["[v2]", "a]", "a*", "a?", "it's", "a\\b", "a\nb", "\udce9", "{a}", "%41", "a:b"]
)
def test_folders_that_one_cannot_take(tmp_path: Path, name: str) -> None:
    with pytest.raises(ConvoyError, match="the path of a project must"):
        check_folder(tmp_path / name)


def test_the_folder_of_the_project_is_looked_at(tmp_path: Path) -> None:
    folder = tmp_path / "[v2]"
    folder.mkdir()
    with chdir(folder), pytest.raises(ConvoyError, match=r"must not contain '\['"):
        check_surroundings()


@pytest.mark.usefixtures("project")
@pytest.mark.parametrize(
    ("block", "message"),
    [
        ({}, r"tasks.toy.task: needs the file"),
        ({"task": "toy.py"}, r"tasks.toy.source.path: needs a file or folder"),
        ({"task": "toy.py", "source": "in"}, r"tasks.toy.source.path: needs"),
        (BLOCK | {"source": {"path": 2024}}, r"tasks.toy.source.path: .* 2024 is none"),
        (BLOCK | {"source": {"path": ""}}, r"tasks.toy.source.path: .* '' is none"),
        (BLOCK | {"source": {"path": "s3://bucket/x"}}, "s3://bucket/x is not on this machine"),
        (BLOCK | {"task": 7}, r"tasks.toy.task: needs the file"),
    ],
)
def test_what_dvc_reads_of_every_block_is_checked(block: dict[str, Any], message: str) -> None:
    write(yaml.safe_dump({"tasks": {"other": BLOCK, "toy": block}}))
    with pytest.raises(ConvoyError, match=message):
        check_surroundings()


@pytest.mark.usefixtures("project")
@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("tasks: {toy: {task: t.py, source: {path: 1e3}}}", "DVC reads 1000.0 for '1e3'"),
        ("tasks: {1e3: {task: t.py, source: {path: x}}}", "DVC reads None for 't.py'"),
    ],
)
def test_dvc_must_read_what_convoy_does(text: str, message: str) -> None:
    write(text)
    with pytest.raises(ConvoyError, match=message):
        check_surroundings()


@pytest.mark.usefixtures("project")
@pytest.mark.parametrize(
    "path", ["données", "set (1)", "a,b", "it's", "x=1", "v[2]", "a: b", "1e3"]
)
def test_paths_of_samples_may_be_any_text(path: str) -> None:
    Path(path).mkdir()
    write(f"tasks: {{toy: {{task: t.py, source: {{path: {path!r}}}}}}}".replace("'s'", "''s'"))
    check_surroundings()
