"""The most confident mistakes of every recipe, with their images."""

import io
from collections.abc import Callable, Mapping, Sequence

from PIL.Image import Image

from .blocks import Gallery, Thumbnail
from .names import by_recipe
from .record import RunRecord
from .tables import Table, Value

__all__ = ['Images', 'worst_images']

# images of the test set by their rows, each with the name of its file or None;
# or why they cannot be had
Images = Callable[[Sequence[int]], list[tuple[Image, str | None]] | str]
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
    groups, missing, names = {}, [], {}
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
            thumbnail(record, mistake, *shown)
            for mistake, shown in zip(record.mistakes, found, strict=True)
        ]
        names[record.name] = [name or '' for _, name in found]
    table = mistakes_table(first, note, ''.join(missing), names)
    if not groups:
        return table
    note += (
        ' Under an image: what it was taken for with which probability, what '
        'it is, and its file.'
    )
    return Gallery(note + ''.join(missing), groups, table)


def thumbnail(
    record: RunRecord, mistake: dict, image: Image, name: str | None
) -> Thumbnail:
    """One image, small, and what is said of it."""
    small = image.convert('RGB')
    small.thumbnail((SIDE, SIDE))
    content = io.BytesIO()
    small.save(content, 'jpeg', quality=85)
    true, predicted = classes_of(record, mistake)
    sure = f'{mistake["confidence"]:.0f} %'
    return Thumbnail(
        content.getvalue(),
        (f'{predicted}, {sure}', f'is {true}', name or where(mistake)),
        f'{true}, taken for {predicted} with a probability of {sure}',
    )


def where(mistake: dict) -> str:
    """The place of an image that is in no file of its own."""
    return f'row {mistake["row"]}'


def mistakes_table(
    records: Sequence[RunRecord],
    note: str,
    missing: str,
    names: Mapping[str, Sequence[str]],
) -> Table:
    """The mistakes in words, and why there are no images."""
    rows = [
        [
            record.name,
            *classes_of(record, m),
            Value(m['confidence']),
            Value(m['row'], digits=0),
            *([name] if any(map(any, names.values())) else []),
        ]
        for record in records
        for m, name in zip(
            record.mistakes,
            names.get(record.name) or [''] * len(record.mistakes),
            strict=True,
        )
    ]
    head = ['run', 'true class', 'taken for', 'probability, percent', 'row']
    if any(map(any, names.values())):
        head.append('image')
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
