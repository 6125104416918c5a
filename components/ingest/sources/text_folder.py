"""A folder with one subfolder a class, each text a file, as in `pos/0_9.txt`.

The class folders may lie in `train`, `val` and `test` folders, which then are the splits; those
that are absent are carved out of `train`. This is the layout of IMDB's reviews (Maas et al., 2011).
"""

from pathlib import Path

from components.ingest.class_folders import ClassFolderSource
from components.ingest.split_folders import SplitFolder
from components.ingest.texts import TextSource

UNLABELLED = "unlabelled"


class Source(TextSource, ClassFolderSource):
    """Text files by class folder; the folder's name is the `label`.

    Attributes:
        unlabelled: Names of folders whose texts have no label; they are left out.
    """

    unlabelled: tuple[str, ...] = ("unsup",)

    def is_class(self, folder: SplitFolder) -> bool:
        """Leaves the folders out whose texts have no label."""
        if folder[1].name in self.unlabelled:
            self.leave_out(folder[1], UNLABELLED)
            return False
        return True

    def read_sample(self, file: Path, place: str = "") -> bytes:
        """Reads a text as UTF-8."""
        return self.encode(super().read_sample(file, place), place or str(file))
