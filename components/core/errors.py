"""The error that a person is meant to read."""


class ConvoyError(Exception):
    """Input that convoy cannot work with.

    The message names the place (file, row, key) and the rule it breaks. The command line
    prints it without a traceback and exits with code 1.
    """
