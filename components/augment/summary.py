"""What a person sees after the augment stage."""

from rich.table import Table

from components.augment.params import AugmentParams


def policy_table(params: AugmentParams) -> Table:
    """What is changed in training images and how far, for the terminal."""
    table = Table("change", "at most", title="training images")
    for name, value in params:
        if value and name not in {"copies", "online"}:
            table.add_row(name, "half of them" if value is True else f"{value:g}")
    table.add_section()
    table.add_row("copies of each", str(params.copies))
    table.add_row("anew in every epoch", "yes" if params.online else "no")
    return table
