"""The ledger: one line of JSON per finished run, ``results/ledger.jsonl``.

It is the one owner of every result; tables are rendered from it. A row is
written by a program, and its ``digest`` shows if it was changed since.
"""

import hashlib
import json
import math
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from mmlt.fileio import whole_file

try:
    import fcntl
except ImportError:  # not on Windows
    fcntl = None

__all__ = ['Row', 'add_row', 'read_ledger', 'variant_name']

DIGITS = 16


def variant_name(
    recipe: str, overlays: Sequence[str], options: Mapping[str, Any]
) -> str:
    """Name of a recipe with what is changed, the same for all seeds."""
    last = Counter(key.rpartition('.')[2] for key in options)
    changes = []
    for key, value in options.items():
        short = key.rpartition('.')[2]
        if isinstance(value, list | tuple):
            # without brackets, which --only reads as a choice of characters
            value = ','.join(map(str, value))
        of_first = key.startswith('first_stage.') and last[short] > 1
        changes.append(f'{"first_stage." * of_first}{short}={value}')
    return '+'.join([recipe, *overlays, *changes])


@dataclass(frozen=True)
class Row:
    """What is known of a finished run. None: not recorded.

    Args:
        recipe: Method and name, 'fcc/resnet32_cifar100lt'.
        overlays: What was added to it, in order.
        seed: Random seed.
        epochs: Trained, all of them; the numbers are of the last one. Of a
            loop that counts iterations: these.
        metrics: Name to value on the test set, percent but for NLL, in the
            names of :func:`mmlt.evaluation.summarize`; None: not measured,
            or of a group without a class.
        options: Settings that overrode both, keys with dots.
        protocol: Name of the schedule; numbers of two are not compared.
        config_hash: Of :func:`~mmlt.reproduce.hashes.config_hash`.
        code_hash: Of :func:`~mmlt.reproduce.hashes.code_hash`.
        commit: Of the code, its first ten digits.
        changed: Whether there were changes that were not committed.
        date: Of the commit, YYYY-MM-DD.
        device: Where it ran, in words.
        threads: Of the process.
        versions: Name of a package to its version.
        minutes: Wall clock, of all parts of a resumed run.
        images_per_second: Training images over the time of training steps.
        parameters: Of the network.
        augmentation: Of training images, in words.
        test_time_augmentation: Whether several views of a test image were
            averaged.
        note: What differs, in words.
        digest: Of all the rest.
    """

    recipe: str
    overlays: list[str]
    seed: int
    epochs: int
    metrics: dict[str, float | None]
    options: dict[str, Any] = field(default_factory=dict)
    protocol: str = 'full'
    config_hash: str | None = None
    code_hash: str | None = None
    commit: str | None = None
    changed: bool | None = None
    date: str | None = None
    device: str = ''
    threads: int | None = None
    versions: dict[str, str] = field(default_factory=dict)
    minutes: float | None = None
    images_per_second: float | None = None
    parameters: int | None = None
    augmentation: str | None = None
    test_time_augmentation: bool = False
    note: str = ''
    digest: str = ''

    @property
    def name(self) -> str:
        """Recipe with what was changed, 'bsce/resnet32_cifar100lt+fcc'."""
        return variant_name(self.recipe, self.overlays, self.options)

    @property
    def headline(self) -> str:
        """The number that a result is known by, with its name."""
        for name, words in (('top1', 'top-1'), ('mIoU', 'mIoU')):
            value = self.metrics.get(name)
            if value is not None:
                return f'{words} {value:.2f}'
        return f'{len(self.metrics)} numbers'

    @property
    def key(self) -> tuple:
        """What may be in the ledger once."""
        return self.config_hash, self.code_hash, self.seed, self.name

    def to_json(self) -> str:
        """A line of the ledger, with the digest."""
        content = asdict(self) | {'digest': self.own_digest()}
        return json.dumps(content, allow_nan=False)

    def own_digest(self) -> str:
        """Digest of what the row says.

        Source:
            SHA-256, FIPS 180-4, https://doi.org/10.6028/NIST.FIPS.180-4
        """
        content = {k: v for k, v in asdict(self).items() if k != 'digest'}
        text = json.dumps(content, sort_keys=True, allow_nan=False)
        return hashlib.sha256(text.encode()).hexdigest()[:DIGITS]


def read_ledger(path: str | Path) -> list[Row]:
    """Every row, in the order in which they were added.

    Args:
        path: The file; one that is not there has no rows.

    Raises:
        ValueError: If a line is no row, or was changed by hand.
    """
    path = Path(path)
    if not path.is_file():
        return []
    return [
        _row_of(line, path, number)
        for number, line in enumerate(path.read_text().splitlines(), 1)
        if line.strip()
    ]


def _row_of(line: str, path: Path, number: int) -> Row:
    try:
        row = Row(**json.loads(line))
    except (TypeError, ValueError) as error:
        raise ValueError(
            f'Expected line {number} of {path} to be a row of the ledger, '
            f'but it cannot be read ({error}). Take the line out, or take '
            'the file of the last commit.'
        ) from error
    if row.digest != row.own_digest():
        raise ValueError(
            f'Expected line {number} of {path} ({row.name}, seed {row.seed}) '
            f'to have the digest {row.own_digest()}, but got {row.digest}: '
            'it was changed by hand. Take the line of the last commit, or '
            'record the run again with `mmlt reproduce record`.'
        )
    return row


def add_row(path: str | Path, row: Row) -> bool:
    """Add a row, unless the same run is there.

    Args:
        path: The ledger; made if it is not there.
        row: The new one.

    Returns:
        Whether it was added.

    Raises:
        ValueError: If the ledger cannot be read, or a number of the row is
            not finite.
    """
    path = Path(path)
    wrong = [
        name
        for name, value in row.metrics.items()
        if value is not None and not math.isfinite(value)
    ]
    if wrong:
        raise ValueError(
            f'Expected metrics that are finite, but {wrong[0]} of {row.name} '
            f'is {row.metrics[wrong[0]]}. Did the training diverge? Look at '
            'its log.'
        )
    with alone_with(path):
        rows = read_ledger(path)
        if row.config_hash and row.key in {r.key for r in rows}:
            return False
        with whole_file(path) as draft:
            lines = [*(r.to_json() for r in rows), row.to_json()]
            draft.write_text('\n'.join(lines) + '\n')
    return True


@contextmanager
def alone_with(path: Path) -> Iterator[None]:
    """Hold the lock of a file while it is read and written again.

    The lock is that of the operating system: it goes with the process.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.with_name(f'.{path.name}.lock').open('a') as file:
        if fcntl is not None:
            fcntl.flock(file, fcntl.LOCK_EX)
        yield
