"""A folder a person."""

from pathlib import Path

from components.ingest.sources.identity_folder import Source


def test_the_folder_names_the_person(tmp_path: Path) -> None:
    for name in ("Ada/2.jpg", "Ada/1.pgm", "s1/1.pgm", "s1/notes.txt", "list.csv"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(name.encode())
    source = Source(kind="identity_folder", path=tmp_path)
    assert [(each.path, each.labels) for each in source.read()] == [
        ("Ada/1.pgm", {"identity": "Ada"}),
        ("Ada/2.jpg", {"identity": "Ada"}),
        ("s1/1.pgm", {"identity": "s1"}),
    ]
    assert sum(source.left_out().values()) == 2


def test_it_is_not_taken_for_granted(tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "1.png").write_bytes(b"1")
    assert Source.recognise(tmp_path) is None


def test_people_may_be_left_out(tmp_path: Path) -> None:
    for name in ("Ada", "Bob"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "1.png").write_bytes(name.encode())
    source = Source(kind="identity_folder", path=tmp_path, without=["Bob", "Cy"])
    assert [each.labels["identity"] for each in source.read()] == ["Ada"]
    assert source.left_out() == {"of a person in source.without": 1}
