"""The identity of a folder: what it is made of, wherever it lies."""

import hashlib
from pathlib import Path


def folder_digest(folder: Path) -> str:
    """SHA-256 of every file below a folder: of its relative name and its content."""
    digest = hashlib.sha256()
    for file in sorted(file for file in folder.rglob("*") if file.is_file()):
        with file.open("rb") as stream:
            content = hashlib.file_digest(stream, "sha256").hexdigest()
        digest.update(f"{file.relative_to(folder).as_posix()}\0{content}\n".encode())
    return digest.hexdigest()
