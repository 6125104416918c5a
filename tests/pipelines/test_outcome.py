from dataclasses import replace
from pathlib import Path

import pytest

from pipelines.outcome import HEADLINES, Outcome, Report, publish

REPORT = Report(
    "digits",
    Outcome.REFUSED,
    ["accuracy 0.9 is below the threshold 0.97"],
    samples={("0", "train"): 1200, ("1", "train"): 34, ("0", "val"): 10},
    duplicates=["a.png", "b.png", "c.png", "d.png"],
    drift=["brightness: Jensen-Shannon divergence 0.400, above 0.2"],
    metrics={"accuracy": 0.9, "recall/0": 0.5},
    champion={"accuracy": 0.98},
    version="7",
    rival="3",
    tag="digits-v7",
)


def test_every_outcome_has_a_code_of_its_own_and_a_headline() -> None:
    assert len({int(outcome) for outcome in Outcome}) == len(Outcome)
    assert HEADLINES.keys() == set(Outcome)
    assert 2 not in {int(outcome) for outcome in Outcome}  # a wrong command line


def test_the_summary_tells_what_happened() -> None:
    text = REPORT.markdown()
    assert text.startswith(
        "## Retrain digits version 7: the new model was refused; the champion stays\n"
    )
    assert "- accuracy 0.9 is below the threshold 0.97" in text
    assert "1,234 new for train; 10 new for val; 4 known already (a.png, b.png, c.png, …)" in text
    assert "- brightness: Jensen-Shannon divergence 0.400, above 0.2" in text
    assert "| accuracy | 0.9 | 0.98 |" in text
    assert "recall/0" not in text
    assert "convoy compare digits 3 7" in text


@pytest.mark.parametrize("outcome", Outcome)
@pytest.mark.parametrize("rival", [None, "7"])
def test_no_version_is_to_be_compared_with_itself(outcome: Outcome, rival: str | None) -> None:
    text = replace(REPORT, outcome=outcome, rival=rival).message()
    assert "Tag `digits-v7`" in text
    assert "convoy compare" not in text


def test_files_left_out_are_counted() -> None:
    left_out = {"hidden": 1_300, "no image": 1}
    report = Report("digits", samples={("0", "train"): 2}, left_out=left_out)
    expected = "2 new for train in `data/digits`; left out: 1,300 hidden, 1 no image\n"
    assert expected in report.markdown()


def test_the_message_begins_with_a_subject_line() -> None:
    subject, empty, *body = REPORT.message().splitlines()
    assert subject == REPORT.title()
    assert empty == ""
    assert body


def test_a_dry_run_says_so() -> None:
    title = Report("digits", planned=True).title()
    assert title == "Retrain digits: a dry run; nothing was changed"


def test_without_a_champion_its_column_is_empty() -> None:
    assert "| accuracy | 0.5 |  |" in Report("digits", metrics={"accuracy": 0.5}).markdown()


def test_the_summary_goes_to_the_file_and_to_the_jobs_page(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = tmp_path / "page.md"
    page.write_text("before\n")
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(page))
    publish(REPORT, tmp_path / "deep/summary.md")
    assert (tmp_path / "deep/summary.md").read_text() == REPORT.markdown()
    assert page.read_text() == "before\n" + REPORT.markdown()


NASTY = Report(
    "digits",
    Outcome.DATA_INVALID,
    ["the label <img src=x> of `a|b`.png\nis unknown: [/b](http://x)", "at http://a:s3cr3t@host"],
    samples={("0", "train"): 1},
    duplicates=["[x](http://evil)\n# head.png", "L" * 10_000],
    drift=["*x*: far away"],
    metrics={"a|b": 0.5},
    log="one\n```\n# two http://a:s3cr3t@host",
)


def test_words_are_escaped_in_markdown() -> None:
    text = NASTY.markdown()
    assert r"- the label \<img src=x\> of \`a\|b\`.png is unknown: \[/b\](http://x)" in text
    assert r"\[x\](http://evil)\\n# head.png" in text
    assert r"- \*x\*: far away" in text
    assert r"| a\|b | 0.5 |" in text
    assert "````\none\n```\n# two http://***@host\n````" in text


def test_words_are_shown_as_they_are_in_the_terminal_and_the_commit() -> None:
    text = NASTY.message()
    assert "- the label <img src=x> of `a|b`.png is unknown: [/b](http://x)" in text
    assert "- *x*: far away" in text


def test_secrets_and_long_words_are_shown_nowhere() -> None:
    for text in (NASTY.markdown(), NASTY.message()):
        assert "s3cr3t" not in text
        assert "http://***@host" in text
        assert "(10,000 characters)" in text
        assert len(text) < 2_000


def test_many_sentences_are_counted() -> None:
    lines = Report("digits", reasons=[f"reason {at}" for at in range(100)]).markdown().splitlines()
    assert lines[-2:] == ["- reason 29", "- and 70 more"]
