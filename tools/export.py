"""Export a trained model: TorchScript, ONNX or plain mmpretrain.

python tools/export.py CONFIG CHECKPOINT --to onnx --out model.onnx writes the
network with what only training needs left out, after comparing its logits
with the original's. Nothing is overwritten, and nothing half-written stays.
"""

import argparse
import importlib.util
import logging
import os
import subprocess
import sys
import tempfile
import warnings
from collections.abc import Callable
from pathlib import Path

import torch
from mmengine.config import Config, DictAction
from torch import Tensor, nn

import mmlt  # noqa: F401 (checks the environment, resolves 'mmlt::')
from mmlt.export.formats import (
    PlainClassifier,
    description,
    parent_model,
    relative_difference,
    sample_images,
)
from mmlt.export.inference import (
    input_size,
    preprocessor_settings,
    reads_files,
)
from mmlt.runs.checkpoint import load_model
from mmlt.runs.folder import find_run

SUFFIX = {'torchscript': '.pt', 'onnx': '.onnx', 'mmpretrain': '.pth'}
ONNX_NEEDS = ('onnx', 'onnxscript', 'onnxruntime')
NUM_IMAGES = 5

# runs where mmlt cannot be imported
PLAIN_LOGITS = """
import sys
sys.modules['mmlt'] = None
import torch
from mmpretrain import get_model
config, checkpoint, images, out = sys.argv[1:]
model = get_model(config, pretrained=checkpoint, device='cpu')
data = model.data_preprocessor({'inputs': torch.load(images)})
with torch.no_grad():
    torch.save(model(data['inputs'], mode='tensor'), out)
"""


def parse_args() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(
        description='Export a trained model to TorchScript, ONNX, or a '
        'checkpoint and config of plain mmpretrain. The logits are compared '
        "with the original's before anything is written.",
        epilog='Example: python tools/export.py configs/vmf/'
        'resnet20_digitslt.py work_dirs/vmf/resnet20_digitslt/epoch_40.pth '
        '--to onnx --out vmf_digits.onnx --with-preprocessing',
    )
    parser.add_argument(
        'config', help='config of the training, or its work directory alone'
    )
    parser.add_argument(
        'checkpoint',
        nargs='?',
        help='checkpoint (default: the last of the work directory)',
    )
    parser.add_argument('--to', choices=SUFFIX, required=True)
    parser.add_argument(
        '--out',
        required=True,
        metavar='FILE',
        help='.pt, .onnx, or .pth (mmpretrain; the config goes beside it)',
    )
    parser.add_argument(
        '--with-preprocessing',
        action='store_true',
        help='the model takes RGB pixel values, uint8 (N, 3, H, W), instead '
        'of normalised ones',
    )
    parser.add_argument(
        '--size',
        type=int,
        nargs='+',
        metavar='PIXELS',
        help='side, or height and width, of the images (default: those of '
        'the test pipeline)',
    )
    parser.add_argument(
        '--tolerance',
        type=float,
        default=1e-6,
        help='largest difference of a logit, as a part of the largest logit '
        '(default: 1e-6)',
    )
    parser.add_argument(
        '--cfg-options',
        nargs='+',
        action=DictAction,
        help='settings that override the config, key=value',
    )
    args = parser.parse_args()
    if args.to == 'mmpretrain' and args.with_preprocessing:
        parser.error(
            '--with-preprocessing: an mmpretrain config has a data '
            'preprocessor already'
        )
    if args.size and len(args.size) > 2:
        parser.error('--size takes one number, or height and width')
    return args


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
            f'got {path}.'
        )
    if not out.parent.is_dir():
        raise FileNotFoundError(
            f'Expected --out in an existing folder, but {out.parent} is none.'
        )
    files = [out] + [out.with_suffix('.py')] * (kind == 'mmpretrain')
    for file in files:
        if file.exists():
            raise FileExistsError(
                f'Expected {file} not to exist: nothing is overwritten. '
                'Choose another --out, or remove it.'
            )
    return files


def check_needs(kind: str) -> None:
    """Refuse ONNX where a package for it is missing.

    Raises:
        ImportError: With the command that mends it.
    """
    missing = [n for n in ONNX_NEEDS if importlib.util.find_spec(n) is None]
    if kind == 'onnx' and missing:
        raise ImportError(
            f'Expected {", ".join(ONNX_NEEDS)} for --to onnx, but '
            f'{", ".join(missing)} is not installed. Mend it with: pip '
            f'install {" ".join(missing)} (or "mmlt[export]")'
        )


def write_torchscript(
    model: nn.Module, example: Tensor, out: Path
) -> Callable:
    """Trace, save, and load again."""
    traced = torch.jit.trace(model, example, check_trace=False)
    torch.jit.save(traced, str(out), _extra_files={'mmlt.json': model.text})
    return torch.jit.load(str(out))


def write_onnx(model: nn.Module, example: Tensor, out: Path) -> Callable:
    """Export, save, and open in ONNX Runtime."""
    import onnx
    import onnxruntime

    logging.getLogger('torch.onnx').setLevel(logging.ERROR)
    torch.onnx.export(
        model,
        (example,),
        str(out),
        dynamo=True,
        verbose=False,
        external_data=False,
        input_names=['images'],
        output_names=['logits'],
        dynamic_shapes={'images': {0: torch.export.Dim('batch')}},
    )
    content = onnx.load(str(out))
    content.metadata_props.add(key='mmlt', value=model.text)
    onnx.checker.check_model(content)
    onnx.save(content, str(out))
    session = onnxruntime.InferenceSession(
        str(out), providers=['CPUExecutionProvider']
    )
    return lambda images: torch.from_numpy(
        session.run(None, {'images': images.numpy()})[0]
    )


def write_mmpretrain(
    model: nn.Module, config: Config, meta: dict, files: list[Path]
) -> Callable:
    """Save both files; what comes back runs where mmlt is blocked."""
    plain, checkpoint = parent_model(model, config, meta)
    torch.save(checkpoint, files[0])
    plain.dump(files[1])

    def logits(images: Tensor) -> Tensor:
        given, got = (files[0].parent / n for n in ('in.pt', 'out.pt'))
        torch.save(images.flip(1), given)  # BGR, as from a file
        paths = [files[1], files[0], given, got]
        done = subprocess.run(
            [sys.executable, '-c', PLAIN_LOGITS, *map(str, paths)],
            capture_output=True,
            text=True,
        )
        if done.returncode:
            raise RuntimeError(
                'Expected the exported model to load without mmlt, but it '
                f'did not:\n{done.stderr}'
            )
        return torch.load(got)

    return logits


def original_logits(
    model: nn.Module, config: Config, images: Tensor
) -> tuple[Tensor, Tensor]:
    """Logits of the recipe's own model, and what its network was given.

    Args:
        model: In evaluation mode.
        config: The recipe.
        images: (N, 3, H, W) uint8, RGB.
    """
    images = images.flip(1) if reads_files(config) else images
    inputs = model.data_preprocessor({'inputs': images})['inputs']
    return model(inputs, mode='tensor'), inputs.contiguous()


def check_same(got: Tensor, expected: Tensor, tolerance: float) -> float:
    """Refuse an export with other logits.

    Raises:
        ValueError: With the difference.
    """
    difference = relative_difference(got, expected)
    if not difference <= tolerance or got.shape != expected.shape:
        raise ValueError(
            'Expected the exported model to have the logits of the original, '
            f'but the largest difference is {difference:.2g} of the largest '
            f'logit (--tolerance {tolerance:g}); nothing was written. '
            '(Rounding in a deep float32 network can be some 1e-6.)'
        )
    return difference


@torch.no_grad()
def export(args: argparse.Namespace) -> str:
    """Write the files; returns what to tell the user."""
    config_path, checkpoint = find_run(args.config, args.checkpoint)
    files = check_out(args.out, args.to)
    check_needs(args.to)
    config = Config.fromfile(config_path)
    if args.cfg_options:
        config.merge_from_dict(args.cfg_options)
    preprocessor_settings(config)
    size = args.size or input_size(config)
    if isinstance(size, list):
        size = size[0] if len(size) == 1 else tuple(size)
    model, content = load_model(config, checkpoint, strict=True)
    meta = content['meta']
    images = sample_images(size, NUM_IMAGES)
    expected, inputs = original_logits(model, config, images)
    with tempfile.TemporaryDirectory(
        dir=files[0].parent, prefix='.export-'
    ) as folder:
        drafts = [Path(folder) / file.name for file in files]
        if args.to == 'mmpretrain':
            run = write_mmpretrain(model, config, meta, drafts)
            difference = check_same(run(images), expected, args.tolerance)
        else:
            plain = PlainClassifier(model, config, args.with_preprocessing)
            plain.eval().text = description(
                config, meta, args.with_preprocessing
            )
            given = images if args.with_preprocessing else inputs
            write = write_onnx if args.to == 'onnx' else write_torchscript
            run = write(plain, given[:2], drafts[0])
            got = torch.cat([run(given[:1]), run(given[1:])])
            difference = check_same(got, expected, args.tolerance)
        for draft, file in zip(drafts, files, strict=True):
            os.replace(draft, file)
    return (
        f'{" and ".join(map(str, files))} written. Logits of {NUM_IMAGES} '
        f'images differ by at most {difference:.2g} of the largest one.'
    )


def main() -> None:
    """Export, or say in one line why not."""
    args = parse_args()
    warnings.filterwarnings('ignore')
    try:
        print(export(args))
    except (ImportError, OSError, TypeError, ValueError) as error:
        sys.exit(f'error: {error}')


if __name__ == '__main__':
    main()
