"""What to say of a name that nothing has."""

from collections.abc import Iterable
from difflib import get_close_matches
from pathlib import Path

from components.core.faults import list_some

NAMED = 20
"""Names that a message lists."""


def describe_unknown(what: str, name: object, known: Iterable[str]) -> str:
    """`no model 'resnet'; did you mean keypoint_resnet?`, or which there are if none is near.

    Args:
        what: What the name would be of, such as `model`.
        name: The name.
        known: The names that there are.
    """
    names = list(known)
    near = find_nearest(str(name), names)
    return f"no {what} {name!r}; {suggest(near) if near else f'there are {list_names(names)}'}"


def suggest(name: str) -> str:
    """Asks whether another name was meant."""
    return f"did you mean {name}?"


def suggest_path(path: Path) -> str:
    """Asks whether a path beside was meant; nothing when none is near."""
    try:
        beside = [each.name for each in path.parent.iterdir() if not each.name.startswith(".")]
    except OSError:
        return ""
    near = find_nearest(path.name, beside)
    return f"; {suggest(str(path.with_name(near)))}" if near else ""


def list_names(names: Iterable[str]) -> str:
    """The first names, separated by commas, and how many more there are."""
    return ", ".join(list_some(list(names), NAMED)) or "none"


def find_nearest(name: str, known: Iterable[str]) -> str | None:
    """The name that was probably meant; None when none is near.

    That is the same in other capitals, else the shortest that has it as a part, else the one
    that is spelt most alike.
    """
    folded = {each.casefold(): each for each in known}
    wanted = name.casefold().strip()
    longer = sorted((each for each in folded if wanted and wanted in each), key=len)
    alike = get_close_matches(wanted, folded, n=1)
    found = next((each for each in (*longer, *alike)), None)
    return None if found is None else folded[found]
