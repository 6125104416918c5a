"""The fixtures of a project with registered models."""

from tests.registered import register, spec, test_split

__all__ = ["register", "spec", "test_split"]
