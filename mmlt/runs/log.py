"""The logs of a run: entries, curves, wall-clock time, device."""

import json
import math
import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

from .record import read_run_record


def logs_of(path: Path, pattern: str) -> list[Path]:
    """Files of the logs of a run, in order.

    If the run was recorded, logs of an earlier training in the same folder
    are left out.

    Args:
        path: Work directory.
        pattern: Of their names, below the folder of a part of the run.
    """
    parts = read_run_record(path)
    anew = parts and not parts[0]['resumed']
    begin = parts[0]['started'] if anew else ''
    return [
        file
        for file in sorted(path.glob(f'*/{pattern}'))
        if file.relative_to(path).parts[0] >= begin
    ]


def logged(path: Path) -> Iterator[dict]:
    """Every entry of the logs of a run, in order.

    A killed run may leave its last line cut off: that line is left out.

    Args:
        path: Work directory.

    Raises:
        ValueError: If a file is damaged elsewhere.
    """
    for file in logs_of(path, 'vis_data/scalars.json'):
        lines = file.read_text().splitlines()
        for number, line in enumerate(lines, 1):
            try:
                entry = json.loads(line)
            except ValueError as error:
                if number == len(lines):
                    break
                raise ValueError(
                    f'Expected every line of {file} to be JSON, but line '
                    f'{number} is not. Remove that line.'
                ) from error
            # what was no number, of an empty group, is null in a file of ours
            yield {k: math.nan if v is None else v for k, v in entry.items()}


def logged_steps(path: Path) -> tuple[bool, set[int]]:
    """Whether a training is in the logs, and which evaluations are.

    Args:
        path: Work directory.

    Returns:
        Whether there is a loss; the epochs (iterations in a loop that counts
        them) that were evaluated.

    Raises:
        ValueError: If a file is damaged.
    """
    trained, evaluated = False, set()
    for entry in logged(path):
        trained |= 'loss' in entry
        if 'epoch' not in entry and any('/' in name for name in entry):
            evaluated.add(entry['step'])
    return trained, evaluated


def read_curves(path: Path) -> dict[str, tuple[list[int], list[float]]]:
    """Every logged number by epoch; a resumed run continues its first part.

    Args:
        path: Work directory.

    Returns:
        Name to (epochs, values), epochs rising.
    """
    evaluated: dict[str, dict[int, float]] = {}
    losses: dict[int, dict[int, float]] = {}
    for entry in logged(path):
        if 'loss' in entry and 'epoch' in entry:
            # what was trained again after a resumption counts once
            epoch = losses.setdefault(entry['epoch'], {})
            epoch[entry['step']] = entry['loss']
        elif 'epoch' not in entry:
            for name, value in entry.items():
                if '/' in name:
                    evaluated.setdefault(name, {})[entry['step']] = value
    curves = {
        name: tuple(map(list, zip(*sorted(points.items()), strict=True)))
        for name, points in evaluated.items()
    }
    if losses:
        means = {e: sum(v.values()) / len(v) for e, v in losses.items()}
        curves['loss'] = tuple(
            map(list, zip(*sorted(means.items()), strict=True))
        )
    return curves


def minutes_of(path: Path) -> float:
    """Wall-clock minutes from the first to the last line of each log.

    A first stage in the folder (cRT, LWS, ...) counts too.
    """
    total = timedelta()
    if (path / 'stage1').is_dir():
        total += timedelta(minutes=minutes_of(path / 'stage1'))
    for log in logs_of(path, '*.log'):
        stamps = re.findall(
            r'^(\d{4}/\d\d/\d\d \d\d:\d\d:\d\d)', log.read_text(), re.M
        )
        if stamps:
            first, last = (
                datetime.strptime(s, '%Y/%m/%d %H:%M:%S')
                for s in (stamps[0], stamps[-1])
            )
            total += last - first
    return total.total_seconds() / 60


def device_of(path: Path) -> str:
    """The device that the log of a run names; '' without a log."""
    for log in logs_of(path, '*.log'):
        text = log.read_text()
        gpu = re.search(r'^ +GPU [\d,]+: (.+)$', text, re.M)
        if gpu:
            return gpu[1].strip()
        if 'CUDA available: False' in text:
            return 'CPU'
    return ''
