"""Images that two data sets have in common."""

from collections.abc import Iterator

from mmpretrain.datasets import BaseDataset

__all__ = ['shared_images']


def shared_images(one, other) -> list[str]:
    """Paths of the images that are in both of two data sets, sorted.

    Args:
        one: Any data set; one without paths shares nothing.
        other: Another.
    """
    return sorted(set(image_paths(one)) & set(image_paths(other)))


def image_paths(dataset) -> Iterator[str]:
    """Paths of the images of a data set, or of those that it wraps."""
    inner = getattr(dataset, 'datasets', None)
    if inner is None and hasattr(dataset, 'dataset'):
        inner = [dataset.dataset]
    if inner is not None:
        rows = getattr(dataset, 'rows', None)
        if rows is not None:  # it keeps some of them
            for row in rows.tolist():
                path = inner[0].get_data_info(row).get('img_path')
                if path is not None:
                    yield path
            return
        for part in inner:
            yield from image_paths(part)
    elif hasattr(dataset, 'image_paths'):
        dataset.full_init()
        yield from dataset.image_paths()
    elif isinstance(dataset, BaseDataset):
        dataset.full_init()
        for index in range(len(dataset)):
            path = dataset.get_data_info(index).get('img_path')
            if path is None:
                return  # held in memory
            yield path
