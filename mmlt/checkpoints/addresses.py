"""From the address of a checkpoint to its file.

All that mmengine's ``CheckpointLoader`` knows: local files, http(s), the
names of torchvision, OpenMMLab and mmcls, and s3. mmengine reads them with
``torch.load(weights_only=False)``; here they become files, which
:func:`~mmlt.checkpoints.read_checkpoint` reads.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlparse

import torch
from mmengine.dist import barrier, is_main_process
from mmengine.fileio import get_file_backend
from mmengine.runner.checkpoint import (
    get_deprecated_model_names,
    get_external_models,
    get_mmcls_models,
    get_torchvision_models,
)

__all__ = ['SCHEMES', 'local_file']

# how an address begins; as a regular expression for mmengine, s3 apart
SCHEMES = {
    'http': ('http://', 'https://'),
    'torchvision': ('torchvision://', 'modelzoo://'),
    'openmmlab': ('open-mmlab://', 'openmmlab://'),
    'mmcls': ('mmcls://',),
    's3': ('s3://', 'petrel://'),
    'pavi': ('pavi://',),
}


@contextmanager
def local_file(address: str | Path) -> Iterator[Path]:
    """The file that an address names, downloaded where it is not here.

    Args:
        address: Path, or an address of :data:`SCHEMES`.

    Yields:
        Its path; of s3, that of a copy which is deleted afterwards.

    Raises:
        ValueError: If it cannot be had.
    """
    text = str(address)
    if '://' not in text:
        yield Path(text).expanduser()
    elif text.rpartition(':s3://')[1] or text.startswith(SCHEMES['s3']):
        backend = get_file_backend(text, backend_args={'backend': 'petrel'})
        with backend.get_local_path(text) as copy:
            yield Path(copy)
    else:
        yield _download(_url_of(text), text)


def _url_of(address: str) -> str:
    scheme, name = address.split('://', 1)
    scheme += '://'
    if scheme in SCHEMES['http']:
        return address
    if scheme in SCHEMES['torchvision']:
        known = get_torchvision_models()
    elif scheme in SCHEMES['openmmlab']:
        known = get_external_models()
        name = get_deprecated_model_names().get(name, name)
    elif scheme in SCHEMES['mmcls']:
        known = get_mmcls_models()
    else:
        raise ValueError(
            'Expected a checkpoint file or an address that begins with '
            f'https://, but got {address}. Download it and name the file.'
        )
    if name not in known:
        raise ValueError(
            f'Expected the name of a network after {scheme}, but got '
            f'{name!r}. Correct it, or name a file.'
        )
    return known[name]


def _download(url: str, address: str) -> Path:
    """Download once, on the first process; the file is kept by torch.hub."""
    if not url.startswith(SCHEMES['http']):
        # a name in the user's open_mmlab.json may stand for a file
        home = os.environ.get('XDG_CACHE_HOME', '~/.cache')
        home = os.environ.get('MMENGINE_HOME', os.path.join(home, 'mmengine'))
        return Path(home).expanduser() / url
    folder = Path(torch.hub.get_dir(), 'checkpoints')
    path = folder / Path(urlparse(url).path).name
    failed: Exception | None = None
    for turn in (True, False):  # the others where they have another disk
        if is_main_process() is turn and not path.is_file():
            try:
                folder.mkdir(parents=True, exist_ok=True)
                torch.hub.download_url_to_file(url, str(path), progress=False)
            except Exception as error:
                failed = error
        barrier()
    if failed is not None:
        raise ValueError(
            f'Expected {address} to be a checkpoint, but it cannot be '
            f'downloaded ({type(failed).__name__}: {failed}). Download it '
            'and name the file.'
        ) from failed
    return path
