"""The rules that the data had to keep, and what was found."""

from __future__ import annotations

import pandas as pd

from components.core.layout import RULES_FILE
from pipelines.reports.page.content import Badge, Cell, Links, Section, Table, number
from pipelines.reports.page.sources import Sources

STAGE = "validate"


def validation(sources: Sources) -> Section | None:
    """A row a rule; what breaks one is named in the Data Docs."""
    rules = sources.table(STAGE, RULES_FILE)
    docs = sources.report(STAGE, "data_docs/index.html")
    if rules is None:
        return None
    broken = int((~rules["success"].astype(bool)).sum())
    text = (
        f"{broken} of {len(rules)} rules are broken."
        if broken
        else (f"All {len(rules)} rules are kept.")
    )
    rows = [_row(rule) for _, rule in rules.iterrows()]
    table = Table("Rules", ["rule", "state", "findings"], rows, numeric=frozenset({2}))
    links = (
        {"Data Docs: every rule, and the rows that break it": sources.link(docs)} if docs else {}
    )
    return Section("rules", "Rules for the data", text, [table, Links(links)])


def _row(rule: pd.Series) -> list[Cell]:
    if rule["success"]:
        state = Badge("kept", "good")
    elif rule["severity"] == "error":
        state = Badge("error", "bad")
    else:
        state = Badge("warning", "warning")
    return [str(rule["rule"]), state, number(rule["unexpected"])]
