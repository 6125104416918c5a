"""The scripts behind the README's figures; they run from the root of a checkout."""

from pipelines.quiet import silence_libraries

silence_libraries()
