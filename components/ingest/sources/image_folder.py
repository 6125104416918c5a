"""A folder with one subfolder a class, as in `cats/tom.jpg`.

The class folders may lie in `train`, `val` and `test` folders, which then are the splits;
those that are absent are carved out of `train`.
"""

from components.ingest.class_folders import ClassFolderSource


class Source(ClassFolderSource):
    """Image files by class folder; the folder's name is the `label`."""
