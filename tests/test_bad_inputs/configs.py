"""Recipes and settings that are wrong."""

from .bad_input import BadInput, call, train

LINEAR = 'Did you mean `LinearClsHead`'

RECIPES: list[BadInput] = [
    call(
        'recipe-missing',
        *('train', 'fcc/resnet20_digits'),
        sentence=r'resnet20_digits.*resnet20_digitslt',
    ),
]
NAMES: list[BadInput] = [
    train(
        'backbone-unknown',
        'model.backbone.type=ResNt',
        sentence='There is no backbone called `ResNt`. Did you mean `ResNet`',
    ),
    train(
        'head-unknown',
        'model.head.type=LinearHead',
        sentence=f'There is no head called `LinearHead`. {LINEAR}',
    ),
    train(
        'neck-unknown',
        'model.neck.1.type=FCCNek',
        sentence='no part of a model called `FCCNek`. Did you mean `FCCNeck`',
    ),
    train(
        'loss-unknown',
        'model.head.loss.type=CrossEntropyLos',
        sentence='There is no loss called .* Did you mean `CrossEntropyLoss',
    ),
    train(
        'classifier-unknown',
        'model.type=LongTailClasifier',
        sentence='called `LongTailClasifier`. Did you mean `LongTailClassifi',
    ),
    train(
        'dataset-unknown',
        'train_dataloader.dataset.type=DigitLT',
        sentence='no dataset called `DigitLT`. Did you mean `DigitsLT`',
    ),
    train(
        'sampler-unknown',
        'train_dataloader.sampler.type=Foo',
        sentence='no data sampler called `Foo`. Known: .*LongTailSampler',
    ),
    train(
        'metric-unknown',
        'val_evaluator.metrics.0.type=Accurcy',
        sentence='no metric called `Accurcy`. Did you mean `Accuracy`',
    ),
    train(
        'scheduler-unknown',
        'param_scheduler.1.type=MultiStep',
        sentence='parameter scheduler called `MultiStep`.*`MultiStepLR`',
    ),
    train(
        'hook-unknown',
        'custom_hooks.0.type=LongTailHok',
        sentence='no hook called `LongTailHok`. Did you mean `LongTailHook`',
    ),
    train(
        'visualizer-unknown',
        'visualizer.vis_backends.0.type=Tensorboard',
        sentence='called `Tensorboard`. Did you mean `TensorboardVisBackend`',
    ),
]
ARGUMENTS: list[BadInput] = [
    train(
        'neck-argument-misspelled',
        'model.neck.1.gama=0.5',
        sentence='FCCNeck has no argument `gama`. Did you mean `gamma`',
    ),
    train(
        'dataset-argument-misspelled',
        'train_dataloader.dataset.imbalance_ration=50',
        sentence='DigitsLT has no argument .* Did you mean `imbalance_ratio`',
    ),
    train(
        'model-argument-misspelled',
        'model.bakcbone.depth=20',
        sentence='no argument `bakcbone`. Did you mean `backbone`',
    ),
    train(
        'loop-argument-misspelled',
        'train_cfg.max_epoch=3',
        sentence='no argument `max_epoch`. Did you mean `max_epochs`',
    ),
    train(
        'optimizer-argument-misspelled',
        'optim_wrapper.optimizer.lrr=0.1',
        sentence='SGD has no argument `lrr`. Did you mean `lr`',
    ),
    train(
        'loader-argument-misspelled',
        'train_dataloader.batchsize=3',
        sentence='DataLoader has no argument .* Did you mean `batch_size`',
    ),
    train(
        'randomness-misspelled',
        'randomness.sede=3',
        sentence='no argument `sede`. Did you mean `seed`',
    ),
]
VALUES: list[BadInput] = [
    train(
        'first-stage-is-a-number',
        'first_stage=5',
        sentence=r'Expected `first_stage` to be dict\(config=.*got 5',
    ),
    train(
        'gamma-negative',
        'model.neck.1.gamma=-1',
        sentence='Expected `gamma` to be a finite number >= 0, but got -1',
    ),
    train(
        'gamma-text',
        'model.neck.1.gamma=abc',
        sentence="Expected `gamma` to be a Python number, but got 'abc'",
    ),
    train(
        'gamma-nan',
        'model.neck.1.gamma=nan',
        sentence='Expected `gamma` to be a finite number >= 0, but got nan',
    ),
    train(
        'fcc-begin-negative',
        'model.neck.1.begin=-1',
        sentence='Expected `begin` to be an integer >= 0',
    ),
    train(
        'fcc-strategy-unknown',
        'model.neck.1.strategy=foo',
        sentence="Expected `strategy` to be one of .* but got 'foo'",
    ),
    train(
        'imbalance-ratio-upside-down',
        'train_dataloader.dataset.imbalance_ratio=0.5',
        sentence='`imbalance_ratio` .* to be a number >= 1.* pass 2',
    ),
    train(
        'imbalance-ratio-beyond-the-images',
        'train_dataloader.dataset.imbalance_ratio=1e9',
        sentence='Expected every class to have an image, but class 3',
    ),
    train(
        'split-misspelled',
        'train_dataloader.dataset.split=trian',
        sentence="Expected `split` to be one of .* Did you mean 'train'",
    ),
    train(
        'depth-not-there',
        'model.backbone.depth=21',
        sentence=r'Expected `depth` to be one of \[20, 32, 44, 56\], but got',
    ),
    train(
        'head-of-nine-classes',
        'model.head.num_classes=9',
        sentence='Expected model.head.num_classes to be 10, the classes of',
    ),
    train(
        'in-channels-do-not-fit',
        'model.head.in_channels=10',
        sentence='Expected `in_channels` of LinearClsHead to be 64.*got 10',
    ),
    train(
        'weight-decay-negative',
        'optim_wrapper.optimizer.weight_decay=-1',
        sentence='weight_decay.*-1',
    ),
    train(
        'amp-dtype-unknown',
        'optim_wrapper.dtype=bf16',
        sentence="Expected `dtype` to be 'auto', 'bfloat16' or None, but got",
    ),
    train(
        'no-hook-for-class-counts',
        'custom_hooks=[]',
        sentence='Expected FCCNeck to know the class counts.*LongTailHook',
    ),
]
ROWS = [*RECIPES, *NAMES, *ARGUMENTS, *VALUES]
