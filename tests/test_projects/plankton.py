"""The folder that docs/own_images.md walks through, made of noise.

Like pictures of plankton as a microscope leaves them: many classes, a long
tail, gray, of many sizes; with a hidden file, a note, a damaged image, an
image that was saved twice and one that was saved again in another size.
"""

from pathlib import Path

import numpy as np
from PIL import Image

CLASSES = 30
LARGEST = 40


def draw(folder: Path) -> Path:
    """Draw the folder ``plankton``; 291 images."""
    rng = np.random.RandomState(0)
    root = folder / 'plankton'
    for label in range(CLASSES):
        count = max(1, round(LARGEST ** (1 - label / (CLASSES - 1))))
        place = root / f'kind_{label:02d}'
        place.mkdir(parents=True)
        for number in range(count):
            # blobs, brighter with the number of the class
            small = rng.randint(0, 256, (6, 6)).astype(np.uint8) // 2
            edge = rng.randint(20, 60, 2).tolist()
            image = Image.fromarray(small + 4 * label).resize(edge)
            image.save(place / f'{number:03d}.png')
    first = root / 'kind_00/000.png'
    (root / 'kind_00/._000.png').write_bytes(b'left by another program')
    (root / 'kind_00/notes.txt').write_text('seen in June')
    (root / 'kind_04/cut.png').write_bytes(first.read_bytes()[:200])
    (root / 'kind_02/again.png').write_bytes(
        (root / 'kind_02/003.png').read_bytes()
    )
    with Image.open(root / 'kind_01/005.png') as image:
        size = (image.width * 2, image.height * 2)
        image.resize(size).save(root / 'kind_01/larger.jpg')
    return root
