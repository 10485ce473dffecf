"""The files of an export, each read back by what it is for."""

import importlib.util
import io
import logging
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import torch
from mmengine.config import Config
from torch import Tensor, nn

from mmlt.checkpoints import save_checkpoint

from .mmpretrain_model import mmpretrain_model

ONNX_NEEDS = ('onnx', 'onnxscript', 'onnxruntime')

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


def check_needs(kind: str) -> None:
    """Check that the packages for ONNX are installed.

    Raises:
        ImportError: With the command that mends it.
    """
    missing = [n for n in ONNX_NEEDS if importlib.util.find_spec(n) is None]
    if kind == 'onnx' and missing:
        raise ImportError(
            f'Expected {", ".join(ONNX_NEEDS)} for --to onnx, but '
            f'{", ".join(missing)} {"is" if len(missing) == 1 else "are"} '
            f'not installed. Mend it with: pip install {" ".join(missing)} '
            '(or "mmlt[export]")'
        )


def write_torchscript(
    model: nn.Module, example: Tensor, out: Path
) -> Callable:
    """Trace, save, and load again."""
    model.requires_grad_(False)  # nor do its outputs, then
    traced = torch.jit.trace(model, example, check_trace=False)
    # into memory: torch ends the program where a file cannot be written
    buffer = io.BytesIO()
    torch.jit.save(traced, buffer, _extra_files={'mmlt.json': model.text})
    out.write_bytes(buffer.getbuffer())
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
        output_names=[model.output],
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
    plain, checkpoint = mmpretrain_model(model, config, meta)
    save_checkpoint(checkpoint, files[0])
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
                'did not. Export it again, or report this:\n'
                f'{done.stderr}'
            )
        return torch.load(got, weights_only=True)

    return logits
