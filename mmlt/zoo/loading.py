"""``mmlt.load``: a trained network by its name, or of a run."""

from pathlib import Path

from mmengine.config import Config

from mmlt.posthoc.calibrator_file import load_calibrator
from mmlt.posthoc.steps import Calibrator
from mmlt.runs.folder import find_run
from mmlt.runs.recipes import load_recipe

from .index import check_file, read_index
from .measuring import recipe_of
from .network import Network

__all__ = ['load', 'network_of']


def load(
    name: str | Path,
    checkpoint: str | Path | None = None,
    calibrator: str | Calibrator | None = None,
    weights: str | None = None,
) -> Network:
    """A trained network that takes images and gives names of classes.

    Args:
        name: Of a network that comes with mmlt (``mmlt verify`` shows them);
            or the folder of a training; or a config, with ``checkpoint``.
        checkpoint: File or address; None: the last one of the folder.
        calibrator: Name of one that ``mmlt posthoc`` fitted for this
            checkpoint, 'temperature', or one that was loaded; None: the
            probabilities are those of the network itself.
        weights: Of a training ``--with ema``: 'ema' or None, the moving
            average; 'plain', those of the last step.

    Returns:
        The network, on the CPU and in evaluation mode.

    Raises:
        FileNotFoundError: If there is no such network, folder or checkpoint,
            or no calibrator was fitted.
        ValueError: If a file is damaged, or not that of the network, or the
            calibrator is of another checkpoint, or of the moving average
            where ``weights`` is 'plain', or there is none of these.

    >>> import numpy as np
    >>> network = load('fcc_cifar100lt')
    >>> found = network.predict(np.zeros((32, 32, 3), np.uint8))
    >>> found.name in network.classes, len(found.top(3))
    (True, 3)
    """
    config, file = network_of(name, checkpoint)
    if isinstance(calibrator, str):
        if checkpoint is None and not Path(name).is_dir():
            raise ValueError(
                'Expected a training of yours to calibrate, but '
                f'{name} comes with mmlt, and without calibrators. Take its '
                'probabilities as they are, or pass a Calibrator.'
            )
        if weights == 'plain':
            raise ValueError(
                'Expected a calibrator of the moving average to go with it, '
                "but got weights='plain'. Leave one of the two out."
            )
        calibrator = load_calibrator(file, calibrator)
    return Network(config, file, calibrator, weights)


def network_of(
    name: str | Path, checkpoint: str | Path | None = None
) -> tuple[Config, Path | str]:
    """Config and checkpoint of what :func:`load` takes.

    Args:
        name: As there.
        checkpoint: As there.

    Returns:
        The config, with its overlays, and the file or address.

    Raises:
        FileNotFoundError: If there is no such network, folder or checkpoint.
        ValueError: If a file is damaged.
    """
    if checkpoint is None and not Path(name).is_dir():
        known = {entry.name: entry for entry in read_index()}
        if str(name) not in known:
            raise FileNotFoundError(
                'Expected the name of a network of mmlt, or the folder of a '
                f'training, but {name} is neither. Known: {", ".join(known)}.'
            )
        entry = known[str(name)]
        return recipe_of(entry), check_file(entry)
    config, checkpoint = find_run(name, checkpoint)
    return load_recipe(config), checkpoint
