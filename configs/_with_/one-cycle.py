"""One cycle of the learning rate instead of its steps, as long as the recipe.

It rises over five epochs to the recipe's rate and falls to zero along a
cosine, in every iteration. Batch, peak and weight decay stay. Ours, not that
of a paper of a method; `fast` has this curve in a fifth of the epochs.
"""

schedule = dict(
    scale=1.0,
    warmup=5,
    val_interval=_base_.train_cfg.get('val_interval', 1),
    cosine=True,
)
