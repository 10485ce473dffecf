"""The notebook runs from its first cell to the last, as it is shipped."""

from pathlib import Path

import pytest

nbformat = pytest.importorskip('nbformat')
nbclient = pytest.importorskip('nbclient')
pytest.importorskip('ipykernel')

NOTEBOOK = Path(__file__).parents[1] / 'docs' / 'quickstart.ipynb'


@pytest.fixture(scope='module')
def cells(tmp_path_factory):
    """Cells after the run, in a folder of its own."""
    folder = tmp_path_factory.mktemp('quickstart')
    notebook = nbformat.read(NOTEBOOK, as_version=4)
    nbclient.NotebookClient(
        notebook,
        timeout=600,
        resources={'metadata': {'path': str(folder)}},
    ).execute()
    return notebook.cells


def outputs(cells, words):
    """What the cell of code that has some words gave, as text."""
    (cell,) = (c for c in cells if c.cell_type == 'code' and words in c.source)
    return ''.join(
        part.get('text') or part['data']['text/plain'] for part in cell.outputs
    )


def test_shipped_without_output():
    for cell in nbformat.read(NOTEBOOK, as_version=4).cells:
        assert cell.get('outputs', []) == []


def test_every_step_gives_what_the_text_says(cells):
    assert outputs(cells, "metainfo['class_counts']").startswith('[130, 93')
    trained = outputs(cells, '-m mmlt train')
    assert trained.count(' top-1    many  medium     few     ECE') == 2
    reported = outputs(cells, '-m mmlt report')
    assert 'Open quickstart/report/index.html' in reported
    assert 'SVG' in outputs(cells, 'SVG(')
    assert "'3'" in outputs(cells, 'mmlt.load')
    by_class, by_function = outputs(cells, 'criterion(').split('), ')
    assert by_class.strip('(').split('(')[1] == by_function.strip('tensor()')
