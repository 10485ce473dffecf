"""How far the work is, on the error stream."""

from collections.abc import Iterable

from rich.console import Console
from rich.progress import track


def bar(items: Iterable, words: str = 'predicting', **kwargs) -> Iterable:
    """A progress bar where the error stream is a terminal; it leaves no line.

    Args:
        items: What is worked on; a length shows how much is left.
        words: What is done.
        **kwargs: Of ``rich.progress.track``.
    """
    console = Console(stderr=True)
    return track(items, words, console=console, transient=True, **kwargs)
