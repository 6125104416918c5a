"""Words from outside, made fit to be shown: secrets masked, escaped for where they go, bounded.

Words from outside are labels, names of files, texts of exceptions, addresses: whatever convoy did
not write itself. Terminal, Markdown and CSV each have one function here; HTML is left to Jinja,
which escapes all that a template is given.
"""

import re
from collections.abc import Sequence
from typing import Any

LONGEST = 255
"""Characters of a word that is shown as a whole; the name of a file has no more."""

SHOWN = 80
"""Characters that are shown of a longer word."""

LINE = 1_000
LINES = 40
"""Characters of a line, and lines of a message, that are shown."""

MASK = "***"

CHUNK = re.compile(r"""[^\s"'`<>]++""")
"""Where an address may be; neither it nor its password goes on behind it."""

# greedy, as a password may hold the very characters that end an address
USER = re.compile(
    r"""
    ://
    (?: [^/?\#]*    # user, password or token
      | [^/:]+:.*   # the same, with a slash in the password
    ) @
    """,
    re.VERBOSE,
)
TOKEN = re.compile(
    r"""
    (?P<before>[?&;][\w.-]*(?:auth|credential|key|passw(?:or)?d|pwd|secret|sig|signature|token)=)
    [^&;,\#\s"'`<>]+
    """,
    re.VERBOSE | re.IGNORECASE,
)

INLINE = re.compile(r"(?<!\w)_|_(?!\w)|[\\`*\[\]<>|~$]|&(?=#?\w+;)")
"""What formats text within a line of Markdown; an underscore within a word does not."""

LINE_START = re.compile(r"^(?P<digits>\d*)(?P<mark>[-+#=]|(?<=\d)[.)])")
FENCES = re.compile(r"`{3,}")

FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")
"""How a cell begins that spreadsheets take for a formula; the last four are of full width."""


def mask(text: str) -> str:
    """Hides users and passwords of addresses, and tokens in what is asked of them.

    `http://alice:secret@host?token=abc` becomes `http://***@host?token=***`.
    """
    text = CHUNK.sub(_mask_user, text)
    return TOKEN.sub(rf"\g<before>{MASK}", text)


def _mask_user(found: re.Match[str]) -> str:
    before, at, after = found[0].rpartition("@")  # where there is none, nothing is looked for
    return USER.sub(f"://{MASK}@", before + at) + after


def word(value: object) -> str:
    r"""A word of the data as one line: a label, the name of a file, a reason.

    What cannot be printed becomes an escape such as `\x1b`. Of an overlong word the beginning is
    shown, and how long it is.
    """
    return _one_line(str(value), LONGEST, SHOWN)


def message(text: object) -> str:
    """A message of some lines, for a terminal or a log, with words from outside in it.

    Its own line breaks stay. Overlong words are cut, so that what stands behind them is still
    to be read; then overlong lines, then lines beyond the fortieth.
    """
    lines = mask(str(text)).split("\n")
    cut = (re.sub(r"\S+", lambda found: word(found[0]), line) for line in lines[:LINES])
    shown = [_one_line(line, LINE, LINE) for line in cut]
    if len(lines) > LINES:
        shown.append(f"… and {len(lines) - LINES:,} more lines")
    return "\n".join(shown)


def sentence(text: object) -> str:
    """A message in one line."""
    return message(str(text).replace("\n", " ")).strip()


def markdown(text: object) -> str:
    """A message as one line of Markdown that shows it as it is."""
    escaped = INLINE.sub(r"\\\g<0>", sentence(text))
    return LINE_START.sub(r"\g<digits>\\\g<mark>", escaped)


def name_some(words: Sequence[object], shown: int = 20) -> str:
    """Words of the data as Markdown, `a, b and 3 more` where they are many.

    Args:
        words: All of them.
        shown: How many are named.
    """
    named = ", ".join(markdown(word(each)) for each in words[:shown])
    return f"{named} and {len(words) - shown:,} more" if len(words) > shown else named


def code_block(text: object) -> str:
    """Lines as a block of Markdown that none of them ends."""
    lines = message(text)
    fence = max(["```", *(f"{ticks}`" for ticks in FENCES.findall(lines))], key=len)
    return f"{fence}\n{lines}\n{fence}"


def csv_cell(value: Any) -> Any:
    """A cell that a spreadsheet takes for what it is.

    Text that begins like a formula gets an apostrophe in front, as one would type it; numbers
    stay, those that are text too, such as the label `-1`.
    """
    if not isinstance(value, str) or not value.startswith(FORMULA):
        return value
    return value if _is_number(value) else f"'{value}"


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return text.isprintable()


def _one_line(text: str, longest: int, shown: int) -> str:
    """Text with escapes for what cannot be printed, and cut when it is longer than the longest."""
    masked = mask(text)
    line = masked if masked.isprintable() else "".join(map(_escape, masked))
    return line if len(line) <= longest else f"{line[:shown]}… ({len(masked):,} characters)"


def _escape(letter: str) -> str:
    return letter if letter.isprintable() else letter.encode("unicode_escape").decode("ascii")
