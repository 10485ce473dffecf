"""What is in the zoo: ``zoo/index.json``, the one owner of its facts."""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import mmlt
from mmlt.checkpoints.safetensors_file import SUFFIX
from mmlt.fileio import write_json
from mmlt.reproduce.ledger import Row
from mmlt.runs.record import checkout

__all__ = [
    'METRICS',
    'ZOO',
    'Entry',
    'check_file',
    'check_row',
    'find_entry',
    'ledger_path',
    'read_index',
    'write_index',
]

# a link to zoo/ in a checkout, a copy in an installed mmlt
ZOO = (Path(mmlt.__file__).parent / '.mim' / 'zoo').resolve()
NAME = 'index.json'
# what `mmlt verify` compares, in the names of the ledger, percent
METRICS = ('top1', 'many', 'medium', 'few', 'ece')
MAX_BYTES = 12_000_000


@dataclass(frozen=True)
class Entry:
    """A network of the zoo.

    Args:
        name: What ``mmlt.load`` takes.
        file: Its weights, in half precision, beside the index.
        sha256: Of the file, 64 hexadecimal digits.
        recipe: Method and name, 'fcc/resnet32_cifar100lt'.
        overlays: What was added to it, in order.
        options: Settings that overrode both, keys with dots.
        classes: C.
        parameters: Of the network.
        row: Digest of its row in ``results/ledger.jsonl``.
        metrics: Of the network as it is stored, percent; None: of a group
            without a class.
        ledger: The same numbers of the row, so of the network as it was
            trained.
    """

    name: str
    file: str
    sha256: str
    recipe: str
    overlays: list[str]
    options: dict[str, Any]
    classes: int
    parameters: int
    row: str
    metrics: dict[str, float | None]
    ledger: dict[str, float | None]

    @property
    def path(self) -> Path:
        """The file."""
        return ZOO / self.file


def read_index() -> list[Entry]:
    """Every network of the zoo, in the order of their names.

    Raises:
        FileNotFoundError: If there is no index.
        ValueError: If it cannot be read.
    """
    path = ZOO / NAME
    if not path.is_file():
        raise FileNotFoundError(
            f'Expected the networks of mmlt in {ZOO}, but there is no {NAME}. '
            'Install mmlt again, or take the folder zoo/ of its repository.'
        )
    try:
        entries = json.loads(path.read_text('utf-8'))
        return [Entry(name, **of) for name, of in sorted(entries.items())]
    except (AttributeError, TypeError, ValueError) as error:
        raise ValueError(
            f'Expected {path} to be the index of the zoo, but it cannot be '
            f'read ({error}). Take the file of the last commit.'
        ) from error


def write_index(entries: Iterable[Entry]) -> None:
    """Write the index, whole or not at all.

    Args:
        entries: All networks of the zoo.
    """
    facts = {entry.name: asdict(entry) for entry in entries}
    for name in facts:
        del facts[name]['name']
    write_json(ZOO / NAME, dict(sorted(facts.items())))


def ledger_path() -> Path:
    """Where the rows of the networks are."""
    return (checkout() or Path.cwd()) / 'results' / 'ledger.jsonl'


def find_entry(name: str) -> Entry:
    """The network of a name.

    Raises:
        ValueError: If there is none; it lists those that there are.
    """
    entries = {entry.name: entry for entry in read_index()}
    if name not in entries:
        raise ValueError(
            f'Expected the name of a network of the zoo, but got {name!r}. '
            f'Known: {", ".join(entries) or "none"}.'
        )
    return entries[name]


def check_file(entry: Entry) -> Path:
    """The file of a network, if it is the one that the index means.

    Raises:
        FileNotFoundError: If it is missing.
        ValueError: If it is another.
    """
    path = entry.path
    if not path.is_file():
        raise FileNotFoundError(
            f'Expected the weights of {entry.name} in {path}, but there is no '
            'such file. Take it from the repository of mmlt, zoo/.'
        )
    found = hashlib.sha256(path.read_bytes()).hexdigest()
    if found != entry.sha256:
        raise ValueError(
            f'Expected {path} to have the SHA-256 {entry.sha256[:16]}... that '
            f'the index notes, but got {found[:16]}...: it is damaged, or '
            'another file. Take it from the repository of mmlt, zoo/.'
        )
    return path


def check_row(entry: Entry, rows: Sequence[Row]) -> None:
    """Check that the index says of a network what the ledger does.

    Args:
        entry: The network.
        rows: Of the ledger.

    Raises:
        ValueError: If it has no row, or the row says something else.
    """
    row = next((row for row in rows if row.digest == entry.row), None)
    if row is None:
        raise ValueError(
            f'Expected the row {entry.row} of {entry.name} in the ledger, but '
            'there is none. Was the run recorded again? Then publish it '
            f'again: mmlt publish RUN --zoo {entry.name}.'
        )
    noted = (entry.recipe, entry.overlays, entry.options, entry.ledger)
    recorded = (row.recipe, row.overlays, row.options, compared(row.metrics))
    if noted != recorded:
        raise ValueError(
            f'Expected the index to say of {entry.name} what the row '
            f'{entry.row} of the ledger says, but it says {noted} and the '
            f'ledger {recorded}. Publish it again: mmlt publish RUN --zoo '
            f'{entry.name}.'
        )


def compared(metrics: Mapping[str, float | None]) -> dict[str, float | None]:
    """Of all metrics those that are compared."""
    return {name: metrics.get(name) for name in METRICS}


def check_name(name: str) -> None:
    """Check that a name is fit for a file on every system.

    Raises:
        ValueError: If it is not.
    """
    allowed = set('abcdefghijklmnopqrstuvwxyz0123456789_+.=-')
    if not name or not set(name) <= allowed or not name[0].isalnum():
        raise ValueError(
            'Expected a name of small letters, digits and _ + . = -, as '
            f'fcc_cifar100lt, but got {name!r}. Choose another after --zoo.'
        )


def check_room(size: int, file: str, entries: Iterable[Entry]) -> None:
    """Check that a file more is not too much for a repository.

    Args:
        size: Of the new file, in bytes.
        file: Its name; what has it now is replaced.
        entries: Of the zoo.

    Raises:
        ValueError: If all files together were more than 12 MB.
    """
    others = {entry.path for entry in entries if entry.file != file}
    used = sum(path.stat().st_size for path in others if path.is_file())
    if used + size > MAX_BYTES:
        raise ValueError(
            f'Expected at most {MAX_BYTES / 1e6:g} MB in {ZOO}, but got '
            f'{(used + size) / 1e6:.2f} MB with {file} ({size / 1e6:.2f} MB). '
            'Take a network out first: its file, and its part of the index.'
        )


def file_of(name: str) -> str:
    """Name of the file of a network."""
    return f'{name}{SUFFIX}'
