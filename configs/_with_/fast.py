"""The fast protocol: 40 epochs of one cycle instead of 200, for comparisons.

A fifth of the images of the published schedule (a tenth where that has 400
epochs), the same for every method, in batches of 32: the learning rate rises
over three epochs and falls to zero along a cosine. Batch, peak and weight
decay were chosen by cross-entropy on held-out images (``tuning``);
docs/results.md says how near it comes to the full length. Numbers under it
are compared with each other alone. A second stage gets the rate too: where its
own is far from 0.1 (DisAlign, GCL, LOS), set that by --cfg-options.
"""

needs = {
    'train_dataloader.dataset.imbalance_ratio': None,
    # the rate is one of SGD
    'optim_wrapper.optimizer.type': ['SGD'],
}

train_dataloader = dict(batch_size=32)
optim_wrapper = dict(optimizer=dict(lr=0.1, weight_decay=5e-4))
schedule = dict(scale=0.2, at_most=40, warmup=3, val_interval=10, cosine=True)
