"""The demonstration of the appendix: what it draws, and the command."""

import re
from pathlib import Path
from xml.etree import ElementTree

import pytest

from mmlt.cli.main import main
from mmlt.functional import misclassified_slab
from mmlt.report.planes import OFFSETS, TAUS, demonstration, make_demonstration

DOCS = Path(__file__).parents[2] / 'docs'
SVG = '{http://www.w3.org/2000/svg}'


@pytest.mark.parametrize('tau', TAUS)
@pytest.mark.parametrize('offset', OFFSETS)
def test_points_between_the_lines_are_those_that_change(offset, tau):
    """The network of the points knows nothing of the lines."""
    shown = demonstration(offset, tau)
    first, second, _ = next(iter(shown['planes'].values()))
    slab = misclassified_slab(offset, tau)
    values = {
        name: [first * x + second * y for x, y in zip(*points, strict=True)]
        for name, points in shown['points'].items()
    }
    ends = sorted([-offset / tau, -offset])
    for name, found in values.items():
        inside = [ends[0] <= value < ends[1] for value in found]
        assert all(inside) if name in ('lost', 'gained') else not any(inside)
    assert ('lost' in values) == (slab is not None)
    assert all(value >= max(ends) for value in values['right'])
    assert all(value < min(ends) for value in values['wrong'])
    total, changed, lost, gained = shown['counts']
    assert total == sum(map(len, values.values())) == 196
    assert changed == lost + gained
    # lost and gained never occur together
    assert (lost, gained) == tuple(
        len(values.get(name, ())) for name in ('lost', 'gained')
    )
    assert not (lost and gained)


def test_the_command_prints_and_draws_the_cases(tmp_path, capsys):
    picture, table = tmp_path / 'area.svg', tmp_path / 'area.csv'
    code = main(
        ['misclassified-area', '--demonstration', f'{picture}']
        + ['--out', f'{table}']
    )
    assert not code
    said = capsys.readouterr().out
    for part in ('2a', '2b', '2c', '2d', 'one plane'):
        assert part in said
    lines = table.read_text().splitlines()
    assert lines[0] == 'B,tau,figure,points,lost,gained'
    assert [re.split(',', line)[2] for line in lines[1:]] == [
        *('Fig. 2b', 'Fig. 2c', 'one plane'),
        *('Fig. 2a', 'Fig. 2d', 'one plane'),
    ]


def content(path):
    """What a picture says, and how many markers and lines it has."""
    root = ElementTree.parse(path).getroot()
    texts = [''.join(node.itertext()) for node in root.iter(f'{SVG}text')]
    return texts, sum(1 for _ in root.iter(f'{SVG}use'))


def test_the_picture_of_the_page_is_that_of_the_command(tmp_path):
    """Make it again: misclassified_area.py --demonstration docs/...svg."""
    made = tmp_path / 'area.svg'
    rows = make_demonstration(made)
    assert [row['lost'] for row in rows] == [22, 0, 0, 0, 33, 0]
    assert content(made) == content(DOCS / 'misclassified_area.svg')
    page = (DOCS / 'misclassified_area.md').read_text()
    assert '](misclassified_area.svg)' in page


@pytest.mark.parametrize(
    ('arguments', 'match'),
    [
        ([], 'name a work directory or .npz files, or --demonstration'),
        (['run', '--demonstration', 'a.svg'], 'has a network of its own'),
        (['--demonstration', 'a.bmp'], 'end in one of .png, .svg, .pdf'),
    ],
)
def test_what_the_command_refuses(arguments, match, capsys):
    with pytest.raises(SystemExit) as stop:
        main(['misclassified-area', *arguments])
    assert match in f'{stop.value.code} {capsys.readouterr().err}'
