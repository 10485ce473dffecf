"""Image files that are missing or damaged, found before a training."""

import hashlib
import json
import os
import signal
import stat
from collections.abc import Callable
from multiprocessing import Pool
from pathlib import Path

import mmcv
from PIL import Image

__all__ = ['check_images', 'image_problem']

CHUNK = 200  # images between two entries of the record to resume from


def image_problem(path: str, decode: bool = True) -> str | None:
    """What is wrong with an image file.

    Args:
        path: The file.
        decode: Whether to decode it, with the decoder of training; else it
            is enough that it is there and not empty.

    Returns:
        'missing', 'empty' or 'unreadable: ...'; None for a good image.
    """
    try:
        about = os.stat(path)
        # a pipe would be waited for, for ever
        if not stat.S_ISREG(about.st_mode):
            return 'unreadable: it is no file'
        size = about.st_size
        content = Path(path).read_bytes() if decode else None
    except FileNotFoundError:
        return 'missing'
    except OSError as error:
        return f'unreadable: {error.strerror}'
    if not size:
        return 'empty'
    if not decode:
        return None
    try:
        image = mmcv.imfrombytes(content)
    except Exception as error:
        return f'unreadable: {type(error).__name__}: {error}'
    if image is not None:
        return None
    try:  # the decoder gives no reason; Pillow may
        with Image.open(path) as other:
            other.load()
    except Exception as error:
        return f'unreadable: {error}'
    return 'unreadable: OpenCV cannot decode it'


def check_is_file(path: str) -> None:
    """Raise where reading would wait for ever; of local files alone.

    Args:
        path: Of an image; one that does not exist is left to the reader.

    Raises:
        OSError: If it is a pipe, a device or a folder.
    """
    try:
        mode = os.stat(path).st_mode
    except OSError:
        return
    if not stat.S_ISREG(mode):
        raise OSError(
            f'Expected a file, but {path} is a pipe, a device or a folder. '
            'Put an image there, or take it out of the list.'
        )


def check_chunk(task: tuple[int, list[str], bool]) -> tuple[int, dict]:
    """Problems of some images, in a worker process."""
    number, paths, decode = task
    found = {path: image_problem(path, decode) for path in paths}
    return number, {path: p for path, p in found.items() if p}


def leave_interrupt_to_parent() -> None:
    """Let Ctrl-C reach the main process alone."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)


class Record:
    """What was checked so far, in a file beside the report.

    Args:
        path: The file; removed when all is done.
        key: What is checked; a record of something else begins anew.
    """

    def __init__(self, path: Path, key: str) -> None:
        self.path = path
        self.done: set[int] = set()
        lines = []
        if path.is_file():
            # what follows the last line end was cut off
            lines = path.read_text(encoding='utf-8').split('\n')[:-1]
        if lines and lines[0] == key:
            # what had a problem is looked at again: it may be mended
            self.done = {int(line) for line in lines[1:] if line.isdigit()}
        text = [key, *map(str, sorted(self.done))]
        path.write_text('\n'.join(text) + '\n', encoding='utf-8')

    def add(self, number: int) -> None:
        """Note a chunk without a problem."""
        with self.path.open('a', encoding='utf-8') as file:
            file.write(f'{number}\n')


def check_images(
    paths: list[str],
    decode: bool,
    processes: int,
    record: Path,
    advance: Callable[[int, int], None] = lambda number, total: None,
) -> dict[str, str]:
    """Problems of images, by path.

    Args:
        paths: The images, each once.
        decode: As in :func:`image_problem`.
        processes: Worker processes.
        record: File to resume from.
        advance: Told how many more images are done, and of how many.
    """
    text = json.dumps([decode, paths], allow_nan=False)
    key = hashlib.sha256(text.encode()).hexdigest()
    record = Record(record, key)
    tasks = [
        (number, paths[i : i + CHUNK], decode)
        for number, i in enumerate(range(0, len(paths), CHUNK))
    ]
    todo = [task for task in tasks if task[0] not in record.done]
    sizes = {number: len(part) for number, part, _ in tasks}
    problems = {}
    advance(sum(sizes[number] for number in record.done), len(paths))
    with Pool(processes, leave_interrupt_to_parent) as pool:
        for number, found in pool.imap_unordered(check_chunk, todo):
            problems.update(found)
            advance(sizes[number], len(paths))
            if not found:
                record.add(number)
    record.path.unlink()
    return problems
