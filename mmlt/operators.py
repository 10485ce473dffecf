"""nms and roi_align of torchvision, where mmcv has none.

Every file of ``mmcv.ops`` asks the module ``mmcv._ext``, the compiled
operators, for its own when it is imported, so without them ``import
mmdet.models`` fails; and mmcv is to be had compiled for few versions of
torch. Faster, Mask and Cascade R-CNN call two of them, which torchvision has
too.
"""

import importlib.abc
import importlib.machinery
import importlib.metadata
import importlib.util
import sys
import types
from collections.abc import Callable
from typing import TYPE_CHECKING, NoReturn

if TYPE_CHECKING:
    from torch import Tensor

__all__ = ['check_operators', 'guard_models', 'provide_operators']

MODULE = 'mmcv._ext'
MODELS = 'mmdet.models'
# of mmcv's pool_mode
AVERAGE = 1


class ModelsGuard(importlib.abc.MetaPathFinder):
    """Refuses the models of mmdetection as long as they would break off.

    mmpretrain and mmsegmentation import them, and go on where that fails;
    but what was imported until then stays, with functions that raise in the
    place of what it did not find, and is not imported again.
    """

    def find_spec(self, name, path=None, target=None):
        """None: others find the module.

        Raises:
            ModuleNotFoundError: For the models, if mmcv is not compiled.
        """
        if name == MODELS and importlib.util.find_spec(MODULE) is None:
            raise ModuleNotFoundError(
                'Expected mmlt.dense to be imported before mmdet.models, for '
                'mmcv has no compiled operators. Add `custom_imports=dict('
                "imports=['mmlt.dense.detection'])` to the config.",
                name=name,
            )
        return


class OperatorsFinder(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Finds ``mmcv._ext`` where all other finders have found none."""

    def find_spec(self, name, path=None, target=None):
        """The stand-in, if it is asked for."""
        if name != MODULE:
            return None
        return importlib.machinery.ModuleSpec(name, self)

    def create_module(self, spec):
        """The module, with its two operators."""
        return TorchvisionOperators(spec.name)

    def exec_module(self, module):
        """Nothing: it is complete."""


class TorchvisionOperators(types.ModuleType):
    """Stands where mmcv's compiled operators are looked for.

    Any operator but nms and roi_align is a function that raises.
    """

    @staticmethod
    def nms(
        bboxes: 'Tensor',
        scores: 'Tensor',
        iou_threshold: float,
        offset: int = 0,
    ) -> 'Tensor':
        """Indices (K,) of the boxes that are kept, best first.

        Args:
            bboxes: (N, 4) corners.
            scores: (N,).
            iou_threshold: Overlap from which on the worse of two is dropped.
            offset: 0, or 1 where the last pixel is a part of the box.
        """
        import torchvision

        ends = bboxes.new_tensor([0, 0, offset, offset])
        return torchvision.ops.nms(bboxes + ends, scores, iou_threshold)

    @staticmethod
    def roi_align_forward(
        input: 'Tensor',
        rois: 'Tensor',
        output: 'Tensor',
        argmax_y: 'Tensor',
        argmax_x: 'Tensor',
        aligned_height: int,
        aligned_width: int,
        spatial_scale: float,
        sampling_ratio: int,
        pool_mode: int,
        aligned: bool,
    ) -> None:
        """Write the pooled features (K, C, height, width) into ``output``."""
        import torch
        import torchvision  # noqa: F401, which registers its operators

        check_mode(pool_mode)
        kind = torch.promote_types(input.dtype, rois.dtype)
        output.copy_(
            torch.ops.torchvision.roi_align(
                input.to(kind),
                rois.to(kind),
                spatial_scale,
                aligned_height,
                aligned_width,
                sampling_ratio,
                aligned,
            )
        )

    @staticmethod
    def roi_align_backward(
        grad_output: 'Tensor',
        rois: 'Tensor',
        argmax_y: 'Tensor',
        argmax_x: 'Tensor',
        grad_input: 'Tensor',
        aligned_height: int,
        aligned_width: int,
        spatial_scale: float,
        sampling_ratio: int,
        pool_mode: int,
        aligned: bool,
    ) -> None:
        """Write the gradient (N, C, H, W) into ``grad_input``."""
        import torch
        import torchvision  # noqa: F401, which registers its operators

        check_mode(pool_mode)
        kind = torch.promote_types(grad_output.dtype, rois.dtype)
        grad_input.copy_(
            torch.ops.torchvision._roi_align_backward(
                grad_output.to(kind),
                rois.to(kind),
                spatial_scale,
                aligned_height,
                aligned_width,
                *grad_input.shape,
                sampling_ratio,
                aligned,
            )
        )

    def __getattr__(self, name: str) -> Callable:
        """The operator of that name, which raises when it is called."""
        if name.startswith('__'):
            raise AttributeError(name)

        def operator(*args, **kwargs):
            refuse(name)

        return operator


def refuse(name: str) -> NoReturn:
    """Raise, naming an operator and the command that compiles it.

    Raises:
        NotImplementedError: Always.
    """
    version = importlib.metadata.version('onedl-mmcv')
    raise NotImplementedError(
        f'Expected mmcv with compiled operators for `{name}`, but this one '
        'has none, and torchvision stands in for nms and roi_align alone. '
        "Compile it, which takes half an hour: pip install 'setuptools>=77,"
        "<82' wheel ninja; MMCV_WITH_OPS=1 pip install --force-reinstall "
        '--no-deps --no-cache-dir --no-build-isolation --no-binary '
        f'onedl-mmcv onedl-mmcv=={version}'
    )


def check_mode(pool_mode: int) -> None:
    """Check that RoIs are averaged.

    Raises:
        NotImplementedError: If their largest values are asked for.
    """
    if pool_mode != AVERAGE:
        refuse("roi_align(pool_mode='max')")


def guard_models() -> None:
    """Keep the models of mmdetection whole until :func:`provide_operators`.

    Nothing is imported, and nothing changes where mmcv is compiled. To be
    called before mmpretrain is imported.
    """
    if not any(isinstance(f, KINDS) for f in sys.meta_path):
        sys.meta_path.insert(0, ModelsGuard())


def provide_operators() -> None:
    """Let torchvision's operators be found where mmcv has none."""
    for finder in [f for f in sys.meta_path if isinstance(f, KINDS)]:
        sys.meta_path.remove(finder)
    sys.meta_path.append(OperatorsFinder())


KINDS = ModelsGuard, OperatorsFinder


def check_operators() -> None:
    """Check that the models of mmdetection were not imported too early.

    Raises:
        ImportError: If they were, in vain: what is left of them has put
            functions that raise in the place of what it did not find.
    """
    left = [name for name in sys.modules if name.startswith(f'{MODELS}.')]
    if left and MODELS not in sys.modules:
        raise ImportError(
            'Expected mmlt to be imported before mmpretrain, mmseg and mmdet, '
            f'but {left[0]} was imported without the operators that mmcv has '
            'not. Write `import mmlt` first.'
        )
