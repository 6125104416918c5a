"""The error that a person is meant to read."""

from typing import ClassVar

from components.core.text import mask


class ConvoyError(Exception):
    """Input that convoy cannot work with.

    The message names the place (file, row, key) and the rule it breaks. The command line
    prints it without a traceback. Passwords and tokens of addresses in it are masked, because it
    goes to terminals, logs and public pages.

    Attributes:
        exit_code: What the command line ends with.
    """

    exit_code: ClassVar[int] = 1

    def __init__(self, message: str) -> None:
        super().__init__(mask(message))


class DataError(ConvoyError):
    """Samples or labels that break a rule, so that to run again would not help."""

    exit_code = 13
