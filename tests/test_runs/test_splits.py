from pathlib import Path

import pytest
from mmengine.config import Config

from mmlt.runs.splits import split_loader

ROOT = Path(__file__).parents[2]


def test_every_split_is_in_order_with_the_pipeline_of_the_test():
    steps = [dict(type='PackInputs')]
    test = dict(type='A', part='test', pipeline=steps)
    cfg = Config(
        dict(
            train_dataloader=dict(
                batch_size=7,
                dataset=dict(
                    type='HeldOutSplit',
                    part='train',
                    dataset=dict(type='A', pipeline=[dict(type='Crop')]),
                ),
            ),
            val_dataloader=dict(dataset=dict(test, part='val')),
            test_dataloader=dict(batch_size=3, dataset=test),
        )
    )
    before = cfg.pretty_text
    for split, part in (
        ('train', 'train'),
        ('held-out', 'held_out'),
        ('val', 'val'),
        ('test', 'test'),
    ):
        loader = split_loader(cfg, split)
        dataset = loader['dataset']
        assert dataset['part'] == part
        assert dataset.get('dataset', dataset)['pipeline'] == steps
        assert loader['batch_size'] == 3
        assert not loader['sampler']['shuffle']
        assert not loader['drop_last']
    assert cfg.pretty_text == before
    cfg.val_dataloader = None
    with pytest.raises(ValueError, match='have a val_dataloader'):
        split_loader(cfg, 'val')


def test_nothing_held_out_is_refused():
    cfg = Config.fromfile(ROOT / 'configs/ce/resnet20_digitslt.py')
    with pytest.raises(ValueError, match='nothing was held out'):
        split_loader(cfg, 'held-out')
    with pytest.raises(ValueError, match='split'):
        split_loader(cfg, 'held_out')


@pytest.mark.parametrize('kind', ['RepeatDataset', 'ClassBalancedDataset'])
def test_what_was_held_out_is_there_once(kind):
    held = dict(
        type='HeldOutSplit', part='train', dataset=dict(type='A', pipeline=[])
    )
    test = dict(type='A', part='test', pipeline=[])
    cfg = Config(
        dict(
            train_dataloader=dict(dataset=dict(type=kind, dataset=held)),
            test_dataloader=dict(batch_size=3, dataset=test),
        )
    )
    dataset = split_loader(cfg, 'held-out')['dataset']
    assert dataset['type'] == 'HeldOutSplit'
    assert dataset['part'] == 'held_out'
    assert cfg.train_dataloader.dataset.dataset.part == 'train'
