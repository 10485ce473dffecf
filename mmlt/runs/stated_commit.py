"""The commit of a copy of a checkout that has no ``.git``.

A machine without a network gets the files of a checkout, not its history. A
file beside them, ``mmlt_commit.json``, states their commit, with the hash that
git gives to each file; the statement counts as long as the files have these
hashes, so that a run can be traced as in a checkout.
"""

import hashlib
import json
import subprocess
from collections.abc import Sequence
from pathlib import Path

import mmlt
from mmlt.fileio import write_json

__all__ = ['STATEMENT', 'state_commit', 'stated_version']

STATEMENT = 'mmlt_commit.json'
KEYS = {'commit', 'date', 'files'}


def state_commit(root: Path, path: Path, folders: Sequence[str]) -> str:
    """Write down the commit of a checkout, and the hashes of its files.

    Args:
        root: Top of a git checkout.
        path: File to write.
        folders: Those whose files can change a result.

    Returns:
        The commit, 40 digits.

    Raises:
        subprocess.CalledProcessError: If git fails.
    """
    listed = _git(root, 'ls-tree', '-r', '-z', 'HEAD', '--', *folders)
    files = {}
    for line in filter(None, listed.split('\0')):
        kind, _, name = line.partition('\t')
        mode, _, blob = kind.split()
        if mode != '120000':  # a link has no content of its own
            files[name] = blob
    commit = _git(root, 'rev-parse', 'HEAD').strip()
    date = _git(root, 'log', '-1', '--format=%cs').strip()
    write_json(path, {'commit': commit, 'date': date, 'files': files})
    return commit


def _git(root: Path, *command: str) -> str:
    return subprocess.run(
        ['git', '-C', str(root), *command],
        capture_output=True,
        text=True,
        check=True,
    ).stdout


def stated_version(
    folders: Sequence[str], root: Path | None = None
) -> tuple[str | None, bool | None, str | None]:
    """Commit that is stated beside mmlt, and whether its files are others.

    Args:
        folders: Those whose files count.
        root: Folder of the statement; None: the one that holds mmlt.

    Returns:
        The commit, whether a file was changed, added or removed since, and
        the date of the commit; None, None and None without a statement that
        can be read.
    """
    root = root or Path(mmlt.__file__).resolve().parents[1]
    try:
        stated = json.loads((root / STATEMENT).read_text('utf-8'))
        if not stated.keys() >= KEYS:
            return None, None, None
    except (OSError, ValueError, AttributeError):
        return None, None, None
    changed = stated['files'] != hashes_of(root, folders)
    return stated['commit'], changed, stated['date']


def hashes_of(root: Path, folders: Sequence[str]) -> dict[str, str]:
    """Hash of each file as git computes it, by its path.

    Args:
        root: Top of the files.
        folders: Below it; links and what Python compiled are left out.

    Source:
        Pro Git, Sec. 10.2 "Object Storage":
        https://git-scm.com/book/en/v2/Git-Internals-Git-Objects
    """
    found = {}
    for folder in folders:
        for path in sorted((root / folder).rglob('*')):
            name = path.relative_to(root)
            if '__pycache__' in name.parts or path.is_symlink():
                continue
            if path.is_file():
                content = path.read_bytes()
                head = f'blob {len(content)}\0'.encode()
                digest = hashlib.sha1(head + content, usedforsecurity=False)
                found[name.as_posix()] = digest.hexdigest()
    return found
