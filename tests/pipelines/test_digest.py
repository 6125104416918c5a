from pathlib import Path

from components.core.files import folder_digest


def write(folder: Path, files: dict[str, str]) -> str:
    for name, content in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(content)
    return folder_digest(folder)


def test_the_digest_is_of_names_and_contents(tmp_path: Path) -> None:
    files = {"a.txt": "1", "deep/b.txt": "2"}
    digest = write(tmp_path / "first", files)
    assert write(tmp_path / "second", files) == digest
    assert write(tmp_path / "other", {**files, "a.txt": "3"}) != digest
    assert write(tmp_path / "moved", {"a.txt": "1", "b.txt": "2"}) != digest
    assert write(tmp_path / "joined", {"a.txt": "12", "deep/b.txt": ""}) != digest
