"""What a source reads elsewhere than at its path is watched, too."""

import json
import os
from pathlib import Path
from typing import Any

import pytest

from benchmarks.workspace import Workspace
from components.core.errors import ConvoyError
from components.ingest.ingest import load_source
from components.ingest.sources.base import Source
from pipelines.watching import check_source, drop_dangling_links, write_links
from tests.toys import png


def make(kind: str, path: str, **options: Any) -> Source:
    return load_source({"kind": kind, "path": path, **options}, "source")


def write(*names: str) -> None:
    for at, name in enumerate(names):
        Path(name).parent.mkdir(parents=True, exist_ok=True)
        Path(name).write_bytes(png(at))


def watched(source: Source) -> list[str]:
    """What the links lead to, relative to the project."""
    links = sorted(write_links("x", source).iterdir())
    assert all(link.is_file() for link in links)
    return [os.path.relpath(link.readlink()) for link in links]


def coco(folder: Path, *names: str) -> None:
    images = [{"id": at, "file_name": name} for at, name in enumerate(names)]
    (folder / "l.json").write_text(json.dumps({"images": images}))


def test_images_that_a_csv_names(project: Path) -> None:
    write("data/a.png", "data/b.png", "data/more.png", "secret.png")
    rows = "a.png,x\nb.png,y\na.png,x\ngone.png,x\n../secret.png,x\n"
    Path("data/l.csv").write_text(f"path,label\n{rows}")
    assert watched(make("csv_labels", "data/l.csv")) == ["data/a.png", "data/b.png"]
    source = make("csv_labels", "data/l.csv", allow_outside=True)
    assert watched(source) == ["data/a.png", "data/b.png", "secret.png"]


def test_a_csv_with_a_fault_is_left_to_ingest(project: Path) -> None:
    write("a.png")
    Path("l.csv").write_text("path,label\na.png,x\nb.png\n")
    assert watched(make("csv_labels", "l.csv")) == ["a.png"]
    Path("l.csv").write_bytes(b"\xff\xfe\0")
    assert watched(make("csv_labels", "l.csv")) == []


@pytest.mark.parametrize("kind", ["coco_labels", "coco_keypoints", "coco_segmentation"])
def test_files_of_coco_outside_of_the_path(project: Path, kind: str) -> None:
    write("data/a.png", "other/b.png")
    coco(Path("data"), "a.png", "../other/b.png")
    classes = {"classes": ("x", "y")} if kind == "coco_segmentation" else {}
    assert watched(make(kind, "data", annotations="l.json", **classes)) == []
    source = make(kind, "data", annotations="l.json", allow_outside=True, **classes)
    assert watched(source) == ["other/b.png"]
    coco(Path("other"))
    source = make(kind, "data", annotations="../other/l.json", allow_outside=True, **classes)
    assert watched(source) == ["other/l.json"]


@pytest.mark.parametrize("kind", ["image_folder", "mask_folder", "pts_landmarks"])
def test_what_is_in_linked_folders_outside(project: Path, kind: str) -> None:
    write("data/a/1.png", "other/2.png")
    Path("data/a/more").symlink_to("../../other")
    assert watched(make(kind, "data")) == []
    assert watched(make(kind, "data", allow_outside=True)) == ["data/a/more/2.png"]


def test_names_that_no_link_could_have(project: Path) -> None:
    names = [os.fsdecode(b"caf\xe9.png"), f"{'x' * 250}.png", "a b\n.png"]
    write(*(f"data/more/{name}" for name in names))
    Path("data/a").mkdir()
    Path("data/a/more").symlink_to("../more")
    Path("data/more").rename("more")
    Path("data/a/more").unlink()
    Path("data/a/more").symlink_to("../../more")
    source = make("image_folder", "data", allow_outside=True)
    assert len(watched(source)) == 3
    assert all(link.name.isascii() for link in write_links("x", source).iterdir())


def test_links_to_files_that_are_gone_are_removed(project: Path) -> None:
    write("a.png", "b.png")
    Path("l.csv").write_text("path,label\na.png,x\nb.png,y\n")
    folder = write_links("x", make("csv_labels", "l.csv"))
    Path("a.png").unlink()
    drop_dangling_links()
    assert [link.name for link in folder.iterdir()] == ["0000001-b.png"]


@pytest.fixture
def awkward(project: Path) -> Path:
    """A DVC project with a source at which DVC would stop."""
    from dvc.repo import Repo

    Repo.init(no_scm=True).close()
    write("data/cats/1.png", os.fsdecode(b"data/cats/caf\xe9.png"))
    Path("data/cats/gone.png").symlink_to("/nowhere.png")
    os.mkfifo("data/cats/pipe")
    return project


@pytest.mark.timeout(60)
def test_files_at_which_dvc_would_stop_are_named(awkward: Path) -> None:
    params = {"source": {"path": "data"}}
    with pytest.raises(ConvoyError) as caught:
        check_source("x", params)
    first, *rest = str(caught.value).splitlines()
    assert first == (
        "params.yaml: tasks.x.source.path: data: 3 that DVC cannot watch; "
        "remove them or list them in .dvcignore"
    )
    assert [line.rpartition(": ")[2] for line in rest] == [
        "a name that is not UTF-8",
        "a link to nothing",
        "no regular file",
    ]
    Path(".dvcignore").write_text("gone.png\npipe\ncaf*\n")
    check_source("x", params)


@pytest.mark.e2e
def test_dvc_notices_another_image(tmp_path: Path) -> None:
    project = Workspace(tmp_path)
    (tmp_path / "im").mkdir()
    names = [f"im/{number:02}.png" for number in range(20)]
    for number, name in enumerate(names):
        (tmp_path / name).write_bytes(png(number))
    rows = "".join(f"{name},{at % 2}\n" for at, name in enumerate(names))
    (tmp_path / "l.csv").write_text(f"path,label\n{rows}")
    params = project.params()
    block = params["tasks"]["objects"] | {"checks": {"classes": None}}
    block["source"] = {"kind": "csv_labels", "path": "l.csv"}
    project.write_params({"tasks": {"x": block}})
    (tmp_path / "data/incoming/x").mkdir()
    (tmp_path / "data/incoming/x/.gitkeep").touch()
    project.run("dvc", "repro", "ingest@x")
    assert "up to date" in project.run("dvc", "repro", "ingest@x")
    before = (tmp_path / "data/x/train-00000.parquet").read_bytes()
    (tmp_path / names[0]).write_bytes(png(200))
    (tmp_path / names[1]).write_bytes(png(201))
    assert "Running stage 'ingest@x'" in project.run("dvc", "repro", "ingest@x")
    assert (tmp_path / "data/x/train-00000.parquet").read_bytes() != before
    assert "up to date" in project.run("dvc", "repro", "ingest@x")
