"""What a picture of a report is: panels, and what is said under them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from matplotlib.figure import Figure, SubFigure

from .names import by_recipe
from .record import RunRecord

__all__ = ['Panel', 'Picture', 'floats', 'seed_note', 'shown_runs']

Draw = Callable[[SubFigure | Figure], object]


@dataclass(frozen=True)
class Panel:
    """One drawing.

    Args:
        key: Name of its file, unique in the report.
        label: What it shows, for those who cannot see it.
        draw: Draws it into a figure.
        width: Inches.
        height: Inches.
    """

    key: str
    label: str
    draw: Draw
    width: float = 3.6
    height: float = 3.2


@dataclass(frozen=True)
class Picture:
    """Panels that belong together, and what is said under them.

    Args:
        key: Name.
        caption: What is said.
        panels: The drawings.
        columns: How many go in a row where there is room.
    """

    key: str
    caption: str
    panels: list[Panel]
    columns: int = 3


def shown_runs(records: Sequence[RunRecord]) -> dict[str, RunRecord]:
    """The first run of each recipe, by name."""
    return {name: group[0] for name, group in by_recipe(records).items()}


def seed_note(records: Sequence[RunRecord]) -> str:
    """What is said where of several seeds one is shown, or ''."""
    if all(len(group) == 1 for group in by_recipe(records).values()):
        return ''
    return ' Of several seeds the first is shown.'


def floats(values: Sequence[float | None]) -> list[float]:
    """Numbers of a record, nan for None."""
    return [float('nan') if v is None else v for v in values]
