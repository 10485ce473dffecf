"""How far the work is, on the error stream."""

import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import Progress, track


def error_console() -> Console:
    """The error stream; bars are drawn where it is a terminal.

    Notebooks ask for colors by ``FORCE_COLOR``, from which rich takes a file
    for a terminal: a bar would be a line for each of its steps.
    """
    return Console(stderr=True, force_terminal=sys.stderr.isatty())


def bar(items: Iterable, words: str = 'predicting', **kwargs) -> Iterable:
    """A progress bar where the error stream is a terminal; it leaves no line.

    Args:
        items: What is worked on; a length shows how much is left.
        words: What is done.
        **kwargs: Of ``rich.progress.track``.
    """
    console = error_console()
    return track(items, words, console=console, transient=True, **kwargs)


@contextmanager
def counter(words: str) -> Iterator[Callable[[int, int], None]]:
    """A progress bar for work that counts itself.

    Args:
        words: What is done.

    Yields:
        A function to call with how much more is done, and of how much.
    """
    with Progress(console=error_console()) as progress:
        line = progress.add_task(words, visible=False)

        def advance(number: int, total: int) -> None:
            progress.update(line, advance=number, total=total, visible=True)

        yield advance
