"""Classes by name: a test set may lack some, or have them in another order."""

import logging
from collections.abc import Sequence

import numpy as np
from mmengine.dataset import BaseDataset
from mmengine.logging import print_log

__all__ = ['align_classes', 'class_mapping']

NAMED = 3  # classes that a message names


def class_mapping(
    trained: Sequence[str], own: Sequence[str]
) -> np.ndarray | None:
    """Which output of a network belongs to each class of a data set.

    Args:
        trained: Names of the classes that the network was trained on, in the
            order of its outputs.
        own: Names of the classes of the data set, in the order of its labels.

    Returns:
        (len(own),) int64, or None where the two are equal.

    Raises:
        ValueError: If a class of the data set is none of the network's, or a
            name is there twice, so that names cannot tell.

    >>> class_mapping(['ant', 'bee', 'cat'], ['cat', 'ant']).tolist()
    [2, 0]
    """
    trained, own = [str(t) for t in trained], [str(o) for o in own]
    if trained == own:
        return None
    for what, names in (('the network', trained), ('the data set', own)):
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            raise ValueError(
                'Expected classes with a name each, to put those of the data '
                f'set in the order of the network, but {twice[0]!r} is there '
                f'twice in {what}. Give both sets one list of names.'
            )
    unknown = [name for name in own if name not in set(trained)]
    if unknown:
        more = ', ...' if len(unknown) > NAMED else ''
        raise ValueError(
            'Expected a data set whose classes are among the '
            f'{len(trained)} that the network was trained on '
            f'({_few(trained)}), but {len(unknown)} of its {len(own)} are '
            f'not: {", ".join(unknown[:NAMED])}{more}. Rename its folders, '
            'or give it the same list of `classes`.'
        )
    place = {name: number for number, name in enumerate(trained)}
    return np.asarray([place[name] for name in own], dtype=np.int64)


def _few(names: Sequence[str]) -> str:
    shown = ', '.join(names[:NAMED])
    return f'{shown}, ...' if len(names) > NAMED else shown


def align_classes(dataset, trained: Sequence[str] | None) -> bool:
    """Give a data set the classes of a network, and its labels their places.

    Where the names of both are equal, or one has none, nothing changes.

    Args:
        dataset: Any data set of mmengine or wrapper around one; changed in
            place.
        trained: Names of the classes that the network was trained on.

    Returns:
        Whether labels were changed, which is logged.

    Raises:
        ValueError: If a class is none of the network's, or labels cannot be
            changed.
    """
    own = getattr(dataset, 'metainfo', {}).get('classes')
    if not trained or not own:
        return False
    if hasattr(dataset, 'full_init'):
        dataset.full_init()
    places = class_mapping(trained, own)
    if places is None:
        return False
    relabel(dataset, places, tuple(trained))
    absent = len(trained) - len(own)
    lacks = f', and {absent} are not in it' if absent else ''
    print_log(
        f'The classes of {type(dataset).__name__} are put in the order of '
        f'those that the network was trained on, by name{lacks}.',
        logger='current',
        level=logging.WARNING,
    )
    return True


def relabel(dataset, places: np.ndarray, classes: tuple[str, ...]) -> None:
    """Replace every label by its place among other classes.

    Args:
        dataset: As for :func:`align_classes`.
        places: (C,) new label of each old one.
        classes: Names of the new ones.

    Raises:
        ValueError: If it is a data set that we do not know how to change.
    """
    inner = getattr(dataset, 'datasets', None)
    if inner is None and hasattr(dataset, 'dataset'):
        inner = [dataset.dataset]
    if inner is not None:
        for part in inner:
            relabel(part, places, classes)
        dataset._metainfo = {**dataset._metainfo, 'classes': classes}
        if hasattr(dataset, 'count_again'):
            dataset.count_again()
    elif hasattr(dataset, 'relabel'):
        dataset.relabel(places, classes)
    elif isinstance(dataset, BaseDataset):
        _relabel_infos(dataset, places, classes)
    else:
        raise ValueError(
            'Expected a data set of mmengine, whose labels can be put in '
            f'the order of the network, but got {type(dataset).__name__}. '
            'Give both sets one list of `classes`.'
        )


def _relabel_infos(
    dataset: BaseDataset, places: np.ndarray, classes: tuple[str, ...]
) -> None:
    """Change the labels of a data set that keeps a dict for each image."""
    infos = []
    for index in range(len(dataset)):
        info = dataset.get_data_info(index)
        info.pop('sample_idx', None)
        label = info.get('gt_label')
        if label is not None:
            new = places[np.asarray(label)]
            info['gt_label'] = int(new) if new.ndim == 0 else new.tolist()
        infos.append(info)
    dataset.data_list = infos
    dataset._metainfo = {**dataset._metainfo, 'classes': classes}
    if dataset.serialize_data:
        (
            dataset.data_bytes,
            dataset.data_address,
        ) = dataset._serialize_data()
