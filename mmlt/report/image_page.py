"""Training images as one HTML page that needs nothing else."""

import base64
import html
import io

from PIL.Image import Image

from mmlt.functional import shot_groups
from mmlt.structures.training_images import (
    ClassImages,
    ShownImage,
    TrainingImages,
)

from .escape import html_text, one_line
from .html import framed

__all__ = ['image_page', 'shown_words']

# longest side of a picture in the page, pixels; up to it nothing is lost
SIDE = 112
HYPHEN = '\N{NON-BREAKING HYPHEN}'
STYLE = """
.row{display:grid;grid-template-columns:11rem minmax(0,1fr);gap:6px 20px;
padding:14px 0;border-top:1px solid var(--grid)}
.row h3,.row .note{margin:0}
.strips{display:flex;flex-wrap:wrap;gap:14px 32px}
.strip{display:grid;grid-template-columns:repeat(var(--n),
minmax(0,112px));gap:8px;list-style:none;padding:0;margin:0;
font-size:.75rem;line-height:1.3;color:var(--muted)}
.strip img{display:block;width:112px;max-width:100%;aspect-ratio:1;
object-fit:contain;background:var(--box);border-radius:4px;
margin-bottom:2px}
.strip .tiny{image-rendering:pixelated}
.strip li:first-child{border-right:1px solid var(--muted);padding-right:8px}
@media (max-width:640px){.row{grid-template-columns:minmax(0,1fr)}}
@media print{.row{break-inside:avoid}}
""".replace('\n', '')


def image_page(
    shown: TrainingImages, name: str, command: str, many: int, few: int
) -> str:
    """The images by class, the most frequent first.

    Args:
        shown: What is shown.
        name: Of the config.
        command: That makes the page again.
        many: Many-shot classes have more training images than this.
        few: Few-shot classes have fewer.

    Returns:
        The text of the page, well-formed XML too.
    """
    groups = groups_of(shown, many, few)
    rows = ''.join(_row(part, groups[part.name]) for part in shown.classes)
    steps = ''.join(
        f'<h3>{html_text(heading)}</h3><pre tabindex="0">'
        f'{html.escape(chr(10).join(map(one_line, lines)))}</pre>'
        for heading, lines in shown.steps.items()
    )
    lead = ''.join(
        f'<p>{html_text(words)}</p>' for words in shown_words(shown)
    )
    return framed(
        f'Training images of {name}',
        lead,
        f'<section>{rows}</section>\n<section><h2>What is done to them</h2>'
        f'{steps}</section>\n<section><h2>Command</h2><pre tabindex="0">'
        f'{html.escape(one_line(command))}</pre></section>',
        style=STYLE,
    )


def groups_of(shown: TrainingImages, many: int, few: int) -> dict[str, str]:
    """Name of each class that is shown to its shot group."""
    counts = [part.count for part in shown.classes]
    members = shot_groups(counts, many, few)
    return {
        part.name: next(g for g, inside in members.items() if inside[i])
        for i, part in enumerate(shown.classes)
    }


def shown_words(shown: TrainingImages) -> list[str]:
    """What is shown of what, in sentences."""
    size, total = len(shown.classes), len(shown.counts)
    left_out = total - size
    images = [image for part in shown.classes for image in part.images]
    sizes = {version.size for image in images for version in image.versions}
    of_network = ' and '.join(f'{w} × {h}' for w, h in sorted(sizes)[:2])
    chosen = (
        f'Every class is shown ({total}).'
        if not left_out
        else f'{size} of {total} classes are shown, at equal steps from the '
        f'most frequent to the rarest; {left_out} are left out.'
    )
    return [
        f'{len(images)} of {sum(shown.counts):,} training images '
        f'({shown.dataset}), drawn with seed {shown.seed}. {chosen}',
        'Left of each line the image as it is; right of it what the network '
        'gets for it in one epoch after the other'
        + (f', {of_network} pixels.' if of_network else '.'),
    ]


def _row(part: ClassImages, group: str) -> str:
    strips = ''.join(_strip(image, part.name) for image in part.images)
    images = 'image' if part.count == 1 else 'images'
    return (
        f'<div class="row"><div><h3>{html_text(part.name)}</h3>'
        f'<p class="note">{part.count:,} training {images}, '
        f'{group}{HYPHEN}shot</p>'
        f'</div><div class="strips">{strips}</div></div>\n'
    )


def _strip(image: ShownImage, name: str) -> str:
    size = f'{image.original.width} × {image.original.height}'
    what = f'{name}: {image.name or "as it is"}'
    cells = [_cell(image.original, what, size)]
    cells += [
        _cell(version, f'{name}, version {i}', words)
        for i, (version, words) in enumerate(
            zip(image.versions, image.labels, strict=True), 1
        )
    ]
    return f'<ul class="strip" style="--n:{len(cells)}">{"".join(cells)}</ul>'


def _cell(image: Image, label: str, words: str) -> str:
    tiny = ' class="tiny"' if max(image.size) <= SIDE // 2 else ''
    return (
        f'<li><img{tiny} src="{_address(image)}" '
        f'alt="{html.escape(one_line(label))}" loading="lazy"/>'
        f'{html_text(words)}</li>'
    )


def _address(image: Image) -> str:
    """A small picture as an address; one that is small already, unchanged."""
    small = image.convert('RGB')
    content = io.BytesIO()
    if max(small.size) <= SIDE // 2:
        kind = 'png'
        small.save(content, kind, optimize=True)
    else:
        kind = 'jpeg'
        small.thumbnail((SIDE, SIDE))
        small.save(content, kind, quality=85)
    data = base64.b64encode(content.getvalue()).decode()
    return f'data:image/{kind};base64,{data}'
