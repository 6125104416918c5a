"""Words from outside are shown as they are, wherever they go, but for what is secret or endless."""

import html

import pytest
from bs4 import BeautifulSoup
from hypothesis import given
from hypothesis import strategies as st
from jinja2 import Environment
from markdown_it import MarkdownIt

from components.core.errors import ConvoyError
from components.core.text import (
    LINE,
    LINES,
    LONGEST,
    SHOWN,
    code_block,
    csv_cell,
    markdown,
    mask,
    message,
    sentence,
    word,
)

NASTY = st.text(alphabet="[]()*_`~<>&|#!\\-+=.0123 ab/:;'\"\n$", max_size=60)


class TestSecrets:
    @pytest.mark.parametrize(
        ("text", "masked"),
        [
            ("MLflow at http://alice:s3cr3t@host:9/x: no", "MLflow at http://***@host:9/x: no"),
            ("https://ghp_s3cr3t@github.com/a/b.git", "https://***@github.com/a/b.git"),
            ("postgresql+psycopg://u:s3cr3t@h/db?sslmode=on", "postgresql+psycopg://***@h/db?sslmode=on"),
            ("http://alice:s3@cr3t@host", "http://***@host"),
            ("http://alice:s3/cr3t@host:9", "http://***@host:9"),
            ("http://alice:s3#cr?3t@host", "http://***@host"),
            ("'http://a:s3cr3t@one' and 'http://b:s3cr3t@two'", "'http://***@one' and 'http://***@two'"),
            ("s3://b/k?X-Amz-Signature=s3cr3t&part=2", "s3://b/k?X-Amz-Signature=***&part=2"),
            ("/api?a=1&access_token=s3cr3t, next", "/api?a=1&access_token=***, next"),
            ("azure://c?sig=s3cr3t", "azure://c?sig=***"),
        ],
    )  # fmt: skip
    def test_passwords_and_tokens_are_hidden(self, text: str, masked: str) -> None:
        assert mask(text) == masked
        assert "s3cr3t" not in str(ConvoyError(text))
        for show in (word, message, sentence, markdown, code_block):
            assert "s3cr3t" not in show(text)

    @pytest.mark.parametrize(
        "text",
        [
            "sqlite:////home/a@b/mlflow.db",
            "models:/digits@champion",
            "git@github.com:a/b.git",
            "http://127.0.0.1:5000: a@b.c is no label",
            "tasks.digits.seed=3",
        ],
    )
    def test_nothing_else_is(self, text: str) -> None:
        assert mask(text) == text


class TestBounds:
    def test_a_long_label_shows_its_beginning_and_its_length(self) -> None:
        assert word("L" * 10_000) == "L" * SHOWN + "… (10,000 characters)"
        assert word("L" * LONGEST) == "L" * LONGEST

    def test_what_stands_behind_a_long_word_stays(self) -> None:
        text = message(f"a.csv: the label {'L' * 10_000} is not among checks.classes")
        assert text.startswith("a.csv: the label LLLL")
        assert text.endswith("(10,000 characters) is not among checks.classes")
        assert len(text) < 200

    def test_lines_are_bounded_in_length_and_number(self) -> None:
        assert len(message("a b " * 10_000)) < LINE + 50
        lines = message("\n".join(map(str, range(100)))).split("\n")
        assert lines[-2:] == [f"{LINES - 1}", f"… and {100 - LINES} more lines"]

    @pytest.mark.parametrize("part", ["://", "://a:", "?key", "&a=", "[`", "@"])
    def test_a_megabyte_of_beginnings_is_no_trap(self, part: str) -> None:
        assert len(message(f"{part * (1_000_000 // len(part))}@")) < LONGEST


class TestTerminal:
    def test_what_cannot_be_printed_is_an_escape(self) -> None:
        assert word("\x1b[31mred\r\n\x07\u202e\udcff") == r"\x1b[31mred\r\n\x07\u202e\udcff"
        assert word("Größe 日本 👍") == "Größe 日本 👍"

    def test_the_lines_of_a_message_stay_and_are_one_in_a_sentence(self) -> None:
        assert message("a:\n  b\x1b[2J") == "a:\n  b\\x1b[2J"
        assert sentence("a:\n  b") == "a:   b"

    @given(text=st.text())
    def test_everything_is_printable(self, text: str) -> None:
        assert word(text).isprintable()
        assert all(line.isprintable() for line in message(text).split("\n"))


class TestMarkdown:
    """`markdown-it` is what renders Markdown for `rich`, and follows CommonMark."""

    @given(text=NASTY)
    def test_it_is_rendered_as_it_is(self, text: str) -> None:
        shown = markdown(text)
        page = BeautifulSoup(render(f"- {shown}"), "html.parser")
        assert page.get_text().split() == text.split()
        assert {tag.name for tag in page.find_all()} <= {"ul", "li", "p"}

    @given(text=NASTY)
    def test_a_cell_of_a_table_too(self, text: str) -> None:
        page = BeautifulSoup(
            render(f"| a | b |\n|---|---|\n| {markdown(text)} | end |"), "html.parser"
        )
        first, last = (cell.get_text() for cell in page.select("td"))
        assert (first.split(), last) == (text.split(), "end")

    def test_plain_words_stay_plain(self) -> None:
        text = "macro_f1 0.9 is below the threshold 0.97 (a.png, 3-4 images)"
        assert markdown(text) == text

    @given(text=NASTY)
    def test_no_line_ends_a_code_block(self, text: str) -> None:
        tokens = MarkdownIt().parse(code_block(f"{text}\n```\n# loose"))
        assert [token.type for token in tokens] == ["fence"]


def render(text: str) -> str:
    return MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"]).render(text)


class TestSpreadsheets:
    @pytest.mark.parametrize(
        "text", ["=1+1", "+1+1", "-1+1", "@SUM(A1)", "\t=1", "\r=1", "\uff1d1+1", "-"]
    )
    def test_formulas_become_text(self, text: str) -> None:
        assert csv_cell(text) == f"'{text}"

    @pytest.mark.parametrize("value", ["cat", "-1", "+2.5e3", "a=b", "", -1, -1.5, None, True])
    def test_all_else_stays(self, value: object) -> None:
        assert csv_cell(value) is value


@given(text=st.text())
def test_html_is_left_to_jinja(text: str) -> None:
    page = Environment(autoescape=True).from_string("<p>{{ text }}</p>").render(text=text)
    assert (
        page == f"<p>{html.escape(text).replace('&quot;', '&#34;').replace('&#x27;', '&#39;')}</p>"
    )
