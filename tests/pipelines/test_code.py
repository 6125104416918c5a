from pathlib import Path

from pipelines.code import code_hashes, module_file

ROOT = Path(__file__).parents[2]


def test_imports_are_followed_within_the_project_and_into_functions(project: Path) -> None:
    for package in ("components", "models", "pipelines"):
        (project / package).symlink_to(ROOT / package)
    hashes = code_hashes(["components.core.files", "models.unet"])
    assert {"components/core/files.py", "models/unet.py", "models/__init__.py"} <= set(hashes)
    assert "models/shared/pixels.py" in hashes  # which U-Net is built from
    assert "models/fcn.py" not in hashes
    assert "components/core/parts.py" not in hashes


def test_a_file_outside_the_packages_is_read_for_its_imports(project: Path) -> None:
    (project / "components").symlink_to(ROOT / "components")
    (project / "helper.py").write_text("import os\n")
    (project / "toy.py").write_text(
        "from components.core import errors\n\n\ndef late() -> None:\n    import helper\n"
    )
    assert set(code_hashes(["toy"])) == {
        "components/__init__.py",
        "components/core/__init__.py",
        "components/core/errors.py",
        "components/core/text.py",
        "helper.py",
        "toy.py",
    }


def test_an_edit_changes_the_hash_of_its_file_alone(project: Path) -> None:
    (project / "helper.py").write_text("A = 1\n")
    (project / "toy.py").write_text("import helper\n")
    before = code_hashes(["toy"])
    (project / "helper.py").write_text("A = 2\n")
    after = code_hashes(["toy"])
    assert after["toy.py"] == before["toy.py"]
    assert after["helper.py"] != before["helper.py"]


def test_modules_of_libraries_are_no_files_of_the_project(project: Path) -> None:
    assert module_file("json") is None
    assert code_hashes(["json", "numpy"]) == {}
