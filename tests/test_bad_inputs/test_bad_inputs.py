"""A user's mistake ends in one line that says what to do, in every command.

The rows lie in the files beside this one, by what is wrong.
"""

import re
from pathlib import Path

import pytest

from . import (
    checkpoints,
    command_lines,
    configs,
    folders,
    given_predictions,
    networks,
    prediction_files,
    projects,
    sets,
)
from .in_process import run

KINDS = (
    configs,
    command_lines,
    sets,
    checkpoints,
    networks,
    prediction_files,
    given_predictions,
    folders,
    projects,
)
ROWS = [
    pytest.param(row, id=f'{kind.__name__.split(".")[-1]}-{row.name}')
    for kind in KINDS
    for row in kind.ROWS
]
# what a run that stops while it is built may leave
LOGS = ('*.log', '*.py', 'run.json', '*/vis_data/*', '.training.lock')


def files_in(folder: Path) -> dict[str, int]:
    """Name to time of the last change."""
    return {
        str(path.relative_to(folder)): path.stat().st_mtime_ns
        for path in folder.rglob('*')
        if path.is_file() and '__pycache__' not in path.parts
    }


@pytest.mark.parametrize('row', ROWS)
def test_a_bad_input_ends_in_one_line(row, trained, tmp_path):
    words = row.arrange(tmp_path, trained)
    before, kept = files_in(tmp_path), files_in(trained)
    done = run(words, tmp_path)
    said = f'{done.output}\n{done.errors}'
    assert 'Traceback' not in said, said
    assert done.code not in (0, None), said
    lines = done.errors.strip().splitlines()
    (line,) = [text for text in lines if 'error: ' in text]
    assert line == lines[-1], 'something follows the error'
    assert re.search(row.sentence, line.partition('error: ')[2]), line
    after = files_in(tmp_path)
    new = [
        name
        for name, time in after.items()
        if before.get(name) != time
        and not any(
            Path(name).match(pattern) for pattern in (*LOGS, *row.leaves)
        )
    ]
    assert not new, f'left behind: {new}'
    assert not set(before) - set(after), 'a file of the user is gone'
    assert files_in(trained) == kept, 'the finished training was changed'


def test_no_two_rows_have_one_name():
    names = [param.id for param in ROWS]
    assert len(set(names)) == len(names)
