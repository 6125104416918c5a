"""Runs git."""

import os
import subprocess
from pathlib import Path

from components.core.errors import ConvoyError


def git(*arguments: str, index: Path | None = None) -> str:
    """Runs git and returns what it printed.

    Args:
        *arguments: The arguments of git.
        index: An index file other than the repository's.

    Raises:
        ConvoyError: With git's own message, or when there is no git.
    """
    environment = os.environ | ({"GIT_INDEX_FILE": str(index)} if index else {})
    try:
        result = subprocess.run(
            ["git", *arguments], capture_output=True, text=True, check=False, env=environment
        )
    except OSError as error:
        raise ConvoyError(f"git: cannot be run: {error.strerror}") from None
    if result.returncode:
        raise ConvoyError(f"git {arguments[0]}: {result.stderr.strip() or result.stdout.strip()}")
    return result.stdout.rstrip("\n")
