"""Imbalance ratio 50: the largest class has 50 times the images of the smallest.

For data sets that are made long-tailed here, CIFAR-10-LT and CIFAR-100-LT.
Before held-out, if both are named.
"""

needs = {'train_dataloader.dataset.imbalance_ratio': None}

train_dataloader = dict(dataset=dict(imbalance_ratio=50))
