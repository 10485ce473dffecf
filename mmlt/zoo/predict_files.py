"""Images in files and folders to predictions, broken ones apart."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

import cv2

from mmlt.datasets.image_check import image_problem

from .network import Network, Prediction

__all__ = ['PredictedFiles', 'predict_files']


@dataclass
class PredictedFiles:
    """What a network says of files.

    Args:
        predictions: Path to what was predicted, in the order of the files.
        broken: Path to why it could not be read.
    """

    predictions: dict[Path, Prediction] = field(default_factory=dict)
    broken: dict[Path, str] = field(default_factory=dict)


def predict_files(
    network: Network,
    files: Sequence[Path],
    batch_size: int = 32,
    progress: Callable[[Iterable], Iterable] = iter,
) -> PredictedFiles:
    """Predict image files; those that cannot be read are told apart.

    Args:
        network: Of ``mmlt.load``.
        files: Of :func:`~mmlt.zoo.image_files.image_files`.
        batch_size: Images that go through the network at once.
        progress: Wraps the files, to show how far it is.
    """
    found = PredictedFiles()
    log = cv2.utils.logging
    before = log.getLogLevel()
    # its warnings name no file; what is wrong with one is returned
    log.setLogLevel(log.LOG_LEVEL_SILENT)
    try:
        images = _prepared(network, progress(files), found.broken)
        while batch := list(islice(images, batch_size)):
            rows = network.predict_prepared([image for _, image in batch])
            found.predictions |= zip([p for p, _ in batch], rows, strict=True)
    finally:
        log.setLogLevel(before)
    return found


def _prepared(
    network: Network, files: Iterable[Path], broken: dict[Path, str]
) -> Iterator[tuple[Path, dict]]:
    for path in files:
        problem = image_problem(str(path), decode=False)
        if problem is None:
            try:
                yield path, network.prepared(path)
                continue
            except ValueError as error:
                problem = image_problem(str(path)) or str(error)
        broken[path] = problem
