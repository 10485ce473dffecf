"""What stands in for mmcv's compiled operators."""

import importlib
import importlib.util
import sys

import pytest
import torch
import torchvision

pytest.importorskip('mmdet')
import mmcv

import mmlt.dense  # noqa: F401, which provides them
from mmlt import operators
from mmlt.operators import (
    MODULE,
    ModelsGuard,
    OperatorsFinder,
    TorchvisionOperators,
    check_operators,
    guard_models,
    provide_operators,
)

COMPILED = not isinstance(
    importlib.import_module(MODULE), TorchvisionOperators
)
STANDS_IN = pytest.mark.skipif(COMPILED, reason='mmcv is compiled')


def corners(*rows):
    return torch.tensor(rows, dtype=torch.float32)


@pytest.mark.parametrize(
    ('offset', 'kept'),
    # overlaps of the first two boxes: 50 / 100, with the last pixel 66 / 121
    [(0, [0, 1, 2]), (1, [0, 2])],
)
def test_nms_by_hand(offset, kept):
    boxes = corners([0, 0, 10, 10], [0, 0, 10, 5], [30, 30, 40, 40])
    scores = torch.tensor([0.9, 0.8, 0.7])
    found = TorchvisionOperators.nms(boxes, scores, 0.52, offset=offset)
    assert found.tolist() == kept


@STANDS_IN
def test_nms_of_mmcv_by_class():
    from mmcv.ops import batched_nms

    boxes = corners([0, 0, 10, 10], [0, 0, 10, 9], [0, 0, 10, 9])
    scores = torch.tensor([0.9, 0.8, 0.7])
    found, kept = batched_nms(
        boxes, scores, torch.tensor([0, 0, 1]), dict(iou_threshold=0.5)
    )
    assert kept.tolist() == [0, 2]
    assert found[:, 4].tolist() == pytest.approx([0.9, 0.7])


@STANDS_IN
@pytest.mark.parametrize('dtype', [torch.float32, torch.float64])
@pytest.mark.parametrize('aligned', [True, False])
@pytest.mark.parametrize('ratio', [0, 2])
def test_roi_align_of_mmcv_is_torchvisions(dtype, aligned, ratio):
    from mmcv.ops import roi_align

    maps = torch.randn(2, 3, 12, 10, dtype=dtype)
    rois = torch.tensor([[0, 1.5, 2, 30, 41], [1, 0, 0, 39, 47]], dtype=dtype)
    seeds = torch.randn(2, 3, 5, 4, dtype=dtype)
    found = []
    for call in (
        lambda x: roi_align(x, rois, (5, 4), 0.25, ratio, 'avg', aligned),
        lambda x: torchvision.ops.roi_align(
            x, rois, (5, 4), 0.25, ratio or -1, aligned
        ),
    ):
        x = maps.clone().requires_grad_()
        out = call(x)
        out.backward(seeds)
        found.append((out.detach(), x.grad))
    for ours, theirs in zip(*found, strict=True):
        assert torch.equal(ours, theirs)


@STANDS_IN
def test_half_precision_maps_are_pooled_at_the_places_of_float32_boxes():
    from mmcv.ops import roi_align

    maps = torch.randn(1, 3, 300, 300)
    # bfloat16 has 1,001 as 1,000
    rois = torch.tensor([[0, 1001.0, 1001.0, 1043.0, 1043.0]])
    exact = roi_align(maps.bfloat16().float(), rois, 4, 0.25, 2, 'avg', True)
    got = roi_align(maps.bfloat16(), rois, 4, 0.25, 2, 'avg', True)
    assert torch.equal(got, exact.bfloat16())


@STANDS_IN
@pytest.mark.parametrize(
    ('name', 'call'),
    [
        (
            'softnms',
            lambda ops: ops.soft_nms(torch.zeros(2, 4), torch.zeros(2)),
        ),
        (
            r"roi_align\(pool_mode='max'\)",
            lambda ops: ops.roi_align(
                torch.zeros(1, 1, 4, 4), torch.zeros(1, 5), 2, 1.0, 0, 'max'
            ),
        ),
        ('get_compiler_version', lambda ops: ops.get_compiler_version()),
    ],
)
def test_other_operators_say_their_name_and_how_to_have_them(name, call):
    from mmcv import ops

    message = f'for `{name}`.*MMCV_WITH_OPS=1 pip install.*onedl-mmcv==2'
    with pytest.raises(NotImplementedError, match=message):
        call(ops)


@STANDS_IN
def test_mmcv_finds_its_operators():
    from mmcv.utils import ext_loader

    assert importlib.util.find_spec(MODULE) is not None
    assert ext_loader.load_ext('_ext', ['nms', 'anything'])


def test_compiled_operators_are_found_before(monkeypatch, tmp_path):
    """A module of mmcv itself, in its folder, is the one that is imported."""
    provide_operators()
    ours = [f for f in sys.meta_path if isinstance(f, OperatorsFinder)]
    assert len(ours) == 1
    monkeypatch.delitem(sys.modules, MODULE)
    if not COMPILED:
        assert importlib.util.find_spec(MODULE).loader is ours[0]
    (tmp_path / '_ext.py').write_text('nms = "compiled"')
    monkeypatch.setattr(mmcv, '__path__', [str(tmp_path)])
    importlib.invalidate_caches()
    assert importlib.import_module(MODULE).nms == 'compiled'


def test_models_that_were_imported_too_early_are_said(monkeypatch):
    check_operators()
    monkeypatch.delitem(sys.modules, 'mmdet.models', raising=False)
    monkeypatch.setitem(sys.modules, 'mmdet.models.detectors', object())
    with pytest.raises(ImportError, match=r'but mmdet\.models.*import mmlt'):
        check_operators()


@pytest.mark.parametrize('compiled', [True, False])
def test_models_wait_for_the_operators(monkeypatch, compiled):
    """As mmpretrain asks for them, which goes on without."""
    monkeypatch.setattr(sys, 'meta_path', [ModelsGuard(), *sys.meta_path])
    monkeypatch.setattr(
        operators.importlib.util,
        'find_spec',
        lambda name: object() if compiled else None,
    )
    guard = sys.meta_path[0]
    assert guard.find_spec('mmdet.registry') is None
    if compiled:
        assert guard.find_spec('mmdet.models') is None
        return
    with pytest.raises(ModuleNotFoundError, match=r'mmlt\.dense\.detection'):
        guard.find_spec('mmdet.models')
    # there is one finder at a time, and mmlt's second import adds none
    provide_operators()
    guard_models()
    kinds = [type(f) for f in sys.meta_path if isinstance(f, operators.KINDS)]
    assert kinds == [OperatorsFinder]


@STANDS_IN
def test_mmdetection_is_whole_although_mmpretrain_was_first():
    """It imports the models of mmdetection, and goes on where that fails."""
    from mmcv.ops import batched_nms
    from mmdet.models.dense_heads import rpn_head

    assert 'mmpretrain.models' in sys.modules
    assert rpn_head.batched_nms is batched_nms
