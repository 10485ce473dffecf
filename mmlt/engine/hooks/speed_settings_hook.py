import torch
from mmengine.hooks import Hook
from mmengine.optim import AmpOptimWrapper
from mmpretrain.registry import HOOKS

from .runner_parts import unwrap

__all__ = ['SpeedSettingsHook']


@HOOKS.register_module()
class SpeedSettingsHook(Hook):
    """Writes into the log which settings for speed are on.

    For each, how to change it is in the README under "Speed".
    """

    priority = 'VERY_LOW'

    def before_train(self, runner) -> None:
        """Write the line."""
        settings = speed_settings(runner)
        text = ', '.join(f'{name}: {on}' for name, on in settings.items())
        runner.logger.info(f'Speed: {text}')


def speed_settings(runner) -> dict[str, str]:
    """Settings for speed of a training that is about to begin.

    Args:
        runner: Of mmengine, with its training loop built.

    Returns:
        Setting to its value, in words.
    """
    model = unwrap(runner.model)
    device = next(model.parameters()).device.type
    wrapper = runner.optim_wrapper
    if hasattr(wrapper, 'precision'):
        precision = wrapper.precision(device)
    elif isinstance(wrapper, AmpOptimWrapper):
        precision = f'mixed ({wrapper.cast_dtype or "float16"})'
    else:
        precision = 'float32'
    optimizer = getattr(wrapper, 'optimizer', None)
    defaults = getattr(optimizer, 'defaults', {})
    preprocessor = model.data_preprocessor
    loader = runner.train_dataloader
    collate = getattr(loader.collate_fn, 'func', loader.collate_fn)
    return {
        'device': device
        if device != 'cpu'
        else f'cpu, {torch.get_num_threads()} threads',
        'forward pass': precision,
        'channels-last': _on(getattr(preprocessor, 'channels_last', False)),
        'fused optimizer': _on(defaults.get('fused')),
        'torch.compile': _on(runner.cfg.get('compile')),
        'whole batches': _on(
            getattr(collate, '__name__', '') == 'batch_collate'
        ),
    }


def _on(value) -> str:
    return 'on' if value else 'off'
