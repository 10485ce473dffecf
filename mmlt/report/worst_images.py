"""The most confident mistakes of every recipe, with their images."""

import io
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from PIL.Image import Image

from .blocks import Gallery, Thumbnail
from .names import by_recipe
from .record import RunRecord
from .tables import DASH, Table, Value

__all__ = ['Images', 'worst_images']

# images of the test set by their rows; or why they cannot be had
Images = Callable[[Sequence[int]], list[Image] | str]
# longest side of a thumbnail, pixels
SIDE = 96
NOTE = (
    'The wrong predictions of which {of} most sure, at most two of each pair '
    'of classes.'
)


def worst_images(
    records: Sequence[RunRecord], images: Mapping[int, Images]
) -> Gallery | Table | None:
    """The images that were taken for another class with most confidence.

    Args:
        records: Of the runs; of each recipe the first is shown.
        images: Id of a record to what reads the images of its test set.

    Returns:
        The images, the same in words where there are none, or None where no
        run has a mistake, or none is known.
    """
    first = [group[0] for group in by_recipe(records).values()]
    first = [record for record in first if record.mistakes]
    if not first:
        return None
    of = 'the network was' if len(first) == 1 else 'the networks were'
    note = NOTE.format(of=of)
    groups, missing = {}, []
    for record in first:
        rows = [mistake['row'] for mistake in record.mistakes]
        read = images.get(id(record))
        if read is None:
            continue
        found = read(rows)
        if isinstance(found, str):
            missing.append(f' No images of {record.name}: {found}.')
            continue
        groups[f'The most confident mistakes of {record.name}'] = [
            thumbnail(record, mistake, image)
            for mistake, image in zip(record.mistakes, found, strict=True)
        ]
    table = mistakes_table(first, note, ''.join(missing))
    if not groups:
        return table
    note += (
        ' Under an image: what it was taken for with which probability, what '
        'it is, and its file, or its row in the test set.'
    )
    return Gallery(note + ''.join(missing), groups, table)


def thumbnail(record: RunRecord, mistake: dict, image: Image) -> Thumbnail:
    """One image, small, and what is said of it."""
    small = image.convert('RGB')
    small.thumbnail((SIDE, SIDE))
    content = io.BytesIO()
    small.save(content, 'jpeg', quality=85)
    true, predicted = classes_of(record, mistake)
    sure = f'{mistake["confidence"]:.0f} %'
    return Thumbnail(
        content.getvalue(),
        (f'{predicted}, {sure}', f'is {true}', name_of(mistake)),
        f'{true}, taken for {predicted} with a probability of {sure}',
    )


def name_of(mistake: dict) -> str:
    """Folder and file of an image, or its place in the test set."""
    path = mistake.get('image')
    if path is None:
        return f'row {mistake["row"]}'
    return '/'.join(Path(path).parts[-2:])


def mistakes_table(
    records: Sequence[RunRecord], note: str, missing: str
) -> Table:
    """The mistakes in words, and why there are no images."""
    rows = [
        [
            record.name,
            *classes_of(record, m),
            Value(m['confidence']),
            Value(m['row'], digits=0),
            m.get('image') or DASH,
        ]
        for record in records
        for m in record.mistakes
    ]
    head = ['run', 'true class', 'taken for', 'probability, percent', 'row']
    head.append('image')
    if all(row[-1] == DASH for row in rows):  # none is in a file of its own
        head, rows = head[:-1], [row[:-1] for row in rows]
    return Table(
        key='worst-images',
        title='The most confident mistakes',
        note=f'{note} Row: place in the test set, 0 the first.{missing}',
        head=head,
        rows=rows,
    )


def classes_of(record: RunRecord, mistake: dict) -> tuple[str, str]:
    """Names of the true and of the predicted class."""
    names = record.class_names or range(len(record.class_counts))
    return tuple(str(names[mistake[key]]) for key in ('true', 'predicted'))
