"""A report, and one picture, from the folders of runs to the files."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import torch

from mmlt.evaluation import chosen_classes, feature_map_points
from mmlt.evaluation.run_numbers import MATRIX_CLASSES
from mmlt.fileio import check_can_write, whole_file
from mmlt.structures import Predictions
from mmlt.visualization import save_figure, side_by_side, theme
from mmlt.visualization.style import check_picture_path

from . import pictures
from .build import all_pictures, build_report
from .incomplete import (
    TITLE,
    IncompleteRun,
    incomplete_run,
    incomplete_table,
)
from .ledger import from_ledger
from .names import by_recipe, check_same_test_set, file_name, with_names
from .page import Section, check_report_folder, draw_panels, write_report
from .pictures import Picture
from .record import RunRecord, load_run
from .worst_images import Images, worst_images

__all__ = ['PictureSettings', 'make_picture', 'make_report', 'report_of']

# wraps what is worked on, with words for what is done
Progress = Callable[[Iterable, str], Iterable]
Load = Callable[[Path], tuple[RunRecord, Predictions]]
Loaded = list[tuple[RunRecord, Predictions]]


def silent(items: Iterable, words: str) -> Iterable:
    """No progress bar."""
    return items


def load_runs(
    work_dirs: Sequence[Path],
    names: Sequence[str] | None,
    load: Load = load_run,
) -> Loaded:
    """Records and predictions of runs that can be compared, named."""
    loaded = [load(path) for path in work_dirs]
    records = [record for record, _ in loaded]
    check_same_test_set(records)
    named = with_names(records, names)
    return [(record, p) for record, (_, p) in zip(named, loaded, strict=True)]


def without_incomplete(
    work_dirs: Sequence[Path], names: Sequence[str] | None
) -> tuple[list[Path], list[str] | None, list[IncompleteRun]]:
    """Runs that have a result, their names, and the others.

    One alone, or several of which none has a result, are left in: loading
    them says what is missing.
    """
    found = {path: incomplete_run(path) for path in work_dirs}
    if names is not None and len(names) != len(work_dirs):
        return list(work_dirs), list(names), []  # which is refused later
    whole = [path for path in work_dirs if found[path] is None]
    if not whole:
        return list(work_dirs), names and list(names), []
    if names is not None:
        pairs = zip(names, work_dirs, strict=True)
        names = [name for name, path in pairs if found[path] is None]
    return whole, names, [run for run in found.values() if run is not None]


def make_report(
    work_dirs: Sequence[Path],
    out: Path,
    command: str,
    names: Sequence[str] | None = None,
    numbers: Path | None = None,
    maps: bool = True,
    progress: Progress = silent,
    load: Load = load_run,
    heading: str | None = None,
    images: Callable[[Path, Sequence[int]], list | str] | None = None,
) -> list[Path]:
    """Read, compare, draw and write.

    Args:
        work_dirs: Folders of finished runs.
        out: Folder of the report.
        command: What makes it again, for its last section.
        names: For every work directory; None chooses them.
        numbers: Folder of the JSON files; None: ``numbers`` in ``out``.
        maps: Whether there are feature maps, of which t-SNE takes long.
        progress: Shows how far it is.
        load: Record and predictions of a run; may make predictions first.
        heading: Title of the page; None: names and data set.
        images: Images of the test set of a run by their rows, or why they
            cannot be had; None: the page shows none.

    Returns:
        The files that were written.

    Raises:
        OSError: If a folder is missing, or cannot be written.
        ValueError: If a run cannot be read, or two cannot be compared.
    """
    numbers = numbers or out / 'numbers'
    check_report_folder(out)
    check_can_write(numbers, folder=True)
    work_dirs, names, incomplete = without_incomplete(work_dirs, names)
    loaded = [
        (from_ledger(record), predictions)
        for record, predictions in load_runs(work_dirs, names, load)
    ]
    readers = {
        id(record): partial(images, path)
        for path, (record, _) in zip(work_dirs, loaded, strict=True)
        if images is not None
    }
    return report_of(
        loaded,
        out,
        command,
        numbers,
        maps,
        progress,
        heading,
        incomplete,
        readers,
    )


def report_of(
    loaded: Loaded,
    out: Path,
    command: str,
    numbers: Path | None = None,
    maps: bool = True,
    progress: Progress = silent,
    heading: str | None = None,
    incomplete: Sequence[IncompleteRun] = (),
    readers: Mapping[int, Images] | None = None,
) -> list[Path]:
    """Compare, draw and write; of runs, or of predictions alone.

    Args:
        loaded: Named records that can be compared, with their predictions.
        out: As :func:`make_report`, and so the others.
        command: As there.
        numbers: As there.
        maps: As there.
        progress: As there.
        heading: As there.
        incomplete: Runs that are named, and not compared.
        readers: Id of a record to what reads images of its test set.

    Returns:
        The files that were written.

    Raises:
        OSError: If a folder cannot be written.
        ValueError: If ``out`` holds a page that is no report of ours.
    """
    numbers = numbers or out / 'numbers'
    check_report_folder(out)
    check_can_write(numbers, folder=True)
    records = [record for record, _ in loaded]
    drawn_maps = feature_maps(loaded, progress) if maps else {}
    worst = worst_images(records, readers or {})
    report = build_report(
        records, drawn_maps, str(numbers), command, heading, worst
    )
    if incomplete:
        section = Section(TITLE, [incomplete_table(incomplete)])
        report.sections.insert(1, section)
    panels = [p for picture in all_pictures(report) for p in picture.panels]
    drawn = draw_panels(progress(panels, 'drawing'))
    texts = {
        numbers / file_name(record): record.to_json() for record in records
    }
    return write_report(report, out, drawn, texts)


def first_runs(loaded: Loaded) -> dict[str, tuple[RunRecord, Predictions]]:
    """The first run of each recipe, by its name."""
    of = {id(record): p for record, p in loaded}
    groups = by_recipe([record for record, _ in loaded])
    return {name: (g[0], of[id(g[0])]) for name, g in groups.items()}


def feature_maps(
    loaded: Loaded, progress: Progress = silent
) -> dict[str, dict[str, dict]]:
    """PCA and t-SNE of a few classes, of the first run of each recipe.

    One whose chosen classes have fewer than three test images is left out:
    there is no plane to put them on.
    """
    maps = {}
    for name, (record, p) in progress(
        list(first_runs(loaded).items()), 'mapping'
    ):
        chosen = torch.tensor(chosen_classes(record.class_counts))
        images = (p.labels[:, None] == chosen).sum(0)
        if images.sum() < 3 or p.features is None or p.features.shape[1] < 2:
            continue
        classes = chosen[images > 0].tolist()
        maps[name] = {
            method: feature_map_points(p.features, p.labels, classes, method)
            for method in ('pca', 'tsne')
        }
    return maps


@dataclass(frozen=True)
class PictureSettings:
    """Which picture is drawn, and how.

    Args:
        picture: Name of a function of :mod:`mmlt.report.pictures`.
        out: File; ends with .png, .svg or .pdf.
        names: For every work directory; None chooses them.
        theme: 'light' or 'dark'.
        dpi: Of a PNG.
        columns: Panels in a row; None: at most 3.
        shots: Whether a reliability diagram is drawn of each shot group.
        method: Of the feature map, 'pca' or 'tsne'.
        classes: In the feature map; None: the first, middle and last.
        seed: Of draw and t-SNE.
    """

    picture: str
    out: Path
    names: list[str] | None = None
    theme: str = 'light'
    dpi: float = 200
    columns: int | None = None
    shots: bool = False
    method: str = 'pca'
    classes: list[int] | None = field(default=None)
    seed: int = 0


def make_picture(
    work_dirs: Sequence[Path],
    settings: PictureSettings,
    load: Load = load_run,
) -> None:
    """Read, draw and write one picture; the file is checked before the work.

    Args:
        work_dirs: Folders of finished runs.
        settings: What is drawn.
        load: As for :func:`make_report`.

    Raises:
        OSError: If a folder is missing, or the file cannot be written.
        ValueError: If the runs have nothing of this kind to draw.
    """
    check_picture_path(settings.out)
    check_can_write(settings.out)
    work_dirs, names, _ = without_incomplete(work_dirs, settings.names)
    loaded = load_runs(work_dirs, names, load)
    picture = picture_of(settings, loaded)
    if picture is None:
        raise ValueError(
            'Expected runs with something to draw for '
            f'{settings.picture!r}, but these have nothing. '
            + {
                'compression': 'Name FCC runs of at least two strategies.',
                'curves': 'Their logs (vis_data/scalars.json) are missing.',
                'confusion': f'Above {MATRIX_CLASSES} classes none is kept.',
            }.get(
                settings.picture,
                'Their heads are no densities, or the classes are more than '
                f'{MATRIX_CLASSES}.',
            )
        )
    panels = picture.panels
    with theme(settings.theme):
        figure = side_by_side(
            [partial(_draw, panel) for panel in panels],
            settings.columns
            or columns_of(len(panels), len(first_runs(loaded))),
            max(panel.width for panel in panels),
            max(panel.height for panel in panels),
        )
        with whole_file(settings.out) as draft:
            save_figure(figure, draft, settings.dpi)


def picture_of(settings: PictureSettings, loaded: Loaded) -> Picture | None:
    """The picture that the settings name; None: there is nothing to draw."""
    records = [record for record, _ in loaded]
    if settings.picture == 'reliability':
        return pictures.reliability(records, settings.shots)
    if settings.picture == 'features':
        return pictures.features(records, one_map(settings, loaded))
    return getattr(pictures, settings.picture)(records)


def one_map(settings: PictureSettings, loaded: Loaded) -> dict:
    """The map of the first run of each recipe, by the method asked for."""
    counts = loaded[0][0].class_counts
    size = len(counts)
    classes = settings.classes or chosen_classes(counts)
    wrong = [c for c in classes if not 0 <= c < size]
    if wrong:
        raise ValueError(
            f'Expected --classes from 0 to {size - 1}, but got {wrong[0]}. '
            'Name classes of the data set.'
        )
    return {
        name: {
            settings.method: feature_map_points(
                p.features,
                p.labels,
                classes,
                settings.method,
                seed=settings.seed,
            )
        }
        for name, (_, p) in first_runs(loaded).items()
    }


def _draw(panel, figure) -> None:
    panel.draw(figure)


def columns_of(panels: int, runs: int) -> int:
    """A row per run where there are several panels of each, else three."""
    each = panels // max(runs, 1)
    return each if runs > 1 and each > 1 and panels % runs == 0 else 3
