"""Deferred re-sampling: every image once first, the sampler at the end.

From epoch 160 of 200, as in Bag of Tricks; on the digits from epoch 28 of 40,
where their learning rate falls.
"""

needs = {
    'train_dataloader.sampler.type': ['LongTailSampler'],
    'train_dataloader.sampler.pair_with_uniform': [None, False],
}

_set = _base_.train_dataloader.dataset
while 'dataset' in _set:  # one that selects from another
    _set = _set.dataset

train_dataloader = dict(
    sampler=dict(begin=0.7 if _set.type == 'DigitsLT' else 0.8),
)
