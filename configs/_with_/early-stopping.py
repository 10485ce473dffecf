"""Stop when ten evaluations in a row bring no better top-1 accuracy.

What is kept is the last epoch, not the best. Where validation images are the
test images (CIFAR-LT, the digits), the epoch is then chosen on the test set:
add `tuning` there. A schedule whose learning rate falls late is cut off
before it does; evaluate less often (train_cfg.val_interval) if so.
"""

custom_hooks = [
    *_base_.custom_hooks,
    dict(
        type='ResumableEarlyStoppingHook',
        monitor='accuracy/top1',
        patience=10,
    ),
]
