"""A folder with one subfolder a person, as in `Ada_Lovelace/0001.jpg` and `s1/1.pgm`.

That is the layout of Labeled Faces in the Wild, and of the faces of AT&T (ORL). Splits may lie
above the people as in `image_folder`.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, ClassVar

from components.ingest.class_folders import ClassFolderSource
from components.ingest.split_folders import SplitFolder

WITHOUT = "of a person in source.without"


class Source(ClassFolderSource):
    """Photos by person; the folder's name is the `identity`.

    Attributes:
        without: People who are left out, such as one whose photo is another's.
    """

    column: ClassVar = "identity"
    gives: ClassVar = frozenset({"identity"})

    without: frozenset[str] = frozenset()

    @classmethod
    def recognise(cls, path: Path) -> Mapping[str, Any] | None:
        """Nothing: it looks like a folder of classes, which is more often meant."""
        return None

    def is_class(self, folder: SplitFolder) -> bool:
        """Whether a folder is that of a person who is not left out."""
        _, path = folder
        if path.name in self.without:
            self.leave_out(path, WITHOUT)
            return False
        return True
