"""Keeps some of the inputs, to be labelled."""

import hashlib
import logging
from pathlib import Path

from components.core.text import message
from components.serve.params import KeepParams

LOG = logging.getLogger("convoy.serve")
PRIVATE = 0o700
PREFIX = 8
"""Hexadecimal digits of a hash that choose."""


class Keeper:
    """Writes a share of the inputs into a folder, each under the hash of its bytes.

    The same bytes are chosen or not, and are never kept twice. Files that are moved into a folder
    a class are what `convoy retrain --data` takes.
    """

    def __init__(self, params: KeepParams, task: str) -> None:
        """Makes the folder, which only its owner can look into."""
        self._params = params
        self._folder = params.folder / task if params.folder else None
        if self._folder is not None:
            self._folder.mkdir(PRIVATE, parents=True, exist_ok=True)

    @property
    def keeps(self) -> bool:
        """Whether anything is kept."""
        return self._folder is not None

    def keep(self, sample: bytes) -> None:
        """Keeps a sample if it is chosen and there is room."""
        digest = hashlib.sha256(sample).hexdigest()
        chosen = int(digest[:PREFIX], 16) < self._params.share * 16**PREFIX
        if self._folder is None or not chosen:
            return
        try:
            self._write(self._folder, digest, sample)
        except OSError as error:
            LOG.warning("%s: nothing is kept: %s", self._folder, message(error.strerror))

    def _write(self, folder: Path, digest: str, sample: bytes) -> None:
        kept = [each for each in folder.iterdir() if each.is_file()]
        if len(kept) < self._params.most and not (folder / digest).exists():
            unfinished = folder / f".{digest}"
            unfinished.write_bytes(sample)
            unfinished.replace(folder / digest)
