"""``mmlt.load``: a trained network by its name, or of a run."""

from pathlib import Path

from mmlt.runs.folder import find_run
from mmlt.runs.recipes import load_recipe

from .index import check_file, read_index
from .measuring import recipe_of
from .network import Network

__all__ = ['load']


def load(name: str | Path, checkpoint: str | Path | None = None) -> Network:
    """A trained network that takes images and gives names of classes.

    Args:
        name: Of a network that comes with mmlt (``mmlt verify`` shows them);
            or the folder of a training; or a config, with ``checkpoint``.
        checkpoint: File or address; None: the last one of the folder.

    Returns:
        The network, on the CPU and in evaluation mode.

    Raises:
        FileNotFoundError: If there is no such network, folder or checkpoint.
        ValueError: If a file is damaged, or not that of the network.

    >>> import numpy as np
    >>> network = load('fcc_cifar100lt')
    >>> found = network.predict(np.zeros((32, 32, 3), np.uint8))
    >>> found.name in network.classes, len(found.top(3))
    (True, 3)
    """
    if checkpoint is None and not Path(name).is_dir():
        known = {entry.name: entry for entry in read_index()}
        if str(name) not in known:
            raise FileNotFoundError(
                'Expected the name of a network of mmlt, or the folder of a '
                f'training, but {name} is neither. Known: {", ".join(known)}.'
            )
        entry = known[str(name)]
        return Network(recipe_of(entry), check_file(entry))
    config, checkpoint = find_run(name, checkpoint)
    return Network(load_recipe(config), checkpoint)
