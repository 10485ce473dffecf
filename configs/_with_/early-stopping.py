"""Stop when ten evaluations in a row bring no better accuracy.

That is the macro accuracy where the recipe measures it, as those for images
of your own do, and the top-1 accuracy elsewhere.

What is kept is the last epoch, not the best. Where validation images are the
test images (CIFAR-LT, the digits), the epoch is then chosen on the test set:
add `tuning` there. A schedule whose learning rate falls late is cut off
before it does; evaluate less often (train_cfg.val_interval) if so.
"""

custom_hooks = [
    *_base_.custom_hooks,
    dict(
        type='ResumableEarlyStoppingHook',
        monitor=(
            'macro/accuracy'
            if 'MacroAccuracy' in str(_base_.val_evaluator)
            else 'accuracy/top1'
        ),
        patience=10,
    ),
]
