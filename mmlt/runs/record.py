"""Which code and which config made a run: ``run.json`` in its folder."""

import json
import re
import subprocess
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from mmengine.config import Config
from mmengine.dist import master_only

import mmlt
from mmlt.checkpoints import numbered
from mmlt.fileio import write_json

from .stated_commit import stated_version

NAME = 'run.json'
# folders of a checkout whose files can change a result
CODE = ('mmlt', 'configs', 'tools')
KEYS = {
    'config',
    'arguments',
    'commit',
    'changed',
    'resumed',
    'mmlt',
    'started',
}
# options of tools/train.py
NO_VALUE = {
    '--amp',
    '--no-validate',
    '--auto-scale-lr',
    '--restart',
    '--verbose',
}
ONE_VALUE = {
    '--work-dir',
    '--resume',
    '--seed',
    '--launcher',
    '--local_rank',
    '--local-rank',
    '--trust',
}
# options that do not change the result
LEFT_OUT = ONE_VALUE - {'--seed'} | {'--restart', '--verbose'}


def checkout() -> Path | None:
    """The git checkout that mmlt is imported from; None for a wheel."""
    root = Path(mmlt.__file__).resolve().parents[1]
    return root if (root / '.git').exists() else None


def code_version(root: Path | None) -> tuple[str | None, bool | None]:
    """Commit of a checkout, and whether its code was changed since.

    New files count as changes, of ``mmlt``, ``configs`` and ``tools`` alone.

    Args:
        root: Top of the checkout, or None.

    Returns:
        The commit, 40 digits, and whether it was changed; None and None
        without git or before the first commit. Without a checkout, the
        commit that a copy of one states (:mod:`.stated_commit`), or None.
    """
    if root is None:
        return stated_version(CODE)[:2]
    try:
        commit = _git(root, 'rev-parse', '--verify', 'HEAD').strip()
        changes = _git(root, 'status', '--porcelain', '--', *CODE)
    except (OSError, subprocess.CalledProcessError):
        return None, None
    return commit, bool(changes.strip())


def _git(root: Path, *command: str) -> str:
    return subprocess.run(
        ['git', '-C', str(root), *command],
        capture_output=True,
        text=True,
        check=True,
    ).stdout


@master_only
def record_run(cfg: Config, arguments: Sequence[str] = ()) -> None:
    """Write down in the work directory what is about to be run.

    A resumed run adds a part; one that starts anew begins the file anew.

    Args:
        cfg: Config of the run, with ``work_dir``, ``resume`` and
            ``load_from``, the checkpoint that it goes on from.
        arguments: Of the command line.
    """
    root = checkout()
    commit, changed = code_version(root)
    folder = Path(cfg.work_dir)
    resumed = bool(cfg.get('resume')) and (
        bool(cfg.get('load_from'))
        or (folder / 'last_checkpoint').exists()
        or bool(numbered(folder))
    )
    try:
        parts = read_run_record(folder) if resumed else []
    except ValueError:  # damaged: not what a training should fail for
        parts = []
    parts.append(
        {
            'config': _config_name(cfg, root),
            'repository': own_repository(cfg.filename, root),
            'work_dir': option_of(arguments, '--work-dir'),
            'arguments': kept_arguments(arguments),
            'overlays': list(cfg.get('applied_overlays') or []),
            'commit': commit,
            'changed': changed,
            'resumed': resumed,
            'mmlt': mmlt.__version__,
            'started': f'{datetime.now():%Y%m%d_%H%M%S}',
        }
    )
    write_json(folder / NAME, parts)


def kept_arguments(arguments: Sequence[str]) -> list[str]:
    """Options of a command line that say what is trained.

    Args:
        arguments: As ``sys.argv[1:]`` of tools/train.py.

    Returns:
        Without the config, and without where the run goes and what it goes
        on from.
    """
    kept, option = [], None
    for word in arguments:
        if word.startswith('--'):
            option = word.partition('=')[0]
        if option is not None and option not in LEFT_OUT:
            kept.append(word)
        if option in NO_VALUE or (option in ONE_VALUE and word != option):
            option = None
    return kept


def option_of(arguments: Sequence[str], option: str) -> str | None:
    """Value of an option of a command line, ``--a b`` or ``--a=b``."""
    words = iter(arguments)
    for word in words:
        name, equals, value = word.partition('=')
        if name == option:
            return value if equals else next(words, None)
    return None


def own_repository(config: str | None, root: Path | None) -> dict | None:
    """Repository of the person whose config it is, and its state.

    Args:
        config: File of the recipe.
        root: Top of the checkout of mmlt, or None.

    Returns:
        None for a recipe of mmlt. Else 'name', the folder of the work tree;
        'remote', its address without a password; 'commit', 40 digits; and
        'changed', whether a file that git knows was changed since, or the
        config is not known to it. All of them None where the config lies in
        no work tree.
    """
    if config is None:
        return None
    path = Path(config).resolve()
    ours = (root, Path(mmlt.__file__).resolve().parent)
    if any(top is not None and path.is_relative_to(top) for top in ours):
        return None
    found = dict.fromkeys(('name', 'remote', 'commit', 'changed'))
    try:
        top = _git(path.parent, 'rev-parse', '--show-toplevel').strip()
        found['name'] = Path(top).name
        found['commit'] = _git(
            path.parent, 'rev-parse', '--verify', 'HEAD'
        ).strip()
        changes = _git(path.parent, 'status', '--porcelain', '-uno')
        known = _git(path.parent, 'ls-files', '--', str(path))
        found['changed'] = bool(changes.strip()) or not known.strip()
        address = _git(path.parent, 'remote', 'get-url', 'origin').strip()
        found['remote'] = re.sub(r'(?<=://)[^/@]*@', '', address)
    except (OSError, subprocess.CalledProcessError):
        pass  # no git, no work tree, no commit yet, or no remote
    return found


def _config_name(cfg: Config, root: Path | None) -> str | None:
    """The config from the top of the project, or from where one stands.

    In a wheel the project's configs lie beside its code; ``mmlt train`` finds
    them by the same name.
    """
    if not cfg.filename:
        return None
    path = Path(cfg.filename).resolve()
    installed = Path(mmlt.__file__).resolve().parent / '.mim'
    for top in filter(None, (root, installed, Path.cwd())):
        if path.is_relative_to(top):
            return path.relative_to(top).as_posix()
    return path.as_posix()


def read_run_record(folder: str | Path) -> list[dict]:
    """What :func:`record_run` wrote.

    Args:
        folder: Work directory.

    Returns:
        A dict for each part of the run, in order: 'config', 'arguments' (see
        :func:`kept_arguments`), 'overlays' (names; missing in runs that were
        recorded before there were any), 'commit' and 'changed' of mmlt
        (None where not known), 'repository' (see :func:`own_repository`) and
        'work_dir' (as it was named, or None; both missing in earlier
        records), 'resumed', 'mmlt' (its version) and
        'started' (as mmengine writes it, '20260102_100000'). The first is
        'resumed' too where what it went on from was not recorded. Empty for
        a run that was not recorded.

    Raises:
        ValueError: If the file is damaged.
    """
    path = Path(folder) / NAME
    if not path.is_file():
        return []
    try:
        parts = json.loads(path.read_text())
        if not all(part.keys() >= KEYS for part in parts):
            raise ValueError
    except (ValueError, AttributeError, TypeError) as error:
        raise ValueError(
            f'Expected {path} to be written by tools/train.py, but it cannot '
            'be read. Delete it: the run then counts as not recorded.'
        ) from error
    return parts
