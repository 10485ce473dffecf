"""Fitted calibrators beside the checkpoint that they were fitted for.

``calibrators.json`` holds numbers and words alone: reading it runs nothing.
"""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from mmlt import __version__
from mmlt.fileio import write_json
from mmlt.runs.dump import file_hash
from mmlt.structures import Predictions

from .calibrators import Fitted
from .steps import Calibrator, step_from_json

__all__ = [
    'DEFAULT',
    'calibrators_path',
    'load_calibrator',
    'save_calibrators',
]

NAME = 'calibrators.json'
# the predicted classes stay, and the images may be as those of the held-out
# part: most of them of the large classes
DEFAULT = 'temperature'


def calibrators_path(checkpoint: str | Path) -> Path:
    """Where the calibrators of a checkpoint are: beside it."""
    return Path(checkpoint).parent / NAME


def save_calibrators(
    path: str | Path, fitted: Mapping[str, Fitted], held: Predictions
) -> None:
    """Write calibrators down, whole or not at all.

    Those of the same checkpoint that are in the file, and not fitted again,
    stay.

    Args:
        path: The file, see :func:`calibrators_path`.
        fitted: Name to calibrator.
        held: What they were fitted on.
    """
    own = {
        'checkpoint': Path(held.meta.get('checkpoint', '')).name,
        'checkpoint_hash': held.meta.get('checkpoint_hash'),
        'classes': held.class_names,
        'num_classes': held.logits.shape[1],
        'mmlt': __version__,
    }
    try:
        before = _read(Path(path))
    except (OSError, ValueError):
        before = {}
    same = before.get('checkpoint_hash') == own['checkpoint_hash']
    entries = before['calibrators'] if same and before else {}
    said = f'{len(held.labels)} images of {held.meta["split"]}'
    write_json(
        path,
        own
        | {
            'calibrators': entries
            | {
                name: {
                    'fitted_on': said,
                    'parameters': calibrator.parameters,
                    'steps': [step.to_json() for step in calibrator.steps],
                }
                for name, calibrator in fitted.items()
            }
        },
    )


def load_calibrator(checkpoint: str | Path, name: str) -> Calibrator:
    """A calibrator that was fitted for a checkpoint.

    Args:
        checkpoint: File of the network.
        name: Of the calibrator.

    Returns:
        The calibrator, its numbers in float64.

    Raises:
        FileNotFoundError: If there is no such file.
        ValueError: If it was fitted for another checkpoint, lacks the name,
            or is damaged.
    """
    path = calibrators_path(checkpoint)
    command = f'mmlt posthoc {path.parent} --fit-split val (or held-out)'
    if not path.is_file():
        raise FileNotFoundError(
            f'Expected calibrators in {path}, but there is no such file. '
            f'Fit them: {command}.'
        )
    content = _read(path)
    if content['checkpoint_hash'] != file_hash(checkpoint):
        raise ValueError(
            f'Expected {path} to hold calibrators of {checkpoint}, but they '
            f'were fitted for another checkpoint, {content["checkpoint"]} '
            f'({content["checkpoint_hash"]}). Fit it again: '
            f'{command}.'
        )
    known = content['calibrators']
    if name not in known:
        raise ValueError(
            f'Expected a calibrator of {path}, but got {name!r}. It has '
            f'{", ".join(known) or "none"}. Fit it: {command}.'
        )
    try:
        steps = [
            step_from_json(step, content['num_classes'])
            for step in known[name]['steps']
        ]
        return Calibrator(name, steps, str(known[name].get('fitted_on', '')))
    except (TypeError, KeyError, AttributeError) as error:
        raise _damaged(path) from error


def _read(path: Path) -> dict[str, Any]:
    """Content of a file of calibrators.

    Raises:
        ValueError: If it is another kind of file, or damaged.
    """
    try:
        content = json.loads(path.read_text('utf-8'))
        whole = isinstance(content['calibrators'], dict) and (
            content['num_classes'] > 0
        )
        if not whole or not {'checkpoint', 'checkpoint_hash'} <= set(content):
            raise ValueError
    except (ValueError, TypeError, KeyError) as error:
        raise _damaged(path) from error
    return content


def _damaged(path: Path) -> ValueError:
    return ValueError(
        f'Expected {path} to be written by mmlt posthoc, but it cannot be '
        'read: another file, or damaged. Fit the calibrators again.'
    )
