"""A network is judged by the names of the classes, not by their places."""

import logging

import numpy as np
import pytest
from mmengine.dataset import ConcatDataset, RepeatDataset
from mmpretrain.datasets import CustomDataset, KFoldDataset

from mmlt.datasets import (
    DigitsLT,
    LongTailedList,
    LongTailedSubset,
    align_classes,
    class_mapping,
)
from mmlt.datasets.counting import class_counts_of
from mmlt.datasets.labels import dataset_labels

TRAINED = ('ant', 'bee', 'cat', 'été')


@pytest.mark.parametrize(
    ('own', 'places'),
    [
        (['ant', 'bee', 'cat', 'été'], None),
        (['été', 'cat', 'bee', 'ant'], [3, 2, 1, 0]),
        (['ant', 'cat', 'été'], [0, 2, 3]),
        (['cat'], [2]),
    ],
)
def test_mapping_is_by_name(own, places):
    found = class_mapping(TRAINED, own)
    assert places is found is None or found.tolist() == places


@pytest.mark.parametrize(
    ('trained', 'own', 'said'),
    [
        (TRAINED, ['ant', 'zebra'], '1 of its 2 are not: zebra'),
        (TRAINED, ['Ant', 'bee'], 'are not: Ant'),
        (['a', 'a', 'b'], ['b'], "'a' is there twice in the network"),
        (['a', 'b'], ['b', 'b'], "'b' is there twice in the data set"),
    ],
)
def test_names_that_cannot_tell_are_refused(trained, own, said):
    with pytest.raises(ValueError, match=said):
        class_mapping(trained, own)


def listed(folder, names, **kwargs):
    """The list of ant, bee and été, whose classes are named as given."""
    lines = [
        f'{path.relative_to(folder).as_posix()} {names.index(name)}'
        for name in ('ant', 'bee', 'été')
        for path in sorted((folder / name).iterdir())
    ]
    (folder / 'list.txt').write_text('\n'.join(lines) + '\n', 'utf-8')
    return LongTailedList(
        'list.txt',
        data_root=str(folder),
        metainfo=dict(classes=list(names)),
        **kwargs,
    )


def config_of(dataset):
    return dict(
        type='LongTailedList',
        ann_file='list.txt',
        data_root=dataset.data_root,
        metainfo=dict(classes=dataset.metainfo['classes']),
    )


def names_of(dataset):
    classes = dataset.metainfo['classes']
    return [classes[label] for label in dataset_labels(dataset)]


@pytest.mark.parametrize(
    'wrap',
    [
        lambda d: d,
        lambda d: RepeatDataset(d, times=2),
        lambda d: ConcatDataset(
            [d, d.get_subset(3)], ignore_keys='class_counts'
        ),
        lambda d: LongTailedSubset(d, imbalance_ratio=1),
        lambda d: KFoldDataset(config_of(d), fold=0, num_splits=2),
    ],
    ids=['alone', 'repeat', 'concat', 'subset', 'kfold'],
)
def test_labels_follow_the_names_in_every_wrapper(image_folder, wrap):
    dataset = wrap(listed(image_folder, ['été', 'bee', 'ant']))
    before = names_of(dataset)
    assert align_classes(dataset, TRAINED)
    assert tuple(dataset.metainfo['classes']) == TRAINED
    assert names_of(dataset) == before
    counts = class_counts_of(dataset)
    assert len(counts) == 4
    assert counts[2] == 0
    assert not align_classes(dataset, TRAINED)


@pytest.mark.parametrize('serialize', [True, False])
def test_folders_of_mmpretrain_are_put_in_order(image_folder, serialize):
    dataset = CustomDataset(
        data_root=str(image_folder), serialize_data=serialize
    )
    before = names_of(dataset)
    trained = ['été', 'cat', 'ant', 'bee']
    assert align_classes(dataset, trained)
    assert names_of(dataset) == before
    assert set(dataset_labels(dataset)) == {0, 2, 3}


def test_images_in_memory_are_put_in_order():
    dataset = DigitsLT(split='test', pipeline=[])
    labels = dataset.get_gt_labels().copy()
    assert align_classes(dataset, [str(9 - c) for c in range(10)])
    assert (dataset.get_gt_labels() == 9 - labels).all()
    served = dataset.__getitems__([0, 1])['data_samples'][0].gt_label
    assert served.tolist() == (9 - labels[:2]).tolist()


@pytest.mark.parametrize('trained', [None, []])
def test_nothing_is_changed_where_names_are_not_known(image_folder, trained):
    dataset = listed(image_folder, ['ant', 'bee', 'été'])
    assert not align_classes(dataset, trained)


def test_a_change_is_logged(image_folder, caplog, monkeypatch):
    said = []
    monkeypatch.setattr(
        'mmlt.datasets.class_names.print_log',
        lambda text, **how: said.append((text, how['level'])),
    )
    align_classes(listed(image_folder, ['été', 'bee', 'ant']), TRAINED)
    ((text, level),) = said
    assert 'by name, and 1 are not in it' in text
    assert level == logging.WARNING


def test_a_set_of_another_kind_is_refused():
    class Other:
        metainfo = {'classes': ('bee', 'ant')}

    with pytest.raises(ValueError, match='a data set of mmengine'):
        align_classes(Other(), ['ant', 'bee'])


def test_mapping_of_many_classes_is_a_permutation():
    rng = np.random.RandomState(0)
    names = [str(c) for c in range(2000)]
    own = rng.permutation(names).tolist()
    found = class_mapping(names, own)
    assert [names[place] for place in found] == own
