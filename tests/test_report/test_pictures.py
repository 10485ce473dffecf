from dataclasses import replace

from matplotlib.figure import Figure

from mmlt.report import pictures

from .conftest import record_of


def strategy_record(name, top1, compression, base='1', head='Linear'):
    return record_of(
        name=name,
        seed=top1,
        numbers=dict(top1=top1),
        compression=compression,
        base_hash=base,
        head=head,
    )


def drawn(records):
    """Rows of points, their names, and the text of the picture."""
    picture = pictures.compression(records)
    figure = Figure()
    picture.panels[0].draw(figure)
    (axes,) = figure.axes
    points = [
        list(line.get_xdata())
        for line in axes.lines
        if line.get_marker() == 'o'
    ]
    names = [t.get_text() for t in axes.get_yticklabels()]
    return points, names, [t.get_text() for t in axes.texts], picture.caption


def test_a_row_of_the_strategy_picture_is_a_recipe():
    edc, half = (dict(strategy=s) for s in ('equal_difference', 'half_top'))
    records = [
        strategy_record('ce', 40, None),
        strategy_record('ce', 42, None),
        strategy_record('other', 90, None, base='2'),
        strategy_record('a', 50, edc),
        strategy_record('a', 52, edc),
        strategy_record('b', 60, edc),
        strategy_record('c', 70, half),
    ]
    points, names, texts, caption = drawn(records)
    assert points == [[50, 52], [60], [70]]
    assert names == [
        *('equal difference, a', 'equal difference, b', 'half top')
    ]
    assert 'none 41.0' in texts  # not of the other recipe
    assert 'Dashed' in caption
    records[-1] = replace(
        records[-1], base_hash='2'
    )  # nothing that belongs to all rows
    _, _, texts, caption = drawn(records)
    assert not any('none' in text for text in texts)
    assert 'Dashed' not in caption
    assert pictures.compression(records[:-1]) is None
