"""Parts of mmengine, mmcv and mmpretrain that would do nothing here."""

from collections.abc import Iterator

from mmengine.dist import get_world_size
from mmpretrain.models import BaseRetriever

from .runner_parts import is_training, unwrap

__all__ = ['check_parts', 'misfits']

SELF_SUPERVISED = (
    'it belongs to a network of self-supervised training, which this is not. '
    'Drop it'
)
RETRIEVAL = 'it belongs to a network of image retrieval, which this is not'
# hook -> why it cannot do what it is for; docs/hooks.md has all of them
REFUSED = {
    'DenseCLHook': SELF_SUPERVISED,
    'SimSiamHook': SELF_SUPERVISED,
    'SwAVHook': SELF_SUPERVISED,
    'NaiveVisualizationHook': 'it reads batches of an earlier mmengine. Take '
    '`default_hooks.visualization` (VisualizationHook, enable=True)',
    'RFSearchHook': 'it changes nothing by itself, because nobody calls its '
    '`init_model`. Drop it',
}


def check_parts(runner) -> None:
    """Check that no hook or loop is in the config that cannot work.

    Args:
        runner: Of mmengine, built.

    Raises:
        ValueError: Naming it, and why.
    """
    for name, why in misfits(runner):
        raise ValueError(
            f'Expected parts of mmengine and mmpretrain that work here, but '
            f'got {name}: {why}. See docs/hooks.md.'
        )


def misfits(runner) -> Iterator[tuple[str, str]]:
    """Names of parts that cannot work, and why."""
    model = unwrap(runner.model)
    retrieves = isinstance(model, BaseRetriever)
    hooks = {type(hook).__name__: hook for hook in runner.hooks}
    for name in hooks:
        if name in REFUSED:
            yield name, REFUSED[name]
    if 'PrepareProtoBeforeValLoopHook' in hooks and not retrieves:
        yield 'PrepareProtoBeforeValLoopHook', f'{RETRIEVAL}. Drop it'
    if 'PreciseBNHook' in hooks and is_training(runner):
        batch = runner.train_dataloader.batch_size * get_world_size()
        samples = hooks['PreciseBNHook'].num_samples
        if samples < batch:
            yield (
                'PreciseBNHook',
                f'no statistics come from num_samples={samples}, less than '
                f'a batch of {batch}. Take more',
            )
    loops = (runner._train_loop, runner._val_loop, runner._test_loop)
    for loop in loops:
        name = type(loop).__name__
        if name.startswith('Retrieval') and not retrieves:
            yield name, f'{RETRIEVAL}. Leave `type` out'
    if any(map(serves_whole_batches, loops)):
        kind = type(model)
        if kind.__module__.startswith('mmpretrain.'):
            yield (
                kind.__name__,
                'it predicts images one by one, and the data set serves '
                "whole batches. Set type='LongTailClassifier' in the model, "
                'or a `pipeline` in the data set and another `collate_fn`',
            )
        if 'PrepareTTAHook' in hooks:
            yield (
                'PrepareTTAHook',
                'test-time augmentation needs several views of an image, '
                'and the data set serves whole batches. Set a `pipeline` '
                'with TestTimeAug, and another `collate_fn`',
            )


def serves_whole_batches(loop) -> bool:
    """Whether the loader of a loop that is built uses ``batch_collate``."""
    collate = getattr(getattr(loop, 'dataloader', None), 'collate_fn', None)
    collate = getattr(collate, 'func', collate)
    return getattr(collate, '__name__', '') == 'batch_collate'
