"""The picture of the training images of each class."""

import pytest

from mmlt.cli.main import main
from mmlt.functional import shot_groups
from mmlt.visualization import images_by_class

COUNTS = [5, 130, 40, 0]


def drawn(figure):
    """(height, color) of every bar, from left to right."""
    bars = sorted(figure.axes[0].patches, key=lambda bar: bar.get_x())
    return [(bar.get_height(), bar.get_facecolor()) for bar in bars]


def test_bars_are_the_counts_most_first_a_color_for_each_group():
    groups = {k: v.tolist() for k, v in shot_groups(COUNTS).items()}
    figure = images_by_class(COUNTS, groups, ['a', 'b', 'c', 'd'])
    bars = drawn(figure)
    assert [height for height, _ in bars] == [130, 40, 5, 0]
    assert len({color for _, color in bars}) == 3
    assert bars[2][1] == bars[3][1]
    (axes,) = figure.axes
    names = [label.get_text() for label in axes.get_xticklabels()]
    assert names == ['b', 'c', 'a', 'd']
    (legend,) = figure.legends
    assert [text.get_text() for text in legend.get_texts()] == [
        'many: 1 class, 130 images',
        'medium: 1 class, 40 images',
        'few: 2 classes, 5 images',
    ]


def test_many_classes_are_counted_and_not_named():
    counts = list(range(1, 200))
    groups = {k: v.tolist() for k, v in shot_groups(counts).items()}
    (axes,) = images_by_class(counts, groups).axes
    assert axes.get_xlabel() == 'class, most training images first'
    assert len(axes.patches) == 199


def test_command_draws_the_training_set_of_a_recipe(tmp_path, capsys):
    out = tmp_path / 'counts.svg'
    more = ['--with', 'fcc', '--many', '50', '--few', '10']
    main(['plot', 'counts', 'ce/resnet20_digitslt', '--out', str(out), *more])
    assert f'Wrote {out}' in capsys.readouterr().out
    text = out.read_text()
    # 130, 93 and 66; then 47, 34, 24, 17 and 12; 9 and 6
    assert 'many-shot (more than 50): 3 classes, 289 images' in text
    assert 'few-shot (fewer than 10): 2 classes, 15 images' in text


def test_limits_in_the_wrong_order_are_refused(capsys):
    words = ['plot', 'counts', 'ce/resnet20_digitslt', '--out', 'x.png']
    with pytest.raises(SystemExit):
        main([*words, '--many', '5', '--few', '10'])
    assert 'argument --few' in capsys.readouterr().err


def test_ending_is_checked_before_the_images_are_read():
    with pytest.raises(SystemExit, match='end in one of'):
        main(['plot', 'counts', 'ce/resnet20_digitslt', '--out', 'x.gif'])
