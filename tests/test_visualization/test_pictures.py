"""What is drawn is what was given; files, themes, errors."""

import re
from xml.etree import ElementTree

import numpy as np
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import to_rgba
from matplotlib.figure import Figure
from scipy import stats

from mmlt.visualization import (
    accuracy_by_strategy,
    by_class_count,
    confusion_matrix,
    css_svg,
    error_by_calibrator,
    feature_map,
    file_svg,
    largest_mistake,
    overlap_matrix,
    recall_by_class,
    reliability_diagram,
    save_figure,
    side_by_side,
    theme,
    training_curves,
)
from mmlt.visualization.recall import in_bins
from mmlt.visualization.style import THEMES, theme_color

COUNTS = [50, 200, 5]


def lines(figure, axes=0):
    """Name of each line with a marker to its points."""
    return {
        line.get_label(): np.asarray(line.get_xydata())
        for line in figure.axes[axes].lines
        if line.get_marker() not in ('', 'None')
    }


def test_reliability_bars_are_the_bins():
    count = [0, 4, 6]
    confidence, accuracy = [0, 0.5, 0.9], [0, 0.75, 0.5]
    figure = reliability_diagram(count, confidence, accuracy, note='ECE 3 %')
    top, bottom = figure.axes
    tops = sorted(p.get_y() + p.get_height() for p in top.patches)
    # full bars to the lower of both, blocks to the higher
    assert tops == pytest.approx([0.5, 0.5, 0.75, 0.9])
    assert [p.get_height() for p in bottom.patches] == [0, 0.4, 0.6]
    (legend,) = figure.legends
    assert legend.get_title().get_text() == 'ECE 3 %'
    assert [t.get_text() for t in legend.get_texts()] == [
        'too sure',
        'not sure enough',
    ]


def test_a_bin_of_few_images_is_an_outline_with_its_interval():
    count, accuracy = [0, 9, 10], [0, 0.75, 0.5]
    interval = [0, 0.4, 0.2], [1, 0.9, 0.8]
    figure = reliability_diagram(
        count, [0, 0.5, 0.9], accuracy, interval=interval, sparse=10
    )
    top = figure.axes[0]
    outlines = [p for p in top.patches if not p.get_fill()]
    assert [p.get_height() for p in outlines] == [0.75]
    full = [p for p in top.patches if p.get_fill()]
    assert [p.get_height() for p in full] == pytest.approx([0.5, 0.4])
    (lines,) = top.collections
    ends = [segment[:, 1].tolist() for segment in lines.get_segments()]
    assert ends == [[0.4, 0.9], [0.2, 0.8]]
    names = [t.get_text() for t in figure.legends[0].get_texts()]
    assert 'under 10 images' in names


def test_errors_by_calibrator_are_rows_and_uncertain_ones_hollow():
    errors = {
        'many': {'none': 8.0, 'one_temperature': 2.0},
        'few': {'none': 30.0, 'one_temperature': None},
    }
    figure = error_by_calibrator(errors, [False, True], 'ce', 40)
    drawn = lines(figure)
    assert drawn['many'].tolist() == [[8, 0], [2, 1]]
    assert drawn['few'][0].tolist() == [30, 0]
    assert np.isnan(drawn['few'][1, 0])
    axes = figure.axes[0]
    names = [t.get_text() for t in axes.get_yticklabels()]
    assert names == ['none', 'one temperature']
    assert axes.get_xlim()[1] == 42
    full, hollow = (line.get_markerfacecolor() for line in axes.lines)
    assert full == theme_color('run0')
    assert hollow == theme_color('surface')


def test_matrices_with_one_scale_can_be_compared():
    first, second = [[80, 20], [5, 95]], [[50, 50], [15, 85]]
    assert largest_mistake(first) == 20
    assert largest_mistake(second) == 50
    assert largest_mistake([[99, 1], [1, 99]]) == 10
    alone, shared = (
        confusion_matrix(first, full=full).axes[0].patches[1].get_alpha()
        for full in (None, 50)
    )
    assert (alone, shared) == (1, 0.4)


def test_the_mistakes_of_a_confusion_matrix_have_a_color_of_their_own():
    axes = confusion_matrix([[80, 20], [5, 95]]).axes[0]
    colors = {
        (bar.get_x() + 0.48, bar.get_y() + 0.48): bar.get_facecolor()
        for bar in axes.patches
    }
    assert colors[0, 0] == pytest.approx(to_rgba(theme_color('run0'), 0.8))
    assert colors[1, 0] == pytest.approx(to_rgba(theme_color('run1'), 1))
    assert colors[0, 1] == pytest.approx(to_rgba(theme_color('run1'), 0.25))


def test_overlaps_that_are_near_each_other_are_told_apart():
    axes = overlap_matrix([[100, 98.26], [98.91, 100]]).axes[0]
    assert {t.get_text() for t in axes.texts} == {'98.26', '98.91'}
    strength = sorted(bar.get_alpha() for bar in axes.patches)
    assert strength == [0, 1]


def test_reliability_without_a_sample_is_empty():
    top, _ = reliability_diagram([0, 0], [0, 0], [0, 0]).axes
    assert not [p for p in top.patches if p.get_height()]


def test_recall_rows_are_sorted_by_training_images():
    figure = recall_by_class(
        {'a': [10, 20, 30], 'b': [1, 2, float('nan')]}, COUNTS, list('xyz')
    )
    drawn = lines(figure)
    assert drawn['a'][:, 0].tolist() == [20, 10, 30]
    assert drawn['b'][:2, 0].tolist() == [2, 1]
    # equal values would hide each other
    assert (drawn['a'][:, 1] < drawn['b'][:, 1]).all()
    labels = [t.get_text() for t in figure.axes[0].get_yticklabels()]
    assert labels == ['y (200)', 'x (50)', 'z (5)']


def test_recall_of_many_classes_is_along_an_axis():
    counts = list(range(1, 41))
    figure = recall_by_class({'a': np.arange(40.0)}, counts)
    classes, means = figure.axes[0].lines[:2]
    assert classes.get_ydata().tolist() == list(range(39, -1, -1))
    # five neighbors each, and their standard error
    assert means.get_ydata().tolist() == list(range(37, 0, -5))
    _, _, (bars,) = figure.axes[0].containers[0]
    low, high = bars.get_segments()[0][:, 1]
    error = stats.sem([39, 38, 37, 36, 35])
    assert [low, high] == pytest.approx([37 - error, 37 + error])


def test_means_of_neighbors_leave_out_what_is_missing():
    values = np.array([1, np.nan, 3, 5, np.nan, np.nan])
    middle, mean, error = in_bins(values, bins=3)
    assert middle.tolist() == [0, 2.5]
    assert mean.tolist() == [1, 4]
    assert np.isnan(error[0])
    assert error[1] == pytest.approx(stats.sem([3, 5]))


def test_matrices_write_percent():
    percent = [[90, 10, 0], [0.4, 99.6, 0], [25, 25, 50]]
    axes = confusion_matrix(percent, list('xyz')).axes[0]
    texts = {t.get_position(): t.get_text() for t in axes.texts}
    # (column, row); below half a percent nothing
    assert texts == {
        (0, 0): '90',
        (1, 0): '10',
        (1, 1): '100',
        (0, 2): '25',
        (1, 2): '25',
        (2, 2): '50',
    }
    overlap = np.array([[100, 30], [20, 100]])
    axes = overlap_matrix(overlap).axes[0]
    assert overlap[0, 0] == 100
    assert {t.get_position(): t.get_text() for t in axes.texts} == {
        (1, 0): '30',
        (0, 1): '20',
    }


def test_matrices_of_shares_are_refused():
    for draw in (confusion_matrix, overlap_matrix):
        with pytest.raises(ValueError, match='percent.*functional.percent'):
            draw(np.eye(3))
        draw(np.zeros((3, 3)))
        draw(100 * np.eye(1))


def test_large_matrices_are_pixels():
    axes = confusion_matrix(100 * np.eye(40)).axes[0]
    np.testing.assert_array_equal(axes.images[0].get_array(), 100 * np.eye(40))


def test_strategies_show_every_seed_and_the_mean():
    figure = accuracy_by_strategy(
        {'half_top': [50, 54], 'uniform': [49]},
        {'half_top': 52.0, 'uniform': 49.0},
        baseline=49.0,
    )
    axes = figure.axes[0]
    points = [
        line.get_xdata() for line in axes.lines if line.get_marker() == 'o'
    ]
    assert [list(p) for p in points] == [[50, 54], [49]]
    assert [t.get_text() for t in axes.texts] == ['52.0', '49.0', 'none 49.0']
    assert axes.get_yticklabels()[0].get_text() == 'half top'


def test_a_map_has_every_point():
    points = np.arange(8.0).reshape(4, 2)
    figure = feature_map(points, [2, 0, 2, 2], list('xyz'), 'title')
    drawn = lines(figure)
    assert drawn['z'].tolist() == points[[0, 2, 3]].tolist()
    assert drawn['x'].tolist() == points[[1]].tolist()


def test_values_against_counts_name_the_correlation():
    figure = by_class_count(
        {'a': [1, 2, 3]}, COUNTS, 'kappa', {'a': -0.5}, first_style=1
    )
    (name,) = lines(figure)
    assert name == 'a  ρ = \N{MINUS SIGN}0.50'
    assert lines(figure)[name].tolist() == [[50, 1], [200, 2], [5, 3]]
    assert figure.axes[0].lines[0].get_color() == THEMES['light']['run1']


def test_curves():
    figure = training_curves({'a': [([1, 2], [0.5, 0.25])]}, 'loss')
    assert lines(figure)['a'].tolist() == [[1, 0.5], [2, 0.25]]


def test_seeds_share_color_and_name():
    figure = training_curves(
        {
            'a': [([1, 2], [3, 4]), ([1, 2], [5, 6])],
            'b': [([1, 2], [7, 8])],
        },
        'loss',
    )
    drawn = figure.axes[0].lines
    assert [list(line.get_ydata()) for line in drawn] == [
        [3, 4], [5, 6], [7, 8]
    ]  # fmt: skip
    assert drawn[0].get_color() == drawn[1].get_color()
    assert drawn[0].get_color() != drawn[2].get_color()
    names = [t.get_text() for t in figure.legends[0].get_texts()]
    assert names == ['a', 'b']


def inside(figure, artist):
    """Whether an artist lies within its figure, to a pixel."""
    box = artist.get_window_extent(figure.canvas.get_renderer())
    whole = figure.bbox
    return (
        box.x0 >= whole.x0 - 1
        and box.x1 <= whole.x1 + 1
        and box.y1 <= whole.y1 + 1
    )


@pytest.mark.parametrize('number', [1, 3, 8])
def test_long_names_are_not_cut_off(number):
    names = [f'some-folder/resnet32_cifar100lt{i}' for i in range(number)]
    drawn = [
        recall_by_class(dict.fromkeys(names, [1, 2, 3]), COUNTS),
        training_curves(dict.fromkeys(names, [([1, 2], [3, 4])]), 'loss'),
        by_class_count(dict.fromkeys(names, [1, 2, 3]), COUNTS, 'kappa'),
        feature_map(np.eye(2), [0, 1], names + names, names[0]),
        reliability_diagram([1], [0.5], [0.5], f'{names[0]}, medium-shot'),
        confusion_matrix(100 * np.eye(3), title=names[0] + ', and so on'),
    ]
    for figure in drawn:
        FigureCanvasAgg(figure).draw()
        for legend in figure.legends:
            assert inside(figure, legend)
        for axes in figure.axes:
            assert inside(figure, axes._left_title)


def test_title_of_a_matrix_has_the_room_of_the_names_too():
    title = 'some-folder/resnet32_cifar100lt+fast@42'
    names = [f'name_of_a_class_{c}' for c in range(13)]
    figure = confusion_matrix(100 * np.eye(13), names, title=title)
    FigureCanvasAgg(figure).draw()
    assert inside(figure, figure._suptitle)
    assert figure._suptitle.get_text() == title


def test_a_legend_is_beside_the_points():
    figure = feature_map(np.eye(2), [0, 1], ['a', 'b'], 'title')
    FigureCanvasAgg(figure).draw()
    renderer = figure.canvas.get_renderer()
    (legend,) = figure.legends
    top = figure.axes[0].get_window_extent(renderer).y1
    assert legend.get_window_extent(renderer).y0 >= top


def test_a_name_with_dollars_is_no_formula():
    with theme('css'):
        figure = side_by_side(
            [lambda f: training_curves({'$a_b$': [([1], [2])]}, 'x', figure=f)]
        )
        assert '$a_b$' in css_svg(figure, 'a')


def panel(figure):
    training_curves({'a<b': [([1, 2], [0.5, 0.25])]}, 'loss', figure=figure)


@pytest.mark.parametrize('name', ['a.png', 'b/c.SVG', 'd.pdf'])
def test_files_by_their_ending_are_the_same_twice(tmp_path, name):
    figure = side_by_side([panel, panel])
    first = save_figure(figure, tmp_path / name).read_bytes()
    magic = {'png': b'\x89PNG', 'svg': b'<?xml', 'pdf': b'%PDF'}
    assert first.startswith(magic[name[-3:].lower()])
    again = save_figure(side_by_side([panel, panel]), tmp_path / name)
    assert again.read_bytes() == first


def test_another_ending_is_refused(tmp_path):
    with pytest.raises(ValueError, match='one of .png, .svg, .pdf.*a.bmp'):
        save_figure(Figure(), tmp_path / 'a.bmp')
    with pytest.raises(ValueError, match='at least one panel'):
        side_by_side([])


def test_themes():
    assert theme_color('ink') == THEMES['light']['ink']
    with theme('dark'):
        assert theme_color('ink') == THEMES['dark']['ink']
        figure = side_by_side([panel])
        assert figure.axes[0].lines[0].get_color() == THEMES['dark']['run0']
    assert theme_color('ink') == THEMES['light']['ink']
    with (
        pytest.raises(ValueError, match=r"'light', 'dark', .*but got 'sepia'"),
        theme('sepia'),
    ):
        pass


def test_svg_of_a_page_names_its_colors_and_has_its_own_ids():
    with theme('css'):
        figure = side_by_side([panel])
        page = css_svg(figure, 'a "label" <&>', 'key one')
        file = file_svg(figure)
    svg = ElementTree.fromstring(page)
    assert svg.tag == 'svg'
    assert svg.get('aria-label') == 'a "label" <&>'
    assert 'width' not in svg.attrib
    assert 'var(--run0)' in page
    assert 'var(--ink)' in page
    assert 'a&lt;b' in page
    ids = re.findall(r'\bid="([^"]*)"', page)
    assert ids
    assert all(name.startswith('key-one-') for name in ids)
    used = set(re.findall(r'(?:href="#|url\(#)([^")]*)', page))
    assert used
    assert used <= set(ids)
    for text in (page, file):
        assert not any(v in text for v in THEMES['css'].values())
    assert THEMES['light']['surface'] in file
    ElementTree.fromstring(file.encode())


def test_colors_can_be_told_from_the_ground():
    """Contrast of at least 3 for what is drawn, 4.5 for what is read."""

    def luminance(value):
        channels = [int(value[i : i + 2], 16) / 255 for i in (1, 3, 5)]
        linear = [
            c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4
            for c in channels
        ]
        return np.dot(linear, [0.2126, 0.7152, 0.0722])

    for name in ('light', 'dark'):
        ground = luminance(THEMES[name]['surface'])
        for role, value in THEMES[name].items():
            if role in ('surface', 'grid'):
                continue
            low, high = sorted([ground, luminance(value)])
            contrast = (high + 0.05) / (low + 0.05)
            needed = 4.5 if role in ('ink', 'muted') else 3
            assert contrast >= needed, (name, role)
