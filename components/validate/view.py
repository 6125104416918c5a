"""How Great Expectations turns results into pages, with names and labels as text."""

import html
from typing import Any

from great_expectations.render.view import DefaultJinjaPageView
from jinja2 import pass_context

VIEW = {"module_name": __name__, "class_name": "TextView"}
"""For a section of a site of Data Docs."""


class TextView(DefaultJinjaPageView):
    """Escapes the cells of tables, which Great Expectations 1.x puts into a page as they are."""

    @pass_context
    def render_content_block(
        self, jinja_context: Any, content_block: Any, *rest: Any, **options: Any
    ) -> Any:
        """Renders what has a type of its own as ever, and all else as text."""
        if isinstance(content_block, str):
            return html.escape(content_block)
        if isinstance(content_block, list):
            content_block = [_escape(each) for each in content_block]
        return super().render_content_block(jinja_context, content_block, *rest, **options)


def _escape(each: Any) -> Any:
    return html.escape(each) if isinstance(each, str) else each
