"""Files of `init_cfg=dict(type='Pretrained')` that fit nothing.

mmengine loads what has a name in the network and warns of the rest: with the
file of another network, or without the prefix that it needs, a training
begins with random weights.
"""

from torch import nn

from mmlt.checkpoints import read_checkpoint
from mmlt.weights import weights_of

__all__ = ['check_pretrained_parts']


def check_pretrained_parts(model: nn.Module) -> None:
    """See that the files that parts begin with hold weights of theirs.

    Addresses (``torchvision://resnet18``, ``https://...``) are not looked at.

    Args:
        model: Built, before its weights are initialized.

    Raises:
        ValueError: Naming a file of which no weight fits.
    """
    for name, part in model.named_modules():
        settings = getattr(part, 'init_cfg', None)
        settings = settings if isinstance(settings, list) else [settings]
        for setting in settings:
            if isinstance(setting, dict) and is_file(setting):
                check_pretrained(name or 'model', part, setting)


def is_file(setting: dict) -> bool:
    """Whether a part begins with a file, not with a network by its name."""
    source = str(setting.get('checkpoint'))
    return setting.get('type') == 'Pretrained' and '://' not in source


def check_pretrained(name: str, part: nn.Module, setting: dict) -> None:
    """Check one part, see :func:`check_pretrained_parts`."""
    source = setting['checkpoint']
    found = weights_of(read_checkpoint(source))
    prefix = setting.get('prefix')
    start = f'{prefix.rstrip(".")}.' if prefix else ''
    inside = {
        key.removeprefix(start): value
        for key, value in found.items()
        if key.startswith(start)
    }
    wanted = part.state_dict()
    if not wanted or any(
        key in inside and inside[key].shape == value.shape
        for key, value in wanted.items()
    ):
        return
    raise ValueError(
        f'Expected {source} to hold weights of `{name}` '
        f'({type(part).__name__}), which begins with them (`init_cfg`), but '
        f'none of its {len(found)} fits: it has names such as '
        f'{next(iter(found), "none")!r}, the network {next(iter(wanted))!r}. '
        'Name a file of this network'
        + (f', or another prefix than {prefix!r}.' if prefix else '')
        + ('' if prefix else ", or set `prefix='...'` for a part of it.")
    )
