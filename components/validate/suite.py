"""Runs a suite of Great Expectations over a table and writes its Data Docs."""

import warnings
from collections.abc import Sequence
from pathlib import Path

import great_expectations as gx
import pandas as pd
from great_expectations.checkpoint import UpdateDataDocsAction
from great_expectations.data_context import FileDataContext
from great_expectations.expectations import Expectation

from components.core.errors import ConvoyError
from components.validate.docs import make_offline, write_index
from components.validate.findings import Outcome, read_outcome, rule_name
from components.validate.rows import Place
from components.validate.view import VIEW

DATA_DOCS = "data_docs"
CONTEXT = "great_expectations"

SITE = {
    "class_name": "SiteBuilder",
    "show_how_to_buttons": False,
    "store_backend": {
        "class_name": "TupleFilesystemStoreBackend",
        "base_directory": f"../{DATA_DOCS}",
    },
    "site_index_builder": {"class_name": "DefaultSiteIndexBuilder"},
    "site_section_builders": {"expectations": {"view": VIEW}, "validations": {"view": VIEW}},
}


def run_suite(
    name: str,
    expectations: Sequence[Expectation],
    rows: pd.DataFrame,
    place: Place,
    folder: Path,
) -> list[Outcome]:
    """Checks the rows; keeps suite and results in the folder, as files and as Data Docs.

    Args:
        name: The name of the suite.
        expectations: The rules, each with a name of its own (`description`).
        rows: The table.
        place: Its columns that say where a row comes from.
        folder: Gets `data_docs/index.html` and the context `great_expectations`.

    Returns:
        The outcomes in the order of the expectations.

    Raises:
        ConvoyError: When two rules have the same name.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        context = gx.get_context(mode="file", context_root_dir=folder / CONTEXT)
        context.variables.progress_bars = {"globally": False}
        context.update_data_docs_site("local_site", SITE)
        checkpoint = make_checkpoint(context, name, expectations, place)
        (result,) = checkpoint.run(batch_parameters={"dataframe": rows}).run_results.values()
    found = [read_outcome(each, place) for each in result.results]
    outcomes = {outcome.rule: outcome for outcome in found}
    if len(outcomes) < len(expectations):
        raise ConvoyError(f"{name}: two rules have the same name; describe each expectation")
    # results come by column; the suite has them in its own order
    order = [rule_name(expectation.configuration) for expectation in expectations]
    ordered = [outcomes[rule] for rule in order]
    make_offline(folder / DATA_DOCS)
    write_index(name, ordered, folder / DATA_DOCS)
    return ordered


def make_checkpoint(
    context: FileDataContext, name: str, expectations: Sequence[Expectation], place: Place
) -> gx.Checkpoint:
    """A checkpoint that names every row that breaks a rule, and updates the Data Docs."""
    asset = context.data_sources.add_pandas("parquet").add_dataframe_asset(name)
    suite = context.suites.add(gx.ExpectationSuite(name, expectations=list(expectations)))
    definition = gx.ValidationDefinition(
        name=name, data=asset.add_batch_definition_whole_dataframe("all rows"), suite=suite
    )
    checkpoint = gx.Checkpoint(
        name=name,
        validation_definitions=[context.validation_definitions.add(definition)],
        actions=[UpdateDataDocsAction(name="data docs")],
        result_format={
            "result_format": "COMPLETE",
            "unexpected_index_column_names": list(place),
        },
    )
    return context.checkpoints.add(checkpoint)
