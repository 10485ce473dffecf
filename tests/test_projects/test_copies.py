"""What shows the same is found, and what differs is not."""

import numpy as np
import pytest
from PIL import Image

from mmlt.projects import copies as module
from mmlt.projects.copies import find_copies
from mmlt.projects.scan import look_at, scan_images


def smooth(rng, edge=64):
    """A picture with shapes in it, as a photograph has."""
    small = rng.randint(0, 256, (6, 6, 3)).astype(np.uint8)
    return Image.fromarray(small).resize((edge, edge), Image.BICUBIC)


@pytest.fixture
def album(tmp_path):
    """Ten pictures, and changes of the first."""
    rng = np.random.RandomState(0)
    pictures = [smooth(rng) for _ in range(10)]
    for number, picture in enumerate(pictures):
        picture.save(tmp_path / f'{number}.png')
    first = pictures[0]
    (tmp_path / 'equal.png').write_bytes((tmp_path / '0.png').read_bytes())
    first.save(tmp_path / 'worse.jpg', quality=40)
    first.resize((31, 31), Image.BILINEAR).save(tmp_path / 'small.png')
    first.point(lambda v: v * 0.7 + 20).save(tmp_path / 'darker.png')
    first.resize((64, 40)).save(tmp_path / 'flat.png')
    first.transpose(Image.FLIP_LEFT_RIGHT).save(tmp_path / 'mirrored.png')
    for name, color in (('white', 255), ('black', 0)):
        Image.new('L', (20, 20), color).save(tmp_path / f'{name}.png')
    return tmp_path


def groups(album, near=True, labels=None):
    names = sorted(path.name for path in album.iterdir())
    facts = scan_images([str(album / name) for name in names])
    labels = np.zeros(len(names), int) if labels is None else labels
    found = find_copies(facts, labels, near)
    whole = {}
    for name, group in zip(names, found.groups.tolist(), strict=True):
        whole.setdefault(group, set()).add(name)
    return found, [group for group in whole.values() if len(group) > 1]


def test_near_copies_are_one_group(album):
    found, named = groups(album)
    assert named == [
        {'0.png', 'equal.png', 'worse.jpg', 'small.png', 'darker.png'}
    ]
    assert [len(group) for group in found.equal] == [2]
    assert [len(group) for group in found.alike] == [5]
    assert found.compared == 'all'


def shape_on_a_ground(color, left, noise=0, edge=60):
    """A bar on a gray ground, as parts on a table are photographed."""
    pixels = np.full((edge, edge, 3), 128)
    pixels[10:50, left : left + 16] = color
    pixels = pixels + np.random.RandomState(noise).randint(-4, 5, pixels.shape)
    return Image.fromarray(pixels.clip(0, 255).astype(np.uint8))


def test_one_object_in_two_colors_or_places_is_not_one_image(tmp_path):
    red, blue = (200, 60, 60), (60, 97, 200)  # of one gray
    for name, picture in {
        'red.png': shape_on_a_ground(red, 20),
        'blue.png': shape_on_a_ground(blue, 20, noise=1),
        'beside.png': shape_on_a_ground(red, 22, noise=2),
        'again.jpg': shape_on_a_ground(red, 20).resize((120, 120)),
    }.items():
        picture.save(tmp_path / name)
    red, blue = (
        look_at(str(tmp_path / name)).thumbnail.astype(float)
        for name in ('red.png', 'blue.png')
    )
    assert red @ blue > module.ALIKE
    assert groups(tmp_path)[1] == [{'again.jpg', 'red.png'}]


def test_equal_files_alone(album):
    found, named = groups(album, near=False)
    assert named == [{'0.png', 'equal.png'}]
    assert (found.alike, found.compared) == ([], 'none')


def test_of_many_images_those_of_a_class_are_compared(album, monkeypatch):
    monkeypatch.setattr(module, 'ALL_PAIRS', 3)
    names = sorted(path.name for path in album.iterdir())
    labels = np.asarray([name == 'small.png' for name in names], int)
    found, named = groups(album, labels=labels)
    assert found.compared == 'class'
    assert named == [{'0.png', 'equal.png', 'worse.jpg', 'darker.png'}]
    # equal files are found across classes
    labels = np.asarray([name == 'equal.png' for name in names], int)
    assert 'equal.png' in groups(album, labels=labels)[1][0]


def test_blocks_do_not_change_what_is_found(album, monkeypatch):
    whole = groups(album)[0].groups
    monkeypatch.setattr(module, 'BLOCK', 3)
    assert (groups(album)[0].groups == whole).all()


def test_a_thumbnail_has_mean_zero_and_length_one(album):
    fact = look_at(str(album / '0.png'))
    values = fact.thumbnail.astype(np.float64)
    assert fact.size == (64, 64)
    assert len(fact.digest) == 32
    assert values.shape == (256,)
    assert abs(values.sum()) < 0.02
    assert abs(values @ values - 1) < 0.01
    colors = fact.colors.astype(np.float64).reshape(24, 24, 3)
    assert abs(colors.sum((0, 1))).max() < 0.02
    assert abs((colors**2).sum() - 1) < 0.01
    white = look_at(str(album / 'white.png'))
    assert not white.thumbnail.any()
    assert not white.colors.any()


def test_what_cannot_be_read_has_a_problem(album):
    (album / 'empty.png').touch()
    (album / 'words.png').write_text('words')
    assert look_at(str(album / 'empty.png')).problem == 'empty'
    assert look_at(str(album / 'none.png')).problem == 'missing'
    assert look_at(str(album / 'words.png')).problem.startswith('unreadable')


def test_processes_find_the_same(album, monkeypatch):
    monkeypatch.setattr('mmlt.projects.scan.FEW', 0)
    paths = sorted(map(str, album.iterdir()))
    seen = []
    one = scan_images(paths)
    two = scan_images(paths, 2, lambda n, total: seen.append((n, total)))
    assert seen == [(1, len(paths))] * len(paths)
    assert [f.digest for f in one] == [f.digest for f in two]
    assert [f.size for f in one] == [f.size for f in two]
