"""The scripts behind the README's figures; they run from the root of a checkout."""

from components.core.quiet import silence_libraries

silence_libraries()
