"""Each row of docs/hooks.md: what parts of mmengine and mmpretrain do."""

import re
from pathlib import Path

import mmengine._strategy  # noqa: F401, which registers what it has
import mmpretrain.engine  # noqa: F401
import pytest
import torch
from mmengine import registry
from mmengine.model import BaseAveragedModel
from mmpretrain import registry as registry_of_mmpretrain
from mmpretrain.registry import MODELS

from mmlt.datasets import DigitsLT
from mmlt.models import BalancedSoftmaxLoss
from mmlt.structures import BatchDataSample
from tests.test_bad_inputs.in_process import run

ROOT = Path(__file__).parents[2]
TABLE = ROOT / 'docs/hooks.md'
# registries whose parts must have a row
WALKED = (
    'HOOKS',
    'OPTIM_WRAPPERS',
    'OPTIM_WRAPPER_CONSTRUCTORS',
    'LOOPS',
    'STRATEGIES',
    'RUNNERS',
    'MODEL_WRAPPERS',
    'BATCH_AUGMENTS',
)
# of torch or of packages that are not installed, and no parts of a config
UNTABLED = {
    'DataParallel',
    'DistributedDataParallel',
    'CollosalAIModelWrapper',
    'ColossalAIModelWrapper',
    'MMDeepSpeedEngineWrapper',
}
PACKAGES = ('mmengine', 'mmcv', 'mmpretrain', 'torch')

SMALL = """
_base_ = 'mmlt::fcc/resnet20_digitslt.py'
train_cfg = dict(max_epochs=1)
param_scheduler = []
model = dict(
    neck=[
        dict(type='GlobalAveragePooling'),
        dict(type='FCCNeck', gamma=0.5),
    ],
    head=dict(loss=dict(_delete_=True, type='BalancedSoftmaxLoss')),
)
train_dataloader = dict(batch_size=146)
val_dataloader = dict(batch_size=25, dataset=dict(indices=50))
test_dataloader = val_dataloader
"""
SINGLE = """
val_dataloader = dict(
    dataset=dict(pipeline=[dict(type='PackInputs')]),
    collate_fn=dict(_delete_=True, type='default_collate'),
)
test_dataloader = val_dataloader
train_dataloader = val_dataloader
"""


def hook(name, **settings):
    return (
        'custom_hooks = [*_base_.custom_hooks, '
        f'dict(type={name!r}, **{settings!r})]'
    )


def flexible(strategy):
    return (
        f"runner_type = 'FlexibleRunner'\nstrategy = dict(type={strategy!r})"
    )


def mixed(name):
    return f'model.train_cfg = dict(augments=dict(type={name!r}, alpha=1.0))'


ITERATIONS = """
train_cfg = dict(_delete_=True, by_epoch=False, max_iters=3, val_interval=3)
default_hooks = dict(checkpoint=dict(by_epoch=False))
custom_hooks = [
    *_base_.custom_hooks,
    dict(type='EMAHook'),
    dict(type='PreciseBNHook', num_samples=200),
]
"""
SWITCHED = """
custom_hooks = [
    *_base_.custom_hooks,
    dict(
        type='SwitchRecipeHook',
        schedule=[
            dict(
                action_epoch=1,
                loss=dict(type='LogitAdjustedLoss'),
                batch_augments=dict(augments=[dict(type='Mixup', alpha=1.0)]),
                train_pipeline=[dict(type='PackInputs')],
            )
        ],
    ),
]
"""
# part -> what is added to the config; '' where the recipe has it already
CONFIGS = {
    'CheckpointHook': (
        "default_hooks = dict(checkpoint=dict(type='CheckpointHook'))"
    ),
    'ClassNumCheckHook': hook('ClassNumCheckHook'),
    'DenseCLHook': hook('DenseCLHook'),
    'DistSamplerSeedHook': '',
    'EMAHook': hook('EMAHook', update_buffers=True),
    'EarlyStoppingHook': hook('EarlyStoppingHook', monitor='accuracy/top1'),
    'EmptyCacheHook': hook('EmptyCacheHook'),
    'IterTimerHook': '',
    'LoggerHook': '',
    'NPUProfilerHook': hook('NPUProfilerHook'),
    'NaiveVisualizationHook': hook('NaiveVisualizationHook'),
    'ParamSchedulerHook': '',
    'PreciseBNHook': hook('PreciseBNHook', num_samples=200),
    'PrepareProtoBeforeValLoopHook': hook('PrepareProtoBeforeValLoopHook'),
    'PrepareTTAHook': SINGLE
    + hook('PrepareTTAHook', tta_cfg={'type': 'AverageClsScoreTTA'}),
    'ProfilerHook': hook('ProfilerHook'),
    'RFSearchHook': hook(
        'RFSearchHook', config={'search': {'num_branches': 2, 'step': 0}}
    ),
    'RuntimeInfoHook': (
        "default_hooks = dict(runtime_info=dict(type='RuntimeInfoHook'))"
    ),
    'SetAdaptiveMarginsHook': hook('SetAdaptiveMarginsHook'),
    'SimSiamHook': hook('SimSiamHook', fix_pred_lr=True, lr=0.1),
    'SwAVHook': hook('SwAVHook', batch_size=32),
    'SwitchRecipeHook': SWITCHED,
    'SyncBuffersHook': '',
    'VisualizationHook': (
        'default_hooks = dict(visualization=dict(enable=True, interval=10))'
    ),
    'WarmupParamHook': hook(
        'WarmupParamHook',
        param_name='loss_weight',
        module_name='head.loss_module',
        warmup_epochs=1,
    ),
    'CutMix': mixed('CutMix'),
    'Mixup': mixed('Mixup'),
    'ResizeMix': mixed('ResizeMix'),
    'OptimWrapper': (
        "optim_wrapper = dict(_delete_=True, type='OptimWrapper', "
        "optimizer=dict(type='SGD', lr=0.1))"
    ),
    **{
        name: f'optim_wrapper = dict(type={name!r})'
        for name in (
            'AmpOptimWrapper',
            'ApexOptimWrapper',
            'ColossalAIOptimWrapper',
            'DeepSpeedOptimWrapper',
        )
    },
    'DefaultOptimWrapperConstructor': (
        'optim_wrapper = dict(paramwise_cfg=dict(norm_decay_mult=0.0, '
        'bias_decay_mult=0.0, custom_keys=dict(head=dict(lr_mult=2.0))))'
    ),
    'LearningRateDecayOptimWrapperConstructor': (
        "optim_wrapper = dict(constructor='LearningRateDecayOptimWrapper"
        "Constructor', paramwise_cfg=dict(layer_decay_rate=0.7))"
    ),
    'EpochBasedTrainLoop': '',
    'IterBasedTrainLoop': ITERATIONS,
    'ValLoop': 'val_cfg = dict(fp16=True)',
    'TestLoop': None,  # every row of `mmlt test`
    'RetrievalValLoop': "val_cfg = dict(type='RetrievalValLoop')",
    'RetrievalTestLoop': "val_cfg = dict(type='RetrievalTestLoop')",
    'Runner': '',
    'FlexibleRunner': flexible('SingleDeviceStrategy')
    + '\n'
    + hook('EMAHook'),
    'SingleDeviceStrategy': None,  # the row above
    **{
        name: flexible(name)
        for name in (
            'DDPStrategy',
            'FSDPStrategy',
            'DeepSpeedStrategy',
            'ColossalAIStrategy',
        )
    },
    'ImageClassifier': (
        "model = dict(type='ImageClassifier', "
        "neck=dict(_delete_=True, type='GlobalAveragePooling'))"
    ),
    'AverageClsScoreTTA': None,  # test_views_of_an_image_are_averaged
    **{
        name: f'model_wrapper_cfg = dict(type={name!r})'
        for name in (
            'MMDistributedDataParallel',
            'MMSeparateDistributedDataParallel',
            'MMFullyShardedDataParallel',
        )
    },
    'Evaluator': "val_evaluator = dict(type='Evaluator')",
}


def rows():
    """Part to what the table says: None, or the sentence that refuses it."""
    text = TABLE.read_text(encoding='utf-8')
    found = re.findall(
        r'^\| `(\w+)` \| (works|refused: (.+?)) \|', text, re.MULTILINE
    )
    return {name: sentence or None for name, _, sentence in found}


def train(folder, added, *words):
    """Train a small network with a part; what came out."""
    if added.startswith('model.'):
        added = added.replace('model.train_cfg = ', 'model["train_cfg"] = ')
    (folder / 'a.py').write_text(f'{SMALL}\n{added}\n')
    return run(['train', 'a.py', '--work-dir', folder / 'w', *words], folder)


def test_every_part_of_mmengine_and_mmpretrain_has_a_row():
    names = set()
    for kind in WALKED:
        for where in (registry, registry_of_mmpretrain):
            known = getattr(where, kind, None)
            for name, part in known.module_dict.items() if known else ():
                if part.__module__.partition('.')[0] in PACKAGES:
                    names.add(name)
    assert names - UNTABLED - set(rows()) == set()


def test_every_row_is_tried():
    assert set(rows()) == set(CONFIGS)


@pytest.mark.parametrize('name', [n for n, c in CONFIGS.items() if c])
def test_a_part_does_what_its_row_says(name, tmp_path):
    done = train(tmp_path, CONFIGS[name])
    sentence = rows()[name]
    if sentence is None:
        assert done.code == 0, done.errors
        return
    assert done.code == 1, 'it works: say so in the table'
    (line,) = re.findall('^error: .*', done.errors, re.MULTILINE)
    assert sentence.replace('\\|', '|') in line
    assert not list(tmp_path.glob('w/*.pth'))


def test_the_recipe_of_the_rows_has_the_others():
    """What is in every recipe is tried by every row."""
    text = (ROOT / 'configs/_base_/default_runtime.py').read_text()
    for name in [n for n, c in CONFIGS.items() if c == '']:
        assert name in text or name in (
            'Runner',
            'EpochBasedTrainLoop',
        ), name


def test_every_averaged_network_is_tried():
    known = {
        name
        for name, kind in registry.MODELS.module_dict.items()
        if issubclass(kind, BaseAveragedModel)
        and kind.__module__.startswith('mmengine')
    }
    assert known == set(AVERAGES)


AVERAGES = {
    'ExponentialMovingAverage': {'momentum': 0.5},
    'MomentumAnnealingEMA': {'gamma': 2, 'update_buffers': True},
    'StochasticWeightAverage': {},
}
VMF = """
model = dict(head=dict(_delete_=True, type='VMFClsHead', num_classes=10,
                       in_channels=64))
"""


@pytest.mark.parametrize('kind', AVERAGES)
def test_an_averaged_network_goes_on_bit_for_bit(kind, tmp_path):
    """Evaluated, saved and resumed as in a training without a stop."""
    owner = 'mmengine.EMAHook' if 'Annealing' in kind else 'EMAHook'
    added = VMF + hook(owner, ema_type=kind, **AVERAGES[kind])
    two = ('--cfg-options', 'train_cfg.max_epochs=2')
    contents = []
    for stops in (False, True):
        folder = tmp_path / str(stops)
        folder.mkdir()
        if stops:
            assert train(folder, added).code == 0
        resume = ('--resume',) if stops else ()
        done = train(folder, added, *resume, *two)
        assert done.code == 0, done.errors
        contents.append(load(folder / 'w/epoch_2.pth'))
    for group in ('state_dict', 'ema_state_dict'):
        whole, cut = (content[group] for content in contents)
        assert whole.keys() == cut.keys()
        for name, value in whole.items():
            assert torch.equal(value, cut[name]), name
    average, last = (
        contents[0][group][f'{prefix}head.fc.weight']
        for group, prefix in (
            ('state_dict', ''),
            ('ema_state_dict', 'module.'),
        )
    )
    assert not torch.equal(average, last)
    counts = contents[0]['ema_state_dict']['module.head.class_counts']
    assert counts.sum() == 438


def load(path):
    return torch.load(path, map_location='cpu', weights_only=False)


def test_a_training_that_begins_takes_the_average(tmp_path):
    assert train(tmp_path, hook('EMAHook', momentum=0.5)).code == 0
    first = load(tmp_path / 'w/epoch_1.pth')['state_dict']
    still = hook('EMAHook', momentum=0.5) + (
        '\noptim_wrapper = dict(optimizer=dict(lr=0.0, weight_decay=0.0))'
    )
    done = train(
        tmp_path,
        still,
        '--restart',
        '--cfg-options',
        f'load_from={tmp_path}/w/epoch_1.pth',
    )
    assert done.code == 0, done.errors
    content = load(tmp_path / 'w/epoch_1.pth')
    for name in ('backbone.conv1.weight', 'head.fc.weight'):
        assert torch.equal(content['state_dict'][name], first[name])
        average = content['ema_state_dict'][f'module.{name}']
        torch.testing.assert_close(average, first[name])


def test_precise_statistics_are_those_of_the_training_images(tmp_path):
    """Of the first normalization, whose input no weight but one changes."""
    added = hook('PreciseBNHook', num_samples=438) + (
        '\ntrain_dataloader = dict(sampler=dict(shuffle=False))'
        '\nval_cfg = None\nval_dataloader = None\nval_evaluator = None'
    )
    assert train(tmp_path, added).code == 0
    state = load(tmp_path / 'w/epoch_1.pth')['state_dict']
    images = DigitsLT(split='train', imbalance_ratio=20, pipeline=[])
    images.full_init()
    pixels = (images.images.float() - 77.8) / 95.9
    maps = torch.nn.functional.conv2d(
        pixels, state['backbone.conv1.weight'], padding=1
    )
    # 3 batches of 146: the mean of their means is that of all
    torch.testing.assert_close(
        state['backbone.bn1.running_mean'],
        maps.mean((0, 2, 3)),
        rtol=1e-2,  # the forward pass may be in bfloat16
        atol=1e-2,
    )


def test_pictures_of_predictions_are_drawn(tmp_path):
    assert train(tmp_path, CONFIGS['VisualizationHook']).code == 0
    names = {path.name for path in tmp_path.rglob('vis_image/*.png')}
    assert names == {f'{i}_1.png' for i in (0, 10, 20, 30, 40)}


def test_views_of_an_image_are_averaged():
    """By mmpretrain's AverageClsScoreTTA, whole batches or not."""
    torch.manual_seed(0)
    config = dict(
        type='LongTailClassifier',
        backbone=dict(type='CIFARResNet', depth=20),
        neck=dict(type='GlobalAveragePooling'),
        head=dict(type='LinearClsHead', num_classes=10, in_channels=64),
        data_preprocessor=dict(type='BatchDataPreprocessor'),
    )
    model = MODELS.build(config).eval()
    views = [torch.randint(0, 256, (4, 3, 8, 8)).byte() for _ in range(2)]
    labels = torch.arange(4)
    batches = [
        {'inputs': v, 'data_samples': [BatchDataSample(gt_label=labels)]}
        for v in views
    ]
    with torch.no_grad():
        outputs = [model.test_step(dict(batch)) for batch in batches]
        scores = [model(v.float()).softmax(1) for v in views]
        tta = MODELS.build(dict(type='AverageClsScoreTTA', module=model))
        merged = tta.merge_preds(list(zip(*outputs, strict=True)))
    expected = (scores[0] + scores[1]) / 2
    for i, sample in enumerate(merged):
        torch.testing.assert_close(sample.pred_score, expected[i])


def test_whole_batches_have_no_views(tmp_path, trained_small):
    added = hook('PrepareTTAHook', tta_cfg={'type': 'AverageClsScoreTTA'})
    (tmp_path / 'a.py').write_text(f'{SMALL}\n{added}\n')
    done = run(['test', 'a.py', trained_small], tmp_path)
    assert done.code == 1
    assert 'PrepareTTAHook: test-time augmentation needs' in done.errors


@pytest.fixture(scope='module')
def trained_small(tmp_path_factory):
    """Checkpoint of the small network of the rows."""
    folder = tmp_path_factory.mktemp('small')
    assert train(folder, '').code == 0
    return folder / 'w/epoch_1.pth'


def test_mmpretrains_mixtures_make_soft_labels(tmp_path, monkeypatch):
    seen = []
    loss = BalancedSoftmaxLoss.forward

    def spy(self, cls_score, label, **kwargs):
        seen.append(label)
        return loss(self, cls_score, label, **kwargs)

    monkeypatch.setattr(BalancedSoftmaxLoss, 'forward', spy)
    assert train(tmp_path, mixed('Mixup')).code == 0
    assert {tuple(label.shape) for label in seen} == {(146, 10)}
    assert any((label.max(1).values < 1).any() for label in seen)


def test_a_loss_whose_turn_comes_later_refuses_them_at_once(tmp_path):
    later = mixed('Mixup') + (
        "\nmodel['head']['loss'] = dict(_delete_=True, type='DeferredLoss', "
        "begin=1, before=dict(type='CrossEntropyLoss'), "
        "after=dict(type='OneVsAllFocalLoss'))"
    )
    done = train(tmp_path, later, '--cfg-options', 'train_cfg.max_epochs=2')
    assert (
        'OneVsAllFocalLoss to get one class per label, but got soft'
        in done.errors
    )
    assert not list(tmp_path.glob('w/*.pth'))


def test_too_few_images_for_statistics_are_refused(tmp_path):
    done = train(tmp_path, hook('PreciseBNHook', num_samples=100))
    assert 'num_samples=100, less than a batch of 146' in done.errors
