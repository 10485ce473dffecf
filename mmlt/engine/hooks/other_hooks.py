"""Hooks of mmengine, mmcv and mmpretrain that would do nothing here."""

from mmengine.dist import get_world_size
from mmpretrain.models import BaseRetriever

from .runner_parts import is_training, unwrap

SELF_SUPERVISED = (
    'it belongs to a network of self-supervised training, which this is not'
)
# hook -> why it cannot do what it is for; docs/hooks.md has all of them
REFUSED = {
    'DenseCLHook': SELF_SUPERVISED,
    'SimSiamHook': SELF_SUPERVISED,
    'SwAVHook': SELF_SUPERVISED,
    'NaiveVisualizationHook': 'it reads batches of an earlier mmengine. Take '
    '`default_hooks.visualization` (VisualizationHook, enable=True)',
    'RFSearchHook': 'it changes nothing by itself: nobody calls its '
    '`init_model`',
}


def check_hooks(runner) -> None:
    """Check that no hook is in the config that cannot work.

    Args:
        runner: Of mmengine, built.

    Raises:
        ValueError: Naming the hook, and why.
    """
    for hook in runner.hooks:
        name = type(hook).__name__
        why = REFUSED.get(name)
        if name == 'PrepareProtoBeforeValLoopHook' and not isinstance(
            unwrap(runner.model), BaseRetriever
        ):
            why = 'it belongs to a network of image retrieval, not this one'
        if name == 'PreciseBNHook' and is_training(runner):
            batch = runner.train_dataloader.batch_size * get_world_size()
            if hook.num_samples < batch:
                why = (
                    f'its num_samples={hook.num_samples} are less than a '
                    f'batch of {batch}, from which no statistics come. Take '
                    'more'
                )
        if why is not None:
            raise ValueError(
                f'Expected hooks that work here, but got {name}: {why}. Drop '
                'it from the config, or mend it.'
            )
