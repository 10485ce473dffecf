"""What must be installed beside mmlt, for which part of it.

The functions, losses, necks and samplers need torch and numpy alone. The
trainer, which is all the rest, needs the parents (mmengine, mmcv, mmpretrain)
as well.
"""

import functools
import re
from importlib import metadata

# distribution -> (oldest release that works, its name before the fork)
REQUIRED = {
    'torch': ('2.6', None),
    'torchvision': ('0.21', None),
    'onedl-mmengine': ('0.10.12', ('mmengine', 'mmengine-lite')),
    'onedl-mmcv': ('2.3.6', ('mmcv', 'mmcv-lite')),
    'onedl-mmpretrain': ('1.3.6', ('mmpretrain',)),
}
WITHOUT = (
    ' (`mmlt.functional`, `mmlt.losses`, `mmlt.necks` and `mmlt.samplers` '
    'work without.)'
)


def _release(version: str) -> tuple[int, ...]:
    """Leading numbers of a version: '2.11.0+cpu' is (2, 11, 0)."""
    return tuple(int(n) for n in re.findall(r'\d+', version.split('+')[0])[:3])


def installed_version(name: str) -> str | None:
    """Version of an installed distribution, None where there is none."""
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return None


@functools.cache
def why_no_trainer() -> str:
    """Why the trainer cannot work in this environment; '' if it can."""
    try:
        check_environment()
    except ImportError as error:
        return str(error)
    return ''


def has_trainer() -> bool:
    """Whether the trainer, and not the parts alone, can work here."""
    return not why_no_trainer()


def require_trainer() -> None:
    """Check that the trainer can work here, before a part of it is used.

    Raises:
        ImportError: As :func:`check_environment`.
    """
    try:
        check_environment()
    except ImportError as error:
        error.msg += WITHOUT
        raise


def check_environment() -> None:
    """Check that all of mmlt can work in this environment.

    Raises:
        ImportError: If a distribution is too old or missing, an original
            and its fork are both installed, torchvision is not the partner
            of torch, or mmpretrain cannot be imported beside transformers.
            The message names the command that mends it.
    """
    for name in REQUIRED:
        check_distribution(name)
    check_torch_pair(*map(installed_version, ('torch', 'torchvision')))
    check_transformers(
        *map(installed_version, ('transformers', 'pycocotools'))
    )


def check_distribution(name: str) -> None:
    """Check one distribution of ``REQUIRED``, whatever the others are.

    Raises:
        ImportError: As :func:`check_environment`.
    """
    oldest, originals = REQUIRED[name]
    both = [o for o in originals or () if installed_version(o)]
    if both:
        what = 'both ' if installed_version(name) else ''
        raise ImportError(
            f'Expected {name} without {both[0]}, but {what}{both[0]} '
            f'{installed_version(both[0])} is installed: they share one '
            'folder. Mend it with: pip uninstall -y '
            f'{" ".join(both)} {name} && pip install "{name}>={oldest}"'
        )
    check_version(name, oldest)


def check_version(name: str, oldest: str) -> None:
    """Check that a distribution is installed, and not too old.

    Args:
        name: Of the distribution.
        oldest: Release that serves.

    Raises:
        ImportError: If it is missing or older. The message names the command
            that mends it.
    """
    found = installed_version(name)
    if found is None:
        raise ImportError(
            f'Expected {name} >= {oldest}, but it is not installed. '
            f'Mend it with: pip install "{name}>={oldest}"'
        )
    if _release(found) < _release(oldest):
        raise ImportError(
            f'Expected {name} >= {oldest}, but got {found}. Mend it '
            f'with: pip install -U "{name}>={oldest}"'
        )


def check_torch_pair(torch: str, torchvision: str) -> None:
    """Check that torchvision was built for this torch.

    torch 2.m and torchvision 0.(m + 15) are released together; the operators
    of another pair cannot be loaded ("torchvision::nms does not exist").

    Args:
        torch: Version of torch.
        torchvision: Version of torchvision.

    Raises:
        ImportError: If they are not a pair.
    """
    major, minor = _release(torch)[:2]
    if major != 2:
        return  # no rule is known
    if _release(torchvision)[:2] == (0, minor + 15):
        return
    raise ImportError(
        f'Expected torchvision 0.{minor + 15} beside torch {torch}, but got '
        f'{torchvision}. Mend it with: pip install '
        f'"torch=={major}.{minor}.*" "torchvision==0.{minor + 15}.*"'
    )


def check_transformers(transformers: str | None, coco: str | None) -> None:
    """Check that mmpretrain can be imported beside transformers.

    Where pycocotools is there too it imports its networks for text, and
    those need what transformers 5 has no more.

    Args:
        transformers: Version of transformers; None: it is not installed.
        coco: Version of pycocotools.

    Raises:
        ImportError: If it cannot.
    """
    if transformers and coco and _release(transformers) >= (5,):
        raise ImportError(
            'Expected transformers < 5 beside onedl-mmpretrain and '
            f'pycocotools, but got {transformers}, with which mmpretrain '
            'cannot be imported. Mend it with: pip install "transformers<5"'
        )
