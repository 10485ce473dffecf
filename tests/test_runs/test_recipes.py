"""Recipes with overlays: what is applied, to what, once, and what is said."""

import json
import math
import subprocess
import sys
from pathlib import Path

import pytest
import torch
from mmengine.config import Config
from mmpretrain.registry import PARAM_SCHEDULERS

from mmlt.projects.config_text import recipe_of
from mmlt.runs.preflight import default_work_dir
from mmlt.runs.recipes import (
    NothingToChange,
    applied_overlays,
    check_same_overlays,
    first_stage_recipe,
    known_overlays,
    load_recipe,
    recipe_file,
)
from mmlt.runs.record import record_run
from mmlt.runs.remarks import remarks
from mmlt.runs.schedules import scale_schedule
from mmlt.runs.shipped import method_names, overlay_names, recipe_names
from mmlt.runs.training import TrainingOptions, prepare_training

ROOT = Path(__file__).parents[2]
CE = str(ROOT / 'configs/ce/resnet32_cifar100lt.py')


def write(path, text):
    path.write_text(text)
    return str(path)


@pytest.mark.parametrize(
    'name',
    [
        CE,
        Path(CE),
        'ce/resnet32_cifar100lt',
        'ce/resnet32_cifar100lt.py',
        'mmlt::ce/resnet32_cifar100lt.py',
    ],
)
def test_recipe_is_found_by_path_and_by_name(name, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    cfg = load_recipe(name)
    assert cfg.to_dict() == Config.fromfile(CE).to_dict()
    assert Path(cfg.filename).resolve() == Path(CE)


def test_package_offers_it_and_stays_light():
    code = (
        'import sys, mmlt; assert "mmpretrain" not in sys.modules; '
        'print(mmlt.load_recipe("ce/resnet20_digitslt", ["fcc"]).model.neck)'
    )
    done = subprocess.run(
        [sys.executable, '-c', code], capture_output=True, text=True
    )
    assert 'FCCNeck' in done.stdout, done.stderr


def test_overlays_are_applied_in_order_and_once():
    cfg = load_recipe(CE, ['ratio50', 'held-out', 'ratio50'])
    assert applied_overlays(cfg) == ['ratio50', 'held-out']
    assert cfg.train_dataloader.dataset.type == 'HeldOutSplit'
    assert cfg.train_dataloader.dataset.dataset.imbalance_ratio == 50
    with pytest.raises(NothingToChange, match='imbalance_ratio'):
        load_recipe(CE, ['held-out', 'ratio50'])


def test_options_override_overlays():
    cfg = load_recipe(
        CE, ['short'], {'train_cfg.max_epochs': 7, 'model.head.topk': (1,)}
    )
    assert cfg.train_cfg.max_epochs == 7
    assert cfg.param_scheduler[1].milestones == [16, 18]
    assert cfg.model.head.topk == (1,)


def test_a_recipe_names_overlays_itself(tmp_path):
    """A name, and a path that counts from the folder of the recipe."""
    write(tmp_path / 'lr.py', 'optim_wrapper = dict(optimizer=dict(lr=0.5))')
    mine = write(
        tmp_path / 'mine.py',
        "_base_ = 'mmlt::ce/resnet32_cifar100lt.py'\n"
        "overlays = ['fcc', 'lr.py']\n",
    )
    cfg = load_recipe(mine, ['fcc', 'ratio50'])
    assert cfg.optim_wrapper.optimizer.lr == 0.5
    expected = ['fcc', str(tmp_path / 'lr.py'), 'ratio50']
    assert applied_overlays(cfg) == expected
    assert 'overlays' not in cfg
    assert [neck.type for neck in cfg.model.neck].count('FCCNeck') == 1


def test_what_a_run_wrote_down_is_complete(tmp_path):
    cfg = load_recipe(CE, ['fcc', 'short'])
    dumped = tmp_path / 'dumped.py'
    cfg.dump(dumped)
    again = load_recipe(dumped, ['fcc'])
    assert again.to_dict() == cfg.to_dict()
    further = load_recipe(dumped, ['ratio50'])
    assert applied_overlays(further) == ['fcc', 'short', 'ratio50']
    assert further.train_cfg == cfg.train_cfg


def test_one_neck_that_is_no_list_is_kept(tmp_path):
    mine = write(
        tmp_path / 'mine.py',
        "_base_ = 'mmlt::ce/resnet32_cifar100lt.py'\n"
        "model = dict(neck=dict(_delete_=True, type='GlobalAveragePooling'))",
    )
    necks = load_recipe(mine, ['fcc']).model.neck
    assert [neck.type for neck in necks] == ['GlobalAveragePooling', 'FCCNeck']


@pytest.mark.parametrize(
    ('recipe', 'overlay', 'sentence'),
    [
        ('ce/resnet10_imagenetlt', 'ratio50', 'imbalance_ratio.*has None'),
        ('ldam/resnet32_cifar10lt', 'fcc', 'CosineClsHead, which normalizes'),
        ('vmf/resnet32_cifar10lt', 'fcc', 'VMFClsHead, which normalizes'),
        ('sade/resnet32_cifar10lt', 'fcc', 'SADEClsHead, which normalizes'),
        ('fcc/resnet32_cifar10lt', 'fcc', 'has one already'),
        ('crt/resnet10_imagenetlt', 'ratio50', 'imbalance_ratio'),
        ('cbfocal/resnet32_cifar10lt-ir50', 'ratio50', 'all of it already'),
        ('shike/resnet32_cifar100lt', 'auto-augment', 'all of it already'),
        ('proco/resnet32_cifar100lt', 'auto-augment', 'MultiViewData'),
        ('ce/resnet20_digitslt', 'auto-augment', "has 'DigitsLT'"),
        ('bcl/resnet32_cifar100lt', 'vmf-contrast', 'MultiViewClassifier'),
        # trains with its own contrast, whatever the loss of the head
        ('gpaco/resnet20_digitslt', 'post-hoc-la', 'ParametricContrast'),
        # what is tested is the second stage
        ('tau_norm/resnet20_digitslt', 'post-hoc-la', 'TauNormClsHead'),
        ('cmo/resnet20_digitslt', 'drs', 'pair_with_uniform'),
        ('lift/stage1_vit-tiny-p2_digitslt', 'fast', "to be 'SGD'"),
        ('cuda/resnet32_cifar100lt', 'vmf-contrast', 'CurriculumData'),
    ],
)
def test_overlay_that_changes_nothing_says_so(recipe, overlay, sentence):
    with pytest.raises(NothingToChange, match=sentence):
        load_recipe(recipe, [overlay])


def test_errors_name_what_is_known(tmp_path):
    with pytest.raises(
        ValueError,
        match=r"got 'fc'. Did you mean `fcc`\? .*five-crops, held-out",
    ):
        load_recipe(CE, ['fc'])
    with pytest.raises(FileNotFoundError, match='does not exist'):
        load_recipe(CE, [str(tmp_path / 'none.py')])
    with pytest.raises(FileNotFoundError, match='resnet32_cifar10lt.py'):
        load_recipe(ROOT / 'configs/ce/none.py')
    with pytest.raises(ValueError, match="a list of names, .* got 'fcc'"):
        load_recipe(CE, 'fcc')
    broken = write(tmp_path / 'broken.py', 'model = dict(')
    with pytest.raises(ValueError, match='to be an overlay.*SyntaxError'):
        load_recipe(CE, [broken])
    based = write(tmp_path / 'based.py', "_base_ = 'other.py'")
    with pytest.raises(ValueError, match='to have no `_base_`'):
        load_recipe(CE, [based])
    other = write(
        tmp_path / 'other.py',
        "_base_ = 'mmlt::ce/resnet32_cifar100lt.py'\n"
        "train_dataloader = dict(dataset=dict(type='Flowers'))",
    )
    with pytest.raises(NothingToChange, match='training set is Flowers'):
        load_recipe(other, ['fcc'])


def test_every_overlay_is_one_file_with_a_head():
    folder = ROOT / 'configs/_with_'
    assert known_overlays() == sorted(
        {p.relative_to(folder).parts[0].removesuffix('.py')
         for p in folder.rglob('*.py')}
    )  # fmt: skip


def test_both_stages_have_the_overlays():
    second = load_recipe('crt/resnet32_cifar100lt', ['fcc', 'ratio50'])
    first = first_stage_recipe(second)
    assert [c.model.neck[1].begin for c in (first, second)] == [0.25, 0]
    for cfg in (first, second):
        assert cfg.train_dataloader.dataset.imbalance_ratio == 50
        assert applied_overlays(cfg) == ['fcc', 'ratio50']


def test_a_stage_that_an_overlay_does_not_apply_to_is_left_as_it_is():
    """tau-norm trains nothing in its second stage: no neck there."""
    second = load_recipe('tau_norm/resnet32_cifar100lt', ['fcc', 'short'])
    first = first_stage_recipe(second)
    assert len(second.model.neck) == 1
    assert first.model.neck[1].type == 'FCCNeck'
    assert second.train_cfg.max_epochs == 0
    assert first.train_cfg.max_epochs == 20
    assert applied_overlays(second) == applied_overlays(first)


@pytest.mark.parametrize('recipe', [CE, 'crt/resnet20_digitslt'])
@pytest.mark.parametrize('overlay', ['ratio50', 'fast', 'tuning'])
def test_an_overlay_that_another_hides_is_not_left_out_in_silence(
    recipe, overlay
):
    with pytest.raises(NothingToChange, match='imbalance_ratio') as error:
        load_recipe(recipe, ['held-out', overlay])
    assert f'Name {overlay} before held-out, or' in str(error.value)


def test_overlays_that_the_first_stage_has_in_another_order(tmp_path):
    (tmp_path / 'adam.py').write_text(
        "needs = {'train_cfg.max_epochs': [40]}\n"
        "optimizer = dict(_delete_=True, type='Adam', lr=0.1)\n"
        'optim_wrapper = dict(optimizer=optimizer)\n'
    )
    (tmp_path / 'small.py').write_text(
        "needs = {'optim_wrapper.optimizer.type': ['SGD']}\n"
        'train_dataloader = dict(batch_size=7)\n'
    )
    adam, small = (str(tmp_path / f'{n}.py') for n in ('adam', 'small'))
    second = load_recipe('crt/resnet20_digitslt', [small, adam])
    first = first_stage_recipe(second)
    assert first.optim_wrapper.optimizer.type == 'Adam'
    assert first.train_dataloader.batch_size == 7
    with pytest.raises(NothingToChange, match=f'Name {small} before {adam}'):
        load_recipe('crt/resnet20_digitslt', [adam, small])
    second.applied_overlays = [adam, small]
    with pytest.raises(NothingToChange, match=f'Name {small} before {adam}'):
        first_stage_recipe(second)


@pytest.mark.parametrize(
    ('config', 'overlays', 'folder'),
    [
        ('configs/fcc/a.py', [], 'work_dirs/fcc/a'),
        ('mmlt::fcc/a.py', ['x'], 'work_dirs/fcc/a+x'),
        ('bsce/a', ['fcc', 'my/own.py'], 'work_dirs/bsce/a+fcc+own'),
    ],
)
def test_work_directory_carries_the_names(config, overlays, folder):
    assert default_work_dir(config, overlays) == folder


def prepared(tmp_path, *overlays, **options):
    (cfg,) = prepare_training(
        TrainingOptions(
            config=CE,
            overlays=list(overlays),
            work_dir=str(tmp_path),
            **options,
        )
    )
    return cfg


def test_resumed_run_has_the_overlays_that_it_was_begun_with(tmp_path):
    record_run(prepared(tmp_path, 'fcc', 'ratio50'), ['--with', 'fcc'])
    (part,) = json.loads((tmp_path / 'run.json').read_text())
    assert part['overlays'] == ['fcc', 'ratio50']
    prepared(tmp_path, 'ratio50', 'fcc', resume='auto')
    with pytest.raises(ValueError, match='fcc, ratio50.*but got fcc. Name'):
        prepared(tmp_path, 'fcc', resume='auto')
    prepared(tmp_path, 'fcc')  # begun anew


def test_runs_recorded_before_there_were_overlays_can_be_resumed(tmp_path):
    cfg = prepared(tmp_path, 'fcc', resume='auto')
    record_run(cfg)
    (part,) = json.loads((tmp_path / 'run.json').read_text())
    del part['overlays']
    (tmp_path / 'run.json').write_text(json.dumps([part]))
    check_same_overlays(cfg)


@pytest.mark.parametrize(
    ('recipe', 'epochs', 'schedulers'),
    [
        ('ce/resnet32_cifar10lt', 20, [(0, 2), [16, 18]]),
        ('mixup/resnet32_cifar10lt', 40, [(0, 2), [32, 36]]),
        # a step at the end changes nothing
        ('ce/resnet20_digitslt', 4, [(0, 2), [3]]),
        ('ce/resnet50_imagenetlt', 9, [(0, 9, 9)]),
        ('crt/resnet32_cifar10lt', 3, [(0, 1), [1, 2]]),
        ('crt/resnet20_digitslt', 1, [(0, 1), []]),
        ('lws/resnet50_imagenetlt', 1, [(0, 1, 1)]),
        ('ncl/resnet50_inat18', 40, [(0, 40, 40)]),
        ('sade/resnet32_cifar10lt', 20, [(0, 2), [16, 18]]),
    ],
)
def test_short_schedules(recipe, epochs, schedulers):
    cfg = load_recipe(recipe, ['short'])
    assert cfg.train_cfg.max_epochs == epochs
    assert cfg.train_cfg.val_interval == min(5, epochs)
    for scheduler, expected in zip(
        cfg.param_scheduler, schedulers, strict=True
    ):
        if isinstance(expected, list):
            assert scheduler.milestones == expected
        else:
            got = (scheduler.begin, scheduler.end, scheduler.get('T_max'))
            assert got[: len(expected)] == expected


def test_long_is_the_published_schedule_of_400_epochs():
    # BalPoE, `long_training`: ten epochs of warm-up, steps at 320 and 360
    cfg = load_recipe('balpoe/resnet32_cifar100lt', ['long'])
    assert cfg.train_cfg.max_epochs == 400
    warmup, steps = cfg.param_scheduler
    assert (warmup.begin, warmup.end, steps.milestones) == (0, 10, [320, 360])
    # the longest warm-up that there is, 20 epochs, is doubled too
    longest = load_recipe('mdcs/resnet32_cifar100lt', ['long'])
    assert longest.param_scheduler[0].end == 40
    # a second stage is as much longer, and its warm-up with it
    second = load_recipe('crt/resnet32_cifar100lt', ['long'])
    plain = load_recipe('crt/resnet32_cifar100lt')
    assert second.train_cfg.max_epochs == 2 * plain.train_cfg.max_epochs
    ends = [cfg.param_scheduler[0].end for cfg in (plain, second)]
    assert ends[1] == 2 * ends[0]
    assert first_stage_recipe(second).train_cfg.max_epochs == 400


@pytest.mark.parametrize(
    'overlays', [['long', 'fast'], ['short', 'long'], ['one-cycle', 'fast']]
)
def test_two_schedules_of_the_training_are_refused(overlays):
    with pytest.raises(ValueError, match='one overlay that changes the sch'):
        load_recipe('ce/resnet32_cifar100lt', overlays)


@pytest.mark.parametrize('data', ['cifar10lt', 'cifar100lt'])
@pytest.mark.parametrize('method', ['balpoe', 'ride', 'sade'])
def test_auto_augment_takes_the_place_of_the_rotation(method, data):
    """data_loader/cifar_data_loaders.py of BalPoE-CalibratedLT@11f38d1."""
    plain = load_recipe(f'{method}/resnet32_{data}')
    usual = ['BatchRandomCrop', 'BatchRandomFlip']
    augments = plain.data_preprocessor.augments
    assert [a.type for a in augments] == [*usual, 'BatchRandomRotation']
    assert augments[-1].degrees == 15
    strong = load_recipe(f'{method}/resnet32_{data}', ['auto-augment'])
    assert [a.type for a in strong.data_preprocessor.augments] == [
        *usual,
        'BatchAutoAugment',
        'BatchCutout',
    ]


@pytest.mark.parametrize(
    ('recipe', 'epochs', 'warmup'),
    [
        ('balpoe/resnet32_cifar100lt', 200, 5),
        ('focal_sam/resnet50_imagenetlt', 200, 5),
        ('crt/resnet20_digitslt', 8, 4),
    ],
)
def test_one_cycle_is_as_long_as_the_recipe(recipe, epochs, warmup):
    cfg, plain = load_recipe(recipe, ['one-cycle']), load_recipe(recipe)
    assert cfg.train_cfg == plain.train_cfg
    assert cfg.train_cfg.max_epochs == epochs
    assert cfg.optim_wrapper == plain.optim_wrapper
    rise, fall, *others = cfg.param_scheduler
    assert (rise.type, rise.begin, rise.end) == ('LinearLR', 0, warmup)
    assert (fall.type, fall.end) == ('CosineAnnealingLR', epochs)
    assert fall.T_max == epochs - warmup
    assert rise.convert_to_iter_based
    assert fall.convert_to_iter_based
    # the schedule of Focal-SAM's step stays
    kept = [s for s in plain.param_scheduler if not s.type.endswith('LR')]
    assert others == kept


def test_balanced_softmax_with_vmf_contrast_is_proco():
    cfg = load_recipe(
        'bsce/resnet32_cifar10lt', ['auto-augment', 'vmf-contrast']
    )
    published = load_recipe('proco/resnet32_cifar10lt')
    assert cfg.model == published.model
    assert cfg.data_preprocessor == published.data_preprocessor


def test_a_second_stage_has_no_contrast():
    cfg = load_recipe('crt/resnet32_cifar100lt', ['vmf-contrast'])
    assert cfg.model.type == 'LongTailClassifier'
    first = first_stage_recipe(cfg)
    assert first.model.contrast.type == 'VMFContrast'
    assert first.data_preprocessor.type == 'MultiViewDataPreprocessor'


def test_auto_augment_comes_after_crop_and_flip():
    cfg = load_recipe('bsce/resnet32_cifar10lt', ['auto-augment', 'held-out'])
    published = load_recipe('shike/stage1_resnet32_cifar10lt')
    augments = cfg.data_preprocessor.augments
    assert augments == published.data_preprocessor.augments
    assert [a.type for a in augments] == [
        'BatchRandomCrop',
        'BatchRandomFlip',
        'BatchAutoAugment',
        'BatchCutout',
    ]


@pytest.mark.parametrize(
    ('recipe', 'epochs', 'warmup'),
    [
        ('ce/resnet32_cifar10lt', 40, 3),
        ('mixup/resnet32_cifar10lt', 40, 3),
        ('ncl/resnet32_cifar100lt', 40, 3),
        ('crt/resnet32_cifar10lt', 6, 3),
        ('sade/resnet32_cifar10lt', 40, 3),
    ],
)
def test_fast_schedule_is_one_cycle_in_every_iteration(recipe, epochs, warmup):
    cfg = load_recipe(recipe, ['fast'])
    assert cfg.train_cfg.max_epochs == epochs
    rise, fall = cfg.param_scheduler
    assert (rise.begin, rise.end, rise.start_factor) == (0, warmup, 0.1)
    assert (fall.begin, fall.end) == (warmup, epochs)
    assert fall.T_max == epochs - warmup
    assert rise.convert_to_iter_based
    assert fall.convert_to_iter_based
    rates = rates_of(cfg, steps=10)
    peak = cfg.optim_wrapper.optimizer.lr
    assert len(rates) == 10 * epochs
    assert rates[0] == pytest.approx(peak / 10, rel=1e-12)
    assert max(rates) == pytest.approx(peak, rel=1e-12)
    left = math.pi / (10 * (epochs - warmup))
    assert rates[-1] == pytest.approx(peak * (1 - math.cos(left)) / 2)


def test_a_short_warm_up_reaches_the_rate_within_its_epoch():
    cfg = load_recipe('crt/resnet20_digitslt', ['short'])
    assert cfg.train_cfg.max_epochs == 1
    cfg.param_scheduler = cfg.param_scheduler[:1]
    rates = rates_of(cfg, steps=10)
    peak = cfg.optim_wrapper.optimizer.lr
    assert rates[0] == pytest.approx(peak / 5, rel=1e-12)
    assert rates[-1] == pytest.approx(peak, rel=1e-12)
    assert remarks(cfg) == []


def rates_of(cfg, steps):
    """Learning rate of each iteration, ``steps`` of them an epoch."""
    weight = torch.nn.Parameter(torch.zeros(1))
    optimizer = torch.optim.SGD([weight], lr=cfg.optim_wrapper.optimizer.lr)
    schedulers = []
    for settings in cfg.param_scheduler:
        own = {k: v for k, v in settings.items() if k != 'type'}
        del own['convert_to_iter_based']
        kind = PARAM_SCHEDULERS.get(settings.type)
        schedulers.append(
            kind.build_iter_from_epoch(
                optimizer=optimizer, epoch_length=steps, **own
            )
        )
    rates = []
    for _ in range(steps * cfg.train_cfg.max_epochs):
        rates.append(optimizer.param_groups[0]['lr'])
        optimizer.step()
        for scheduler in schedulers:
            scheduler.step()
    return rates


@pytest.mark.parametrize('cosine', [True, False])
def test_a_schedule_of_something_else_is_scaled_and_kept(cosine):
    """One cycle of the learning rate, and rho doubles where it did."""
    cfg = load_recipe('focal_sam/resnet50_imagenetlt')
    scale_schedule(cfg, 0.2, warmup=3, val_interval=10, cosine=cosine)
    *_, fall, rho = cfg.param_scheduler
    assert (fall.type, fall.end) == ('CosineAnnealingLR', 40)
    assert (rho.param_name, rho.milestones) == ('rho', [32])
    assert len(cfg.param_scheduler) == (3 if cosine else 2)
    rho.end = 50
    (said,) = remarks(cfg)
    assert said.endswith('last epoch (40): what it sets stays on the way.')


def test_fast_schedule_leaves_a_test_of_the_first_stage_alone():
    cfg = load_recipe('tau_norm/resnet32_cifar10lt', ['fast'])
    assert cfg.train_cfg.max_epochs == 0
    assert first_stage_recipe(cfg).train_cfg.max_epochs == 40


def test_tuning_holds_out_as_many_images_of_each_class():
    cfg = load_recipe('fcc/resnet32_cifar100lt', ['ratio50', 'tuning'])
    train = cfg.train_dataloader.dataset
    assert (train.type, train.imbalance_ratio) == ('LongTailedSubset', 50)
    seen, held_out = train.dataset, cfg.test_dataloader.dataset
    assert cfg.val_dataloader.dataset == held_out
    parts = [seen.pop('part'), held_out.pop('part')]
    assert parts == ['train', 'held_out']
    # the two parts are of one set, its official training images
    assert seen == held_out
    assert (seen.dataset.split, seen.dataset.imbalance_ratio) == (
        'train',
        None,
    )


def test_short_counts_last_wherever_it_stands():
    for overlays in (['short', 'fcc'], ['fcc', 'short']):
        cfg = load_recipe('mixup/resnet32_cifar10lt', overlays)
        assert cfg.model.neck[1].begin == 50 / 400


def test_an_epoch_beyond_the_short_schedule_is_refused(tmp_path):
    mine = write(
        tmp_path / 'mine.py',
        "_base_ = 'mmlt::ce/resnet32_cifar100lt.py'\n"
        "model = dict(neck=[dict(type='FCCNeck', gamma=1, begin=50)])",
    )
    with pytest.raises(ValueError, match=r'model.neck.0.begin.*Write 0.25'):
        load_recipe(mine, ['short'])


def test_a_schedule_in_iterations_is_not_scaled(tmp_path):
    mine = write(
        tmp_path / 'mine.py',
        "_base_ = 'mmlt::ce/resnet32_cifar100lt.py'\n"
        'train_cfg = dict(_delete_=True, by_epoch=False, max_iters=100)',
    )
    with pytest.raises(NothingToChange, match='in iterations'):
        load_recipe(mine, ['short'])


@pytest.mark.parametrize(
    'name',
    [
        'bsce/resnet20_digitslt',
        'bsce/resnet20_digitslt.py',
        'configs/bsce/resnet20_digitslt.py',
    ],
)
def test_a_recipe_is_found_where_there_are_no_configs(
    name, tmp_path, monkeypatch
):
    monkeypatch.chdir(tmp_path)
    path = recipe_file(name)
    assert path.is_absolute()
    assert path.parts[-2:] == ('bsce', 'resnet20_digitslt.py')
    # a file of one's own comes first
    (tmp_path / 'bsce').mkdir()
    (tmp_path / 'bsce' / 'resnet20_digitslt.py').write_text('')
    own = recipe_file('bsce/resnet20_digitslt.py')
    assert own == Path('bsce/resnet20_digitslt.py')


def test_a_name_that_is_none_lists_those_that_are(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(FileNotFoundError, match='of ce: .*resnet20_digitslt'):
        recipe_file('ce/resnet20')
    with pytest.raises(FileNotFoundError, match=r'neither\. .*`mmlt recipes`'):
        recipe_file('nix/resnet20')


def test_what_is_shipped_has_names_and_words():
    titles = method_names()
    assert titles['fcc'] == 'FCC: Feature Clusters Compression'
    for method in titles:
        assert titles[method]
        for name in recipe_names(method):
            assert recipe_file(name).is_file()
    with pytest.raises(
        ValueError, match=r"got 'nix'\. Known: balpoe, bcl, bsce, "
    ):
        recipe_names('nix')
    overlays = overlay_names()
    assert list(overlays) == known_overlays()
    assert all(text.endswith('.') for text in overlays.values())
    assert 'cifar100lt' in overlays['fcc']


@pytest.mark.parametrize(
    ('recipe', 'overlays', 'meant'),
    [
        ('bcse/resnet18_images', [], 'bsce/resnet18_images'),
        ('bsce/resnet18_image', [], 'bsce/resnet18_images'),
        ('bsce/resnet18_images', ['shrot'], 'short'),
    ],
)
def test_a_misspelled_name_is_answered_with_a_near_one(
    recipe, overlays, meant
):
    with pytest.raises((FileNotFoundError, ValueError), match='Expected') as e:
        load_recipe(recipe, overlays)
    assert f'Did you mean `{meant}`?' in str(e.value)


def test_a_misspelled_method_is_answered_with_a_near_one():
    with pytest.raises(ValueError, match='mean `bsce`. Known: balpoe,'):
        recipe_names('bcse')
    with pytest.raises(ValueError, match='mean `bsce`. Known: balpoe,'):
        recipe_of('bcse')


@pytest.mark.parametrize('before', [[], ['held-out'], ['tuning']])
def test_what_is_deferred_begins_where_the_rate_of_the_digits_falls(before):
    loss = load_recipe('la/resnet20_digitslt', [*before, 'drw']).model.head
    assert loss.loss.begin == 0.7
    name = 'resampling/class-balanced_resnet20_digitslt'
    cfg = load_recipe(name, [*before, 'drs'])
    assert cfg.train_dataloader.sampler.begin == 0.7
    cfg = load_recipe('la/resnet32_cifar100lt', [*before, 'drw'])
    assert cfg.model.head.loss.begin == 0.8
