"""Runs the nodes of one stage, with the lineage store handed on from the stage before."""

import shutil
from contextlib import nullcontext
from pathlib import Path

from components.core.errors import ConvoyError
from components.core.files import replacing
from components.core.layout import artifact_folder, lineage_file
from components.core.task import Spec
from pipelines.graph import TFX_STAGES, create_pipeline
from pipelines.progress import show_progress


def run_slice(spec: Spec, stage: str, examples: int = 0) -> Path:
    """Runs a stage's nodes into the stage's own folder.

    The stage's diary starts with a copy of the lineage store of the stage before, so the last
    stage's store holds the lineage of every artifact.

    Args:
        spec: What the stage is made of.
        stage: Its name.
        examples: Training examples in an epoch, for the stage train.

    Returns:
        The stage's folder.

    Raises:
        ConvoyError: When the stage before has not run, or a node stops the run.
    """
    from tfx.orchestration.local.local_dag_runner import LocalDagRunner
    from tfx.orchestration.pipeline import RunOptions

    folder, lineage = artifact_folder(spec.name, stage), lineage_file(spec.name, stage)
    with replacing(folder), replacing(lineage.parent):
        _hand_on_lineage(spec.name, stage, lineage)
        pipeline, nodes = create_pipeline(spec, stage, folder, lineage, examples)
        shown = nullcontext() if stage == "train" else show_progress(stage, folder)
        try:
            with shown:  # training shows its own
                LocalDagRunner().run(
                    pipeline, run_options=RunOptions(from_nodes=nodes, to_nodes=nodes)
                )
        except Exception as error:
            raise _root_cause(error) from error
    return folder


def _hand_on_lineage(task: str, stage: str, lineage: Path) -> None:
    position = TFX_STAGES.index(stage)
    if position == 0:
        return
    before = TFX_STAGES[position - 1]
    store = lineage_file(task, before)
    if not store.is_file():
        raise ConvoyError(f"{store}: not found; run the stage {before} of {task} first")
    shutil.copyfile(store, lineage)


def _root_cause(error: Exception) -> BaseException:
    """The ConvoyError that Beam or TFX wrapped, or the error itself."""
    cause: BaseException | None = error
    while cause is not None and not isinstance(cause, ConvoyError):
        cause = cause.__cause__ or cause.__context__
    return cause or error
