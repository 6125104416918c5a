from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from components.core.lines import read_lines, write_lines

LINES = st.lists(st.text(st.characters(codec="utf-8", exclude_characters="\r\n"), max_size=8))


@given(LINES)
@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_what_is_written_is_read(tmp_path: Path, lines: list[str]) -> None:
    write_lines(tmp_path / "words.txt", lines)
    assert read_lines(tmp_path / "words.txt") == lines
