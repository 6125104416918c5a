"""The fixtures of a project with a champion."""

from tests.registered import register, spec
from tests.serving import loaded, promoted

__all__ = ["loaded", "promoted", "register", "spec"]
