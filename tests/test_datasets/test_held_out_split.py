import numpy as np
import pytest
from mmpretrain.registry import DATASETS

from mmlt.datasets import DigitsLT, HeldOutSplit

DIGITS = dict(type='DigitsLT', split='train', pipeline=[])


def test_the_parts_are_disjoint_and_all_together():
    train = HeldOutSplit(DIGITS)
    held = HeldOutSplit(DIGITS, part='held_out')
    rows = np.concatenate([train.rows, held.rows])
    assert sorted(rows) == list(range(len(DigitsLT(pipeline=[]))))


def test_the_counts_are_those_of_the_part():
    full = [130, 93, 66, 47, 34, 24, 17, 12, 9, 6]
    train = HeldOutSplit(DIGITS).metainfo['class_counts']
    held = HeldOutSplit(DIGITS, part='held_out').metainfo['class_counts']
    assert held == [26, 19, 13, 9, 7, 5, 3, 2, 2, 1]
    assert [a + b for a, b in zip(train, held, strict=True)] == full


def test_it_serves_the_batches_of_the_wrapped_dataset():
    part = HeldOutSplit(DIGITS, part='held_out', fraction=0.3, seed=4)
    batch = part.__getitems__([0, 5, 2])
    whole = part.dataset.__getitems__(part.rows[[0, 5, 2]].tolist())
    assert (batch['inputs'] == whole['inputs']).all()
    labels = batch['data_samples'][0].gt_label.tolist()
    assert labels == part.get_gt_labels()[[0, 5, 2]].tolist()


def test_bad_settings_are_refused():
    with pytest.raises(ValueError, match="`part`.*got 'test'"):
        HeldOutSplit(DIGITS, part='test')
    with pytest.raises(ValueError, match='`fraction`.*got 2'):
        HeldOutSplit(DIGITS, fraction=2)


def test_it_is_registered_under_its_name():
    assert DATASETS.get('HeldOutSplit') is HeldOutSplit


def test_says_of_which_classes_nothing_is_held_out(monkeypatch):
    lines = []
    monkeypatch.setattr(
        'mmlt.datasets.held_out_split.print_log',
        lambda text, **kwargs: lines.append(text),
    )
    HeldOutSplit(DIGITS, part='held_out')
    assert not lines
    labels = np.repeat(np.arange(9), [9, 9, 1, 1, 1, 1, 1, 1, 1])
    rows = HeldOutSplit(DIGITS, part='held_out').select_rows(labels, 9)
    assert len(rows) == 4
    assert '7 of 9 classes' in lines[0]
    assert '(class 2, 3, 4, 5, 6, ...)' in lines[0]


@pytest.mark.parametrize(
    'wrapper',
    [
        dict(type='RepeatDataset', times=2),
        dict(type='ClassBalancedDataset', oversample_thr=0.1),
    ],
)
@pytest.mark.parametrize('kind', ['HeldOutSplit', 'LongTailedSubset'])
def test_images_that_are_repeated_below_are_refused(wrapper, kind):
    settings = dict(imbalance_ratio=5) if kind == 'LongTailedSubset' else {}
    inner = dict(wrapper, dataset=DIGITS)
    with pytest.raises(ValueError, match='Turn the two around') as error:
        DATASETS.build(dict(type=kind, dataset=inner, **settings))
    assert wrapper['type'] in str(error.value)
    # as the message says it, and below another part too
    around = dict(wrapper, dataset=dict(type=kind, dataset=DIGITS, **settings))
    part = DATASETS.build(around)
    part.full_init()
    assert len(part)
    with pytest.raises(ValueError, match='Turn the two around'):
        HeldOutSplit(dict(type='HeldOutSplit', dataset=inner))
    both = dict(type='ConcatDataset', datasets=[DIGITS, inner])
    with pytest.raises(ValueError, match='Turn the two around'):
        DATASETS.build(dict(type=kind, dataset=both, **settings))
