"""Whether a checkpoint is whole, and which of a folder is the newest such.

The files of ``torch.save`` are zip archives, with a checksum (CRC-32) of
every record. torch writes them and does not look at them when it reads.
"""

import re
import zipfile
from pathlib import Path

from .plain_data import load_plain, refused_name
from .safetensors_file import SUFFIX, damage_of_safetensors

__all__ = ['damage_of', 'newest_whole', 'numbered']

# stopped_epoch_2_iter_25 is inside the epoch that follows epoch_2
NUMBERED = re.compile(
    r'(?:stopped_)?(epoch|iter)_(\d+)(?:_iter_(\d+))?\.pth\Z'
)


def damage_of(path: str | Path, read: bool = True) -> str | None:
    """What is wrong with the file of a checkpoint; None: nothing.

    Args:
        path: The file. It may hold what is refused and be whole.
        read: Whether torch must be able to open it; False where that is
            tried next.

    Returns:
        The end of a sentence that begins with its name.
    """
    path = Path(path)
    try:
        if path.is_dir():
            return 'is a folder'
        if not path.is_file():
            return 'is no file' if path.exists() else 'does not exist'
        with open(path, 'rb') as file:
            start = file.read(2)
    except OSError as error:
        return f'cannot be read ({error.strerror})'
    if not start:
        return 'is empty'
    if path.suffix == SUFFIX:
        return damage_of_safetensors(path)
    is_archive = start == b'PK'
    damage = _damage_of_archive(path) if is_archive else None
    if damage is None and (read or not is_archive):
        try:
            # torch before 1.6 wrote no archive, and no checksums
            load_plain(path, mmap=is_archive)
        except Exception as error:
            if refused_name(error) is None:
                damage = 'is damaged' if is_archive else 'is no checkpoint'
    return damage


def _damage_of_archive(path: Path) -> str | None:
    try:
        with zipfile.ZipFile(path) as archive:
            records = archive.infolist()
            # torch takes a record that calls itself a folder (of MS-DOS) for
            # read, and leaves in a tensor what was in memory
            if any(record.external_attr & 0x10 for record in records):
                return 'is damaged (a record calls itself a folder)'
            # torch.serialization.set_crc32_options(False) writes zeros
            if not any(record.CRC for record in records):
                return None
            record = archive.testzip()
    except zipfile.BadZipFile:
        return 'is cut short or overwritten'
    except Exception as error:
        return f'is damaged ({type(error).__name__})'
    return f'is damaged (the checksum of {record} differs)' if record else None


def numbered(folder: str | Path) -> list[Path]:
    """Checkpoints that a training left in its folder, the newest first.

    ``best_*.pth`` is not among them: it may be of any epoch.

    Args:
        folder: Work directory.
    """
    found = []
    for path in Path(folder).glob('*.pth'):
        named = NUMBERED.match(path.name)
        if named:
            unit, number, inside = named.groups()
            found.append((unit, int(number), int(inside or 0), path))
    return [path for *_, path in sorted(found, reverse=True)]


def newest_whole(
    folder: str | Path, beside: str | Path | None = None
) -> Path | None:
    """The newest checkpoint of a folder that is whole, or None.

    Args:
        folder: Work directory.
        beside: A file that is not meant.
    """
    others = [p for p in numbered(folder) if p != Path(beside or '')]
    return next((p for p in others if damage_of(p) is None), None)
