"""Runs the nodes of one stage, with the lineage store handed on from the stage before."""

import shutil
from pathlib import Path

from tfx.orchestration.local.local_dag_runner import LocalDagRunner
from tfx.orchestration.pipeline import RunOptions

from components.core.errors import ConvoyError
from components.core.files import replacing
from components.core.layout import METADATA, artifact_folder
from pipelines.graph import SLICES, create_pipeline
from pipelines.project import load_task

LOCAL_IMAGE = "--sdk_container_image=local"
"""Any image: without one, TFX packs itself into an archive for every Beam node."""


def run_slice(task: str, stage: str) -> Path:
    """Runs a stage's nodes into the stage's own folder.

    The folder starts with a copy of the lineage store of the stage before, so the last
    stage's store holds the lineage of every artifact.

    Returns:
        The stage's folder.

    Raises:
        ConvoyError: When the stage before has not run, or a node stops the run.
    """
    _, params = load_task(task)
    folder = artifact_folder(task, stage)
    with replacing(folder):
        _hand_on_lineage(task, stage, folder)
        beam_args = (LOCAL_IMAGE, *params.prepare.beam_args)
        pipeline = create_pipeline(task, folder, folder / METADATA, beam_args)
        nodes = SLICES[stage]
        try:
            LocalDagRunner().run(pipeline, run_options=RunOptions(from_nodes=nodes, to_nodes=nodes))
        except Exception as error:
            raise _root_cause(error) from error
    return folder


def _hand_on_lineage(task: str, stage: str, folder: Path) -> None:
    stages = list(SLICES)
    position = stages.index(stage)
    if position == 0:
        return
    before = stages[position - 1]
    store = artifact_folder(task, before) / METADATA
    if not store.is_file():
        raise ConvoyError(f"{store}: not found; run the stage {before} of {task} first")
    shutil.copyfile(store, folder / METADATA)


def _root_cause(error: Exception) -> BaseException:
    """The ConvoyError that Beam or TFX wrapped, or the error itself."""
    cause: BaseException | None = error
    while cause is not None and not isinstance(cause, ConvoyError):
        cause = cause.__cause__ or cause.__context__
    return cause or error
