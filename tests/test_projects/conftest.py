"""A folder like that of a person: many classes, a long tail, odd files."""

import numpy as np
import pytest
from PIL import Image

COUNTS = (24, 13, 7, 4, 3, 2, 1)


def gray(path, rng, height=None, width=None):
    """A gray picture of noise, of some size."""
    size = (height or rng.randint(6, 12), width or rng.randint(6, 12))
    pixels = rng.randint(0, 256, size).astype(np.uint8)
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(pixels).save(path)
    return pixels


def draw(folder, counts=COUNTS, seed=0):
    """A folder with one folder per class, 'kind 0' the largest."""
    rng = np.random.RandomState(seed)
    for label, count in enumerate(counts):
        for number in range(count):
            gray(folder / f'kind {label}' / f'{number}.png', rng)
    return folder


@pytest.fixture
def photos(tmp_path):
    """Seven classes of 24 to 1, with what else lies about."""
    folder = draw(tmp_path / 'photos')
    first = folder / 'kind 0/0.png'
    (folder / 'kind 0/.0.png').write_bytes(b'hidden')
    (folder / 'kind 0/notes.txt').write_text('of another ending')
    whole = first.read_bytes()
    (folder / 'kind 1/bad.png').write_bytes(whole[: len(whole) // 2])
    (folder / 'kind 2/copy.png').write_bytes(
        (folder / 'kind 2/0.png').read_bytes()
    )
    with Image.open(first) as image:
        larger = image.resize((image.width * 3, image.height * 3), 0)
        larger.save(folder / 'kind 0/larger.bmp')
    return folder
