"""What is checked in an annotation file of LVIS."""

from collections.abc import Iterable, Sequence

__all__ = ['HOST', 'check_categories', 'name_images']

# LVIS v1 has addresses where COCO has file names
HOST = 'http://images.cocodataset.org/'


def name_images(images: Iterable[dict]) -> None:
    """Give images the file names that LVIS v1 leaves in their addresses.

    Args:
        images: Of the file, changed in place; those with a name keep it.

    Raises:
        ValueError: If an image has neither.
    """
    for image in images:
        if 'file_name' in image:
            continue
        if 'coco_url' not in image:
            raise ValueError(
                'Expected `coco_url` or `file_name` of every image, but '
                f'image {image.get("id")} has neither. Take the annotations '
                'of LVIS v1 as they are.'
            )
        image['file_name'] = image['coco_url'].removeprefix(HOST)


def check_categories(
    categories: Sequence[dict], classes: Sequence[str], file: str
) -> list[int]:
    """Check that the classes of a data set are those of its annotations.

    mmdetection takes the label of a category by its place, or leaves out
    what it does not know; with other names, AP is that of other classes.

    Args:
        categories: Of the file.
        classes: Of ``metainfo``.
        file: Its name, for the error.

    Returns:
        Identifiers of the categories by label.

    Raises:
        ValueError: Naming the first class that differs.
    """
    found = [category['name'] for category in categories]
    if found == list(classes):
        return [category['id'] for category in categories]
    pairs = enumerate(zip(found, classes, strict=False))
    shorter = min(len(found), len(classes))
    place = next((k for k, (a, b) in pairs if a != b), shorter)
    has, wants = (
        repr(names[place]) if place < len(names) else 'no class'
        for names in (found, classes)
    )
    raise ValueError(
        f'Expected the {len(found)} categories of {file} to be the '
        f'{len(classes)} classes of `metainfo`, but number {place} is {has} '
        f'there and {wants} here. Set `metainfo=dict(classes=(...))` to the '
        'names of the file, in its order.'
    )
