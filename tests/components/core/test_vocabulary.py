"""The words that an exported model knows."""

from pathlib import Path

from components.core.vocabulary import VOCABULARY_FILE, read_vocabulary


def test_a_word_a_line(tmp_path: Path) -> None:
    file = tmp_path / VOCABULARY_FILE
    file.parent.mkdir()
    file.write_text("good\nna\u00efve\n\u2028\n", encoding="utf-8")
    assert read_vocabulary(tmp_path) == ["good", "na\u00efve", "\u2028"]


def test_a_model_may_know_none(tmp_path: Path) -> None:
    assert list(read_vocabulary(tmp_path)) == []
