"""Numbers in files of others."""

from math import isfinite, nan

from components.core.errors import ConvoyError


def read_number(text: str | None, place: str) -> float:
    """A finite number.

    Args:
        text: As it stands in a file; None where it does not.
        place: What an error message begins with.

    Raises:
        ConvoyError: When it is none.
    """
    try:
        value = float(text or "")
    except ValueError:
        value = nan
    if not isfinite(value):
        told = "is missing" if text is None else f"{text!r} is no number"
        raise ConvoyError(f"{place}: {told}")
    return value
