"""What is laid over a recipe to choose its settings honestly."""

from collections.abc import Sequence

from mmengine.config import Config

from .recipe_files import CONFIGS
from .recipes import load_recipe
from .schedules import NothingToChange

__all__ = ['held_out_overlays']

# measures macro accuracy on images that are not those of the test
CHOOSING = CONFIGS / '_base_' / 'choosing.py'
# whose held-out images can be balanced: `tuning` was written for them
BALANCED = ('CIFAR10LT', 'CIFAR100LT', 'DigitsLT')


def held_out_overlays(config: str, overlays: Sequence[str]) -> list[str]:
    """Overlays that train on a part of the training set, and measure the rest.

    Args:
        config: Recipe.
        overlays: That the person has named.

    Returns:
        What is to be named after those: 'tuning', where the training set is
        one of which the same number of images of every class can be held
        out; and what holds out a fifth of every class, unless that has been
        done or the validation images are others than the test images.

    Raises:
        NothingToChange: If the recipe has no training set.
    """
    added = [str(CHOOSING)]
    cfg = load_recipe(config, overlays)
    if _inner_set(cfg) in BALANCED:
        try:
            load_recipe(config, [*overlays, 'tuning'])
            added = ['tuning', *added]
        except NothingToChange:  # something is held out already
            pass
    load_recipe(config, [*overlays, *added])
    return added


def _inner_set(cfg: Config) -> str:
    """Kind of the training set, where nothing is held out yet."""
    loader = cfg.get('train_dataloader') or {}
    return str((loader.get('dataset') or {}).get('type'))
