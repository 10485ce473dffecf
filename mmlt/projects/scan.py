"""A look into every image: can it be read, how large is it, what shows it."""

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from multiprocessing import Pool
from pathlib import Path

import cv2
import mmcv
import numpy as np

from mmlt.datasets.image_check import image_problem, leave_interrupt_to_parent

__all__ = ['ImageFacts', 'look_at', 'scan_images']

THUMBNAIL = 16  # pixels of an edge
COLORS = 24  # of the thumbnail in color
FEW = 200  # images for which no processes are started
DARK = 64  # of 256: an image of which no pixel reaches it


@dataclass
class ImageFacts:
    """What is known of an image file.

    Args:
        problem: Why it cannot be read; None for a good image.
        size: Height and width in pixels.
        digest: SHA-256 of the file.
        thumbnail: (256,) float16, 16 x 16 gray pixels of mean 0 and length
            1; zeros for an image of one color.
        colors: (1728,) float16, 24 x 24 pixels in color, each channel of
            mean 0, all of length 1; zeros as above.
        darkened: Largest value of a file of more than 8 bits per pixel whose
            image, as training reads it, is darker than :data:`DARK`: one of
            12 bits in a file of 16, say. None for any other.
    """

    problem: str | None
    size: tuple[int, int] = (0, 0)
    digest: bytes = b''
    thumbnail: np.ndarray | None = None
    colors: np.ndarray | None = None
    darkened: int | None = None


def look_at(path: str) -> ImageFacts:
    """Read an image file, with the decoder of training."""
    problem = image_problem(path, decode=False)
    if problem:
        return ImageFacts(problem)
    try:
        content = Path(path).read_bytes()
        image = mmcv.imfrombytes(content)
    except Exception:
        image = None
    if image is None:
        return ImageFacts(image_problem(path) or 'unreadable')
    digest = hashlib.sha256(content).digest()
    return ImageFacts(
        None,
        image.shape[:2],
        digest,
        _thumbnail(mmcv.bgr2gray(image), THUMBNAIL),
        _thumbnail(image, COLORS),
        _largest_of_more_bits(content) if image.max() < DARK else None,
    )


def _largest_of_more_bits(content: bytes) -> int | None:
    """Largest value of a file of more than 8 bits per pixel, else None."""
    image = cv2.imdecode(
        np.frombuffer(content, np.uint8), cv2.IMREAD_UNCHANGED
    )
    if image is None or image.dtype == np.uint8:
        return None
    return int(image.max())


def _thumbnail(image: np.ndarray, edge: int) -> np.ndarray:
    """A small image as float16, each channel of mean 0, all of length 1."""
    small = mmcv.imresize(image, (edge, edge), interpolation='area')
    values = small.astype(np.float32)
    values = (values - values.mean((0, 1))).ravel()
    length = np.linalg.norm(values)
    # of less than one step of gray in the mean, nothing can be told
    values = values / length if length > edge else 0 * values
    return values.astype(np.float16)


def scan_images(
    paths: list[str],
    processes: int = 1,
    advance: Callable[[int, int], None] = lambda number, total: None,
) -> list[ImageFacts]:
    """Look at images.

    Args:
        paths: The files.
        processes: Worker processes.
        advance: Told how many more images are done, and of how many.

    Returns:
        What is known of each, in their order.
    """
    found: list[ImageFacts] = []
    log = cv2.utils.logging
    before = log.getLogLevel()
    # its warnings name no file; what is wrong with one is returned
    log.setLogLevel(log.LOG_LEVEL_SILENT)
    try:
        for facts in _look_at_all(paths, processes):
            found.append(facts)
            advance(1, len(paths))
    finally:
        log.setLogLevel(before)
    return found


def _look_at_all(paths: list[str], processes: int) -> Iterator[ImageFacts]:
    if processes == 1 or len(paths) < FEW:
        yield from map(look_at, paths)
        return
    with Pool(processes, leave_interrupt_to_parent) as pool:
        yield from pool.imap(look_at, paths, chunksize=50)
