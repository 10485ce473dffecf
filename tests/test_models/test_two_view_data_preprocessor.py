import torch

from mmlt.models import BatchDataPreprocessor, TwoViewDataPreprocessor
from mmlt.structures import BatchDataSample

NORM = dict(mean=[125.3, 123.0, 113.9], std=[51.6, 50.8, 51.3])
CROP = dict(type='BatchRandomCrop', size=8, padding=2)


def batch(n=16):
    inputs = torch.randint(0, 256, (n, 3, 8, 8), dtype=torch.uint8)
    samples = [BatchDataSample(gt_label=torch.arange(n))]
    return {'inputs': inputs, 'data_samples': samples}


def test_training_has_two_views_with_random_numbers_of_their_own():
    data = batch()
    ours = TwoViewDataPreprocessor([CROP], [CROP], **NORM)
    first, second = ours(data, training=True)['inputs']
    one = BatchDataPreprocessor([CROP], **NORM)
    assert torch.equal(first, one(data, training=True)['inputs'])
    assert torch.equal(second, one(data, training=True)['inputs'])
    assert not torch.equal(first, second)
    assert data['inputs'].dtype == torch.uint8  # the batch is left alone


def test_an_epoch_repeats_its_views():
    data = batch()
    ours = TwoViewDataPreprocessor([CROP], [CROP], **NORM)
    views = []
    for epoch in (3, 3, 4):
        for part in ours.modules():  # as the hook does
            if hasattr(part, 'set_progress'):
                part.set_progress(epoch, 10)
        views.append(ours(data, training=True)['inputs'])
    for a, b, c in zip(*views, strict=True):
        assert torch.equal(a, b)
        assert not torch.equal(a, c)


def test_testing_has_one_view():
    data = batch()
    ours = TwoViewDataPreprocessor([CROP], [CROP], **NORM)
    plain = BatchDataPreprocessor(**NORM)
    assert torch.equal(ours(data)['inputs'], plain(data)['inputs'])
