"""Export a run: compare first, then write whole files or none."""

import tempfile
from dataclasses import dataclass, field
from pathlib import Path

import torch

from mmlt.fileio import put_in_place, room_for
from mmlt.runs.checkpoint import load_model
from mmlt.runs.folder import find_run
from mmlt.runs.recipes import load_recipe

from .comparison import check_same, original_logits, sample_images
from .inference import input_size, preprocessor_settings
from .plain import PlainClassifier, description
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
    model, content = load_model(config, checkpoint, strict=True)
    meta = content['meta']
    images = sample_images(size, NUM_IMAGES)
    expected, inputs = original_logits(model, config, images)
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
            plain = PlainClassifier(model, config, pixels).eval()
            plain.text = description(config, meta, pixels)
            given = images if pixels else inputs
            onnx = settings.to == 'onnx'
            write = write_onnx if onnx else write_torchscript
            run = write(plain, given[:2], drafts[0])
            # batches of another size than the example's
            got = torch.cat([run(given[:1]), run(given[1:])])
        difference = check_same(got, expected, settings.tolerance)
        for draft, file in zip(drafts, files, strict=True):
            put_in_place(draft, file)
    return (
        f'{" and ".join(map(str, files))} written. Logits of {NUM_IMAGES} '
        f'images differ by at most {difference:.2g} of the largest one.'
    )
