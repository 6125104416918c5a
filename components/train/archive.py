"""Writes `.keras` files that are the same when the networks are."""

import json
import re
import zipfile
from itertools import count
from pathlib import Path

import keras

SHARED = re.compile(r'"shared_object_id": (\d+)')


def save_network(network: keras.Model, file: Path) -> None:
    """Saves a network as Keras does, without what tells when and by which process.

    Keras notes the time in the zip and in its `metadata.json`, and numbers the objects that
    several layers share by where they lie in memory. Its loader reads no time, and takes any
    numbers that tell the objects apart.

    Args:
        network: The network.
        file: A file whose name ends in `.keras`.
    """
    network.save(file)
    with zipfile.ZipFile(file) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    parts["metadata.json"] = _without_time(parts["metadata.json"])
    parts["config.json"] = _renumbered(parts["config.json"].decode()).encode()
    with zipfile.ZipFile(file, "w") as archive:
        for name, content in parts.items():
            archive.writestr(zipfile.ZipInfo(name), content)  # of 1980, as zip has no earlier time


def _without_time(metadata: bytes) -> bytes:
    facts = json.loads(metadata)
    del facts["date_saved"]
    return json.dumps(facts).encode()


def _renumbered(config: str) -> str:
    numbers: dict[str, int] = {}
    following = count()

    def renumber(found: re.Match[str]) -> str:
        number = numbers.setdefault(found[1], next(following))
        return f'"shared_object_id": {number}'

    return SHARED.sub(renumber, config)
