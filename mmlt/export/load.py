"""A trained model to be exported: every weight is there, and no other."""

import copy

from mmengine.config import Config
from mmengine.registry import DefaultScope
from mmengine.runner.checkpoint import (
    _load_checkpoint,
    _load_checkpoint_to_model,
)
from mmpretrain.registry import MODELS
from torch import nn

from .inference import preprocessor_settings


def load_model(config: Config, checkpoint: str) -> tuple[nn.Module, dict]:
    """Model of a recipe with the weights of a checkpoint, for testing.

    Args:
        config: The recipe.
        checkpoint: Path of a checkpoint of it.

    Returns:
        The model on the CPU in evaluation mode, and the checkpoint's
        ``meta``.

    Raises:
        ValueError: If weights are missing or do not fit.
    """
    settings = copy.deepcopy(config.model)
    settings.setdefault('data_preprocessor', preprocessor_settings(config))
    with DefaultScope.overwrite_default_scope('mmpretrain'):
        model = MODELS.build(settings)
    content = _load_checkpoint(checkpoint, map_location='cpu')
    try:
        _load_checkpoint_to_model(model, content, strict=True)
    except RuntimeError as error:
        raise ValueError(
            f'Expected {checkpoint} to hold the weights of this config, but '
            f'they do not fit. {error}'
        ) from error
    return model.eval(), content.get('meta', {})
