"""The training images per class where a checkpoint does not say them."""

from mmengine.hooks import Hook
from mmengine.logging import print_log

from mmlt.engine.hooks.runner_parts import parts_of

from .train_counts import train_counts

__all__ = ['CountsOfConfigHook']

# the metric that cannot be without them
NEEDS_COUNTS = 'ShotAccuracy'


class CountsOfConfigHook(Hook):
    """Tests plain weights with the class counts of the config.

    A checkpoint that a training with ``LongTailHook`` wrote has them in its
    ``meta``, where that hook looks for them.
    """

    # before LongTailHook
    priority = 'HIGHEST'

    def after_load_checkpoint(self, runner, checkpoint: dict) -> None:
        """Write the counts of the training set where none are.

        Raises:
            ValueError: If a metric needs them, and the training set of the
                config cannot be read.
        """
        meta = checkpoint.get('meta') or {}
        asking = list(parts_of(runner, 'set_class_counts'))
        if 'state_dict' not in checkpoint or 'class_counts' in meta:
            return
        if not asking:
            return
        try:
            counts, _ = train_counts(runner.cfg)
        except (OSError, ValueError) as error:
            if not any(type(p).__name__ == NEEDS_COUNTS for p in asking):
                return
            raise ValueError(
                'Expected the training images per class, for the shot groups '
                'of the test, but the checkpoint does not say them, and they '
                f'cannot be counted in the training set. {error} Or say them: '
                "test_evaluator's ShotAccuracy(class_counts=[...])."
            ) from error
        checkpoint['meta'] = {**meta, 'class_counts': counts}
        print_log(
            'The checkpoint does not say the training images per class: '
            'those of the training set of the config count '
            f'({sum(counts)} images of {len(counts)} classes).',
            logger='current',
        )
