"""Test with five crops of every image, the mean of their logits (five_crops/...)."""

needs = {'test_dataloader.dataset': None}

test_cfg = dict(type='FiveCropTestLoop')
