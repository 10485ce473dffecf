"""Trainings in two and three processes, against one process.

Batch normalization uses its running statistics where losses are compared
(see ``Float64Runner``): with those of a batch, three processes of 8 images
are another network than one of 24.
"""

import pytest
import torch

from .processes import in_processes, needs_gloo
from .trainings import COUNTS, Float64Runner, short_config, train

pytestmark = needs_gloo


def curve(recipe, work_dir, world_size, accumulate=1, options=None):
    """A training in float64, without random augmentation."""
    cfg = short_config(recipe, work_dir, world_size * accumulate)
    cfg.launcher = 'pytorch' if world_size > 1 else 'none'
    cfg.merge_from_dict(options or {})
    assert not cfg.get('find_unused_parameters')
    cfg.data_preprocessor.augments = []
    cfg.optim_wrapper.optimizer.lr = 1e-4  # nothing is normalized
    cfg.optim_wrapper.dtype = None  # no bfloat16 on any machine
    cfg.optim_wrapper.accumulative_counts = accumulate
    return train(cfg, Float64Runner)


def global_curve(recipe, folder, world_size, accumulate=1, options=None):
    """Loss of each whole batch, and what each process has at the end."""
    name = f'{recipe}-{world_size}-{accumulate}'.replace('/', '-')
    place = str(folder / name)
    results = in_processes(
        world_size, curve, recipe, place, world_size, accumulate, options
    )
    losses = torch.stack([result['losses'] for result in results]).mean(0)
    return losses.view(-1, accumulate).mean(1), results


def assert_same_network(ours, theirs, tolerance):
    """Every weight and buffer of two trainings."""
    assert ours.keys() == theirs.keys()
    for name, value in ours.items():
        difference = (value - theirs[name]).abs().max() if value.numel() else 0
        assert difference <= tolerance, name


# one of each kind: neck with labels, per-class margins that set in later,
# several experts, directions, several networks, frozen parts and a sampler,
# shifted statistics, experts that teach each other, and new classifiers
@pytest.mark.parametrize(
    'recipe',
    [
        'fcc/resnet20_digitslt.py',
        'cdt/resnet20_digitslt.py+drw',
        'sade/resnet20_digitslt.py',
        'vmf/resnet20_digitslt.py',
        'ncl/resnet20_digitslt.py',
        'lws/resnet20_digitslt.py',
        'focal_sam/resnet20_digitslt.py',
        'mislas/resnet20_digitslt.py',
        'los/resnet20_digitslt.py',
        'shike/stage1_resnet20_digitslt.py',
        'shike/resnet20_digitslt.py',
    ],
)
def test_losses_and_weights_are_those_of_one_process(recipe, tmp_path):
    expected, (alone,) = global_curve(recipe, tmp_path, 1)
    assert len(expected) == 4
    assert len(set(expected.tolist())) == 4
    for world_size in (2, 3) if recipe.startswith('fcc') else (3,):
        losses, results = global_curve(recipe, tmp_path, world_size)
        assert (losses - expected).abs().max() < 1e-9
        for result in results:
            assert_same_network(result['state'], alone['state'], 1e-9)
            assert result['counts'] == alone['counts']
            assert result['hook'] == alone['hook'] == list(COUNTS)


def test_weights_of_classes_are_divided_by_in_each_process(tmp_path):
    """RIDE has them from the second epoch on, its third batch."""
    recipe = 'ride/resnet20_digitslt.py'
    (expected, _), (losses, _) = (
        global_curve(recipe, tmp_path, world_size) for world_size in (1, 3)
    )
    difference = (losses - expected).abs()
    assert difference[:2].max() < 1e-9
    assert difference[2:].min() > 1e-3


def test_alignment_without_weights_is_that_of_one_process(tmp_path):
    """Nothing else of DisAlign is counted over a batch."""
    options = {'model.head.loss.power': 0.0}
    (expected, (alone,)), (losses, results) = (
        global_curve(
            'disalign/resnet20_digitslt.py', tmp_path, size, options=options
        )
        for size in (1, 3)
    )
    assert (losses - expected).abs().max() < 1e-9
    for result in results:
        assert_same_network(result['state'], alone['state'], 1e-9)


@pytest.mark.parametrize(
    ('world_size', 'accumulate'), [(1, 2), (2, 2), (3, 4)]
)
def test_accumulated_gradients_are_those_of_the_whole_batch(
    world_size, accumulate, tmp_path
):
    recipe = 'fcc/resnet20_digitslt.py'
    expected, (alone,) = global_curve(recipe, tmp_path, 1)
    losses, results = global_curve(recipe, tmp_path, world_size, accumulate)
    assert (losses - expected).abs().max() < 1e-9
    for result in results:
        assert_same_network(result['state'], alone['state'], 1e-9)


def plain(recipe, work_dir, world_size, teacher=None):
    """A training as the recipe has it, but for its length."""
    cfg = short_config(recipe, work_dir, world_size)
    assert not cfg.model_wrapper_cfg.find_unused_parameters
    if teacher is not None:
        cfg.model.teacher_checkpoint = teacher
    return train(cfg)


@pytest.mark.parametrize(
    'recipe',
    [
        'crt/resnet20_digitslt.py',
        'manifold_mixup/resnet20_digitslt.py+fcc',
        'remix/resnet20_digitslt.py',
        'resampling/bbn_resnet20_digitslt.py',
        'vmf/resnet20_digitslt.py+icd+cfc',
        'cmo/resnet20_digitslt.py',
        'disalign/resnet20_digitslt.py',
        'mdcs/resnet20_digitslt.py',
        'ride/resnet20_digitslt.py',
    ],
)
def test_every_parameter_takes_part(recipe, tmp_path):
    """Else DDP stops in the second step, or a process is left behind.

    The methods above have shown it with their losses.
    """
    check_one_network(in_processes(2, plain, recipe, str(tmp_path), 2))


def test_every_parameter_takes_part_in_distillation(tmp_path):
    teacher = 'bsce/resnet20_digitslt.py'
    check_one_network(in_processes(2, plain, teacher, str(tmp_path), 2))
    results = in_processes(
        2,
        plain,
        'dive/resnet20_digitslt.py',
        str(tmp_path / 'student'),
        2,
        str(tmp_path / 'epoch_2.pth'),
    )
    check_one_network(results)


def check_one_network(results):
    """All processes have one network, which has learned."""
    first, *others = results
    assert len(first['losses']) >= 4  # DDP would stop in the second
    assert first['losses'].isfinite().all()
    assert first['moved']
    assert all(first['moved'])
    for other in others:
        # each has its own images
        assert not torch.equal(other['losses'], first['losses'])
        for name, value in first['state'].items():
            assert torch.equal(value, other['state'][name]), name
        for key in ('counts', 'hook'):
            assert other[key] == first[key]
        assert other['metrics'] == pytest.approx(first['metrics'], nan_ok=True)
