"""Export a run: compare first, then write whole files or none."""

import tempfile
from dataclasses import dataclass, field
from pathlib import Path

import torch

from mmlt.fileio import put_in_place, room_for
from mmlt.posthoc.calibrator_file import load_calibrator
from mmlt.runs.checkpoint import load_model
from mmlt.runs.folder import find_run
from mmlt.runs.recipes import load_recipe

from .comparison import check_same, original_logits, sample_images
from .inference import input_size, preprocessor_settings
from .plain import PlainClassifier, Scores, description
from .writers import (
    check_needs,
    write_mmpretrain,
    write_onnx,
    write_torchscript,
)

SUFFIX = {'torchscript': '.pt', 'onnx': '.onnx', 'mmpretrain': '.pth'}
NUM_IMAGES = 5


@dataclass(frozen=True)
class ExportSettings:
    """What is exported, and as what.

    Args:
        config: Of the training, or its work directory.
        checkpoint: None: the last of the work directory.
        to: 'torchscript', 'onnx' or 'mmpretrain'.
        out: File; the config of an mmpretrain model goes beside it.
        with_preprocessing: Whether the model takes pixel values.
        size: Side, or height and width, of the images; None: those of the
            test pipeline.
        tolerance: Largest difference of a logit, as a part of the largest.
        overlays: What is added to the recipe.
        cfg_options: Settings that override it.
        output: 'logits' or 'probabilities'.
        calibrated: Name of a calibrator that ``mmlt posthoc`` fitted for the
            checkpoint, for the logits; None: they stay as they are.
        weights: As :func:`~mmlt.runs.checkpoint.load_model`.
    """

    config: str
    checkpoint: str | None
    to: str
    out: str
    with_preprocessing: bool = False
    size: list[int] | None = None
    tolerance: float = 1e-6
    overlays: list[str] = field(default_factory=list)
    cfg_options: dict | None = None
    output: str = 'logits'
    calibrated: str | None = None
    weights: str | None = None


def check_out(path: str, kind: str) -> list[Path]:
    """Files that will be written; refuse those that exist.

    Raises:
        FileNotFoundError: If their folder does not exist.
        FileExistsError: If one of them does.
        ValueError: If the name has another ending.
    """
    out = Path(path)
    if out.suffix != SUFFIX[kind]:
        raise ValueError(
            f'Expected --out to end with {SUFFIX[kind]} (--to {kind}), but '
            f'got {path}. '
            'Rename it.'
        )
    if not out.parent.is_dir():
        raise FileNotFoundError(
            f'Expected --out in an existing folder, but {out.parent} is none. '
            'Make the folder first.'
        )
    files = [out] + [out.with_suffix('.py')] * (kind == 'mmpretrain')
    for file in files:
        if file.exists():
            raise FileExistsError(
                f'Expected {file} not to exist: nothing is overwritten. '
                'Choose another --out, or remove it.'
            )
    return files


@torch.no_grad()
def export_run(settings: ExportSettings) -> str:
    """Write the files.

    Returns:
        What to tell the user.

    Raises:
        ImportError: If a package for the format is missing.
        OSError: If a file is missing, one that would be written exists, or
            the disk is full.
        ValueError: If the logits differ, or the model has no such form.
    """
    config_path, checkpoint = find_run(settings.config, settings.checkpoint)
    files = check_out(settings.out, settings.to)
    check_needs(settings.to)
    config = load_recipe(config_path, settings.overlays, settings.cfg_options)
    preprocessor_settings(config)
    size = settings.size or input_size(config)
    if isinstance(size, list):
        size = size[0] if len(size) == 1 else tuple(size)
    calibrator = None
    if settings.calibrated is not None:
        calibrator = load_calibrator(checkpoint, settings.calibrated)
    scores = Scores(calibrator, settings.output == 'probabilities')
    model, content = load_model(
        config, checkpoint, strict=True, weights=settings.weights
    )
    meta = content['meta']
    images = sample_images(size, NUM_IMAGES)
    expected, inputs = original_logits(model, config, images)
    tolerance = settings.tolerance
    if scores.probabilities:
        # a softmax moves by no more than its logits do, whatever their size
        tolerance *= max(1.0, scores.logits(expected).abs().max().item())
    expected = scores(expected)
    with (
        room_for(files[0]),
        tempfile.TemporaryDirectory(
            dir=files[0].parent, prefix='.export-'
        ) as folder,
    ):
        drafts = [Path(folder) / file.name for file in files]
        if settings.to == 'mmpretrain':
            got = write_mmpretrain(model, config, meta, drafts)(images)
        else:
            pixels = settings.with_preprocessing
            plain = PlainClassifier(model, config, pixels, scores).eval()
            plain.text = description(
                config, meta, pixels, scores.words(), size
            )
            given = images if pixels else inputs
            plain.output = settings.output
            onnx = settings.to == 'onnx'
            write = write_onnx if onnx else write_torchscript
            run = write(plain, given[:2], drafts[0])
            # batches of another size than the example's
            got = torch.cat([run(given[:1]), run(given[1:])])
        difference = check_same(got, expected, tolerance)
        for draft, file in zip(drafts, files, strict=True):
            put_in_place(draft, file)
    return (
        f'{" and ".join(map(str, files))} written. '
        f'{settings.output.capitalize()} of {NUM_IMAGES} images differ by at '
        f'most {difference:.2g} of the largest one.'
    )
