"""The weights of a checkpoint, and those of a network."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import torch
from mmengine.model import BaseTTAModel
from torch import Tensor, nn
from torch.nn.modules.module import _IncompatibleKeys

from .checkpoints import read_checkpoint

__all__ = [
    'Fit',
    'check_fits',
    'check_weights',
    'load_weights',
    'load_what_fits',
    'read_checkpoint',
    'weights_of',
]

# what a network needs while it is trained and not at test
TRAINING_PARTS = ('loss_module', 'aux_losses', 'contrast')
# the counts come from the training set too, and old files lack the others
OPTIONAL = ('class_counts', 'num_batches_tracked')
NAMED = 3  # weights that a message names


@dataclass(frozen=True)
class Fit:
    """How the weights of a checkpoint fit a network.

    Args:
        missing: Names of the network's that the checkpoint lacks.
        unexpected: Names of the checkpoint's that the network lacks.
        other_shape: Name to the shapes in the checkpoint and the network.
    """

    missing: list[str]
    unexpected: list[str]
    other_shape: dict[str, tuple[tuple[int, ...], tuple[int, ...]]]

    @property
    def not_loaded(self) -> set[str]:
        """Names of the network's that keep their values."""
        return {*self.missing, *self.other_shape}

    def without(self, parts: tuple[str, ...]) -> 'Fit':
        """The same, not looking at names with one of these words in them."""

        def kept(name: str) -> bool:
            return not set(name.split('.')) & set(parts)

        return Fit(
            list(filter(kept, self.missing)),
            list(filter(kept, self.unexpected)),
            {k: v for k, v in self.other_shape.items() if kept(k)},
        )

    def phrases(self) -> Iterator[str]:
        """What does not fit, in words."""
        if self.other_shape:
            shapes = [
                f'{name} {got} for {wanted}'
                for name, (got, wanted) in self.other_shape.items()
            ]
            yield f'of another shape: {first_of(shapes)}'
        if self.missing:
            yield f'missing: {first_of(self.missing)}'
        if self.unexpected:
            yield f'not in the network: {first_of(self.unexpected)}'


def first_of(names: list[str]) -> str:
    """The first names, and how many more there are."""
    more = len(names) - NAMED
    return ', '.join(names[:NAMED]) + (f' and {more} more' * (more > 0))


def weights_of(checkpoint: dict) -> dict[str, Tensor]:
    """Weights in a checkpoint, or in a file of weights alone.

    Args:
        checkpoint: As :func:`read_checkpoint` returns it.

    Returns:
        Name to value, without the prefix 'module.' of a wrapped network.
    """
    return {
        name.removeprefix('module.'): value
        for name, value in checkpoint.get('state_dict', checkpoint).items()
    }


def check_weights(checkpoint: dict, source: str | Path) -> None:
    """Check that a checkpoint holds weights, and numbers in them.

    Args:
        checkpoint: As :func:`read_checkpoint` returns it.
        source: Where it is from, for the messages.

    Raises:
        ValueError: If there are none, one is no tensor, or one has a nan.
    """
    weights = checkpoint.get('state_dict', checkpoint)
    named = isinstance(weights, Mapping) and {
        name: value
        for name, value in weights.items()
        if not str(name).endswith('_extra_state')  # torch: of any type
    }
    if not named or not any(isinstance(w, Tensor) for w in named.values()):
        has = ', '.join(map(str, checkpoint))[:60] or 'nothing'
        if 'state_dict' in checkpoint:
            has = 'no tensor there'
        raise ValueError(
            f'Expected {source} to hold the weights of a network in '
            f'`state_dict`, but it has {has}. Name a checkpoint of a '
            'training.'
        )
    for name, value in named.items():
        if not isinstance(name, str):
            raise ValueError(
                f'Expected the weights in {source} to have names, but one is '
                f'called {name!r}. Name a checkpoint of a training.'
            )
        if not isinstance(value, Tensor):
            raise ValueError(
                f'Expected every weight in {source} to be a tensor, but '
                f'{name} is of the type {type(value).__name__}. Name a '
                'checkpoint of a training.'
            )
        if value.isnan().any():
            raise ValueError(
                f'Expected the weights in {source} to be numbers, but {name} '
                'has nan. Did its training diverge? Take an earlier '
                'checkpoint, or train with a lower learning rate.'
            )


def load_what_fits(
    module: nn.Module, weights: Mapping[str, Tensor], source: str | Path
) -> Fit:
    """Load the weights that have a place of their shape in a module.

    Args:
        module: Changed in place.
        weights: By name, see :func:`weights_of`.
        source: Where they are from, for the messages.

    Returns:
        What was not loaded.

    Raises:
        ValueError: If one is not as torch can load it.
    """
    missing: list[str] = []
    unexpected: list[str] = []
    errors: list[str] = []
    own_shapes = {k: v.shape for k, v in module.state_dict().items()}

    # as torch's and mmengine's `load_state_dict`, which do not say what
    # was left out (torch stops at another shape)
    def load(part: nn.Module, state: dict, prefix: str) -> None:
        if isinstance(part, BaseTTAModel):
            part = part.module
        part._load_from_state_dict(
            state, prefix, {}, True, missing, unexpected, errors
        )
        for name, child in part.named_children():
            start = f'{prefix}{name}.'
            of_child = {k: v for k, v in state.items() if k.startswith(start)}
            load(child, of_child, start)
        for hook in part._load_state_dict_post_hooks.values():
            hook(part, _IncompatibleKeys(missing, unexpected))

    with torch.no_grad():
        load(module, dict(weights), '')
    other_shape = {}
    for error in errors:
        found = re.match(r'size mismatch for ([^:]+):', error)
        if found is None:
            raise ValueError(
                f'Expected {source} to hold the weights of '
                f'{type(module).__name__}, but they cannot be loaded '
                f'({" ".join(error.split())}). Take the checkpoint that this '
                'config was trained with.'
            )
        name = found[1]
        wanted = own_shapes.get(name, torch.Size())
        got = weights[name].shape if name in weights else torch.Size()
        other_shape[name] = tuple(got), tuple(wanted)
    return Fit(missing, unexpected, other_shape)


def load_weights(
    module: nn.Module,
    weights: Mapping[str, Tensor],
    source: str | Path,
    strict: bool = False,
) -> None:
    """Load weights into a module that has been built, all of them.

    Args:
        module: Changed in place.
        weights: By name, see :func:`weights_of`.
        source: Where they are from, for the messages.
        strict: Whether what is needed in training alone must be there too.

    Raises:
        ValueError: If they are not those of this module; it names what is
            missing, has another shape, or has no place in it.
    """
    fit = load_what_fits(module, weights, source)
    check_fits(
        fit if strict else fit.without((*TRAINING_PARTS, *OPTIONAL)), source
    )


def check_fits(fit: Fit, source: str | Path) -> None:
    """Check that a checkpoint is that of a network.

    Args:
        fit: What does not fit.
        source: File, for the message.

    Raises:
        ValueError: If there is something.
    """
    said = list(fit.phrases())
    if said:
        raise ValueError(
            f'Expected {source} to hold the weights of the network of this '
            f'config, but it does not ({"; ".join(said)}). Is it the '
            'checkpoint of another config? Take the one that it was trained '
            'with.'
        )
