"""Names of folders and labels that mean a split, such as `Training`, `Testing` or `seg_train`."""

import re
from collections import defaultdict
from collections.abc import Iterable

from components.core.errors import DataError
from components.core.faults import list_some
from components.core.table import SPLITS

WORDS = {
    "train": r"train(?:ing)?|trn",
    "val": r"val(?:id(?:ation)?)?|dev|eval(?:uation)?",
    "test": r"test(?:ing)?|tst|hold_?out",
}
"""What the splits are called elsewhere, as regular expressions."""

SPLIT_WORD = re.compile(
    "(?<![a-z])(?:"
    + "|".join(f"(?P<{split}>{words})" for split, words in WORDS.items())
    + r")(?:[_ -]?(?:set|split|data|images?))?(?![a-z])"
)
CAMEL_CASE = re.compile(r"(?<=[a-z])(?=[A-Z])")

REMEDY = f"folders and values of splits are named {', '.join(SPLITS)}"


def find_splits(names: Iterable[str]) -> list[str]:
    """Those of the names that cannot be meant as classes because together they mean splits.

    They are the same but for a word for a split, of which there are two at least: `seg_train` and
    `seg_test` are splits; `train_station` and `test_tube`, or `train` beside `bus`, are not.

    Returns:
        The names in alphabetical order, or none.
    """
    groups: dict[str, dict[str, str]] = defaultdict(dict)
    for name in set(names):
        if found := SPLIT_WORD.search(_plain(name)):
            groups[_rest(name)][name] = str(found.lastgroup)
    meant = (name for group in groups.values() if len({*group.values()}) > 1 for name in group)
    return sorted(meant)


def is_split(name: str) -> bool:
    """Whether a name is a word for a split and nothing else: `Training` or `test_set`."""
    found = SPLIT_WORD.search(_plain(name))
    return found is not None and not _rest(name)


def check_class_folders(place: object, names: Iterable[str]) -> None:
    """Checks that folders which are taken for classes do not mean splits.

    Args:
        place: The folder that they are in.
        names: Their names.

    Raises:
        DataError: When they do.
    """
    if found := find_splits(names):
        raise DataError(
            f"{place}: {', '.join(list_some(found))} mean splits but would be taken for classes; "
            f"{REMEDY}"
        )


def _rest(name: str) -> str:
    """The letters of a name beside the word for a split."""
    return re.sub(r"[\W\d_]+", "", SPLIT_WORD.sub("", _plain(name), count=1))


def _plain(name: str) -> str:
    return CAMEL_CASE.sub("_", name).lower()
