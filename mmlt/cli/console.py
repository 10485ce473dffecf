"""A console that a person can follow; the whole log is in its file.

mmengine writes every line of the log of a run to the console too: before the
first epoch the environment, the config and the order of the hooks, hundreds
of lines, and in each epoch two that say nothing new.
"""

import logging
import re
from collections.abc import Iterator
from contextlib import contextmanager

from mmengine.logging import MMLogger

__all__ = ['quiet_console']

# how the messages begin that are for the file alone
FOR_THE_FILE = (
    'System environment:',
    'Config:',
    'Hooks will be executed in the following order:',
    'Distributed training is not used, ',
    'Exp name: ',
    'Saving checkpoint at ',
    # of mmengine about itself
    '"FileClient" will be deprecated',
    '"HardDiskBackend" is the alias',
)
ALL_NUMBERS = re.compile(r'Epoch\(test\) \[[^]]*\]\s+\w+/\w+: ')


class NotForTheFileAlone(logging.Filter):
    """Lets through what a person wants to see while a run goes on."""

    def __init__(self, has_table: bool) -> None:
        super().__init__()
        self.has_table = has_table

    def filter(self, record: logging.LogRecord) -> bool:
        """Whether a message is shown."""
        text = record.getMessage().lstrip('\n-')
        if self.has_table and ALL_NUMBERS.match(text):
            return False
        return not text.startswith(FOR_THE_FILE)


@contextmanager
def quiet_console(
    verbose: bool = False, has_table: bool = False
) -> Iterator[None]:
    """Show the lines of a run that are for a person, and where the others are.

    Args:
        verbose: Whether every line is shown, as mmengine does.
        has_table: Whether a test ends with a table; the line of all of its
            numbers, some fifty in three units, is then for the file.
    """
    if verbose:
        yield
        return
    init = MMLogger.__init__

    def quiet_init(self, *args, **kwargs) -> None:
        init(self, *args, **kwargs)
        files = [
            handler.baseFilename
            for handler in self.handlers
            if isinstance(handler, logging.FileHandler)
        ]
        for handler in self.handlers:
            if files and type(handler) is logging.StreamHandler:
                handler.addFilter(NotForTheFileAlone(has_table))
        for file in files:
            self.info(f'The whole log: {file}')

    # a runner makes its logger and writes to it in one go
    MMLogger.__init__ = quiet_init
    try:
        yield
    finally:
        MMLogger.__init__ = init
