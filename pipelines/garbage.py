"""Keeps Python's garbage collector from searching the modules of large libraries."""

import atexit
import gc

ALLOCATIONS = 50_000
"""Objects that are made before the collector looks again; Python's own number is 700."""


def spare_libraries() -> None:
    """Lets the collector run less often, and not over what is left when Python ends.

    Call before importing them. TensorFlow, TFX, MLflow and Great Expectations are a million
    objects that live as long as the process. Python searches them again and again while they
    are made, and again when it ends: 18 seconds to import and leave all four, 9 without that
    (2 cores).
    """
    gc.set_threshold(ALLOCATIONS)
    atexit.register(gc.freeze)


def forget_libraries() -> None:
    """Takes all that there is out of the collector's sight.

    Call once libraries are imported and before models are loaded, which can then still be let go
    of. A search of half a million objects stops every thread of a server for a quarter of a second.
    """
    gc.collect()
    gc.freeze()
