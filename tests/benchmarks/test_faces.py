"""The runs that the networks of faces are measured by."""

from pathlib import Path

from benchmarks.faces import rows


def test_every_row_is_a_command_of_its_own() -> None:
    rendered, all_rows = list(rows(None)), list(rows(Path("/data/lfw")))
    assert all_rows[: len(rendered)] == rendered
    assert len({row.command for row in all_rows}) == len(all_rows)
    told = "convoy run faces recipe=lfw source.path=/data/lfw"
    assert told in [row.command for row in all_rows]
