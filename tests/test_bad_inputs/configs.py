"""Recipes and settings that are wrong."""

from .bad_input import BadInput, call, config, train, write

LINEAR = 'Did you mean `LinearClsHead`'

INHERITS = "_base_ = '{base}'\n"
RECIPES: list[BadInput] = [
    call(
        'recipe-missing',
        'train fcc/resnet20_digits',
        sentence=r'resnet20_digits.*resnet20_digitslt',
    ),
    call(
        'recipe-is-a-method',
        'train fcc',
        sentence='but fcc is neither. Recipes of fcc: .*resnet20_digitslt',
    ),
    call(
        'recipe-of-mmlt-missing',
        'train mmlt::fcc/nope.py',
        sentence='fcc/nope.py is neither. Recipes of fcc: ',
    ),
    call(
        'recipe-of-an-unknown-package',
        'train nope::fcc/resnet20_digitslt.py',
        sentence='Expected a config file, but nope::fcc/.* is none',
    ),
    call(
        'recipe-without-a-name',
        "train ''",
        sentence="Expected a config file, or the name of a recipe, but got ''",
    ),
    call(
        'recipe-is-a-folder',
        'train {run}',
        sentence='Expected a config file, but .*run is a folder',
    ),
    call(
        'recipe-is-a-checkpoint',
        'train {checkpoint}',
        sentence="to be a config, which ends in .py.* it ends in '.pth'",
    ),
    config(
        'file-without-python',
        'model = dict(',
        sentence=r"a\.py to be a config, .* line 1 \('\(' was never closed",
    ),
    config(
        'two-bases-with-one-key',
        "_base_ = ['{base}', 'mmlt::_base_/datasets/image_folder.py']",
        sentence='bases of a.py that set nothing twice, but several of them '
        'set data_preprocessor, .* Keep one of them, the recipe of a method',
    ),
    config(
        'base-without-python',
        "_base_ = './b.py'",
        'x = 1\ny = (',
        sentence=r'b\.py to be a config, .* line 2 ',
    ),
    config(
        'file-empty',
        '',
        sentence='a config of a training, but .*a.py has no `model`, `train_d',
    ),
    config(
        'file-with-a-model-alone',
        "model = dict(type='ImageClassifier')",
        sentence='a.py has no `train_dataloader`, `train_cfg`, `optim_wrapp',
    ),
    config(
        'file-that-raises',
        INHERITS + 'x = 1 / 0',
        sentence='a.py, line 2: ZeroDivisionError: division by zero',
    ),
    config(
        'file-with-an-unknown-import',
        INHERITS + "custom_imports = dict(imports=['nope.nope'])",
        sentence="No module named 'nope'.* Is nope beside you.*PYTHONPATH=.",
    ),
    config(
        'base-missing',
        "_base_ = './b.py'",
        sentence=r'`_base_` of .*a\.py to be a file, but .*b\.py does not ex',
    ),
    config(
        'base-is-the-file-itself',
        "_base_ = './a.py'",
        sentence=r'but a\.py inherits from a\.py. Take one',
    ),
    config(
        'bases-in-a-ring',
        *("_base_ = './b.py'", "_base_ = ['./c.py']", "_base_ = './b.py'"),
        sentence=r'b\.py inherits from c\.py inherits from b\.py',
    ),
    config(
        'file-with-a-misspelled-setting',
        INHERITS + 'train_confg = dict(max_epochs=1)',
        sentence='nothing reads `train_confg`. Did you mean `train_cfg`',
    ),
    config(
        'file-with-swapped-letters',
        INHERITS + 'env_cgf = dict(cudnn_benchmark=True)',
        sentence='nothing reads `env_cgf`. Did you mean `env_cfg`',
    ),
]
TYPOS: list[BadInput] = [
    train(
        'option-misspelled',
        'train_cfgg.max_epochs=1',
        sentence='nothing reads `train_cfgg`. Did you mean `train_cfg`',
    ),
    train(
        'option-of-the-optimizer-misspelled',
        'optim_wraper.optimizer.lr=1',
        sentence='nothing reads `optim_wraper`. Did you mean `optim_wrapper`',
    ),
    train(
        'option-without-its-place',
        'lr=0.1',
        sentence='reads `lr`. Did you mean `optim_wrapper.optimizer.lr`',
    ),
    train(
        'option-seed',
        'seed=1',
        sentence='nothing reads `seed`. Did you mean `randomness.seed`',
    ),
    train(
        'option-beyond-a-list',
        'model.neck.7.gamma=1',
        sentence='`model.neck.N` with N from 0 to 1, but got `model.neck.7.g',
    ),
    train(
        'option-into-a-number',
        'train_cfg.max_epochs.x=1',
        sentence='`train_cfg.max_epochs` to have settings of its own',
    ),
    train(
        'option-into-the-first-stage-misspelled',
        'first_stage.config=mmlt::ce/resnet20_digitslt.py',
        'first_stage.train_cfgg.max_epochs=1',
        sentence='`first_stage` to name settings, but nothing reads `train_c',
    ),
    train(
        'overlays-as-an-option',
        'overlays=[fcc]',
        sentence='but got `overlays`, which is read before. Name them after',
    ),
    train(
        'hook-left-out-misspelled',
        'default_hooks.check_point=None',
        sentence='but got None. Did you mean `default_hooks.checkpoint`',
    ),
    train(
        'evaluation-by-halves',
        'val_evaluator=None',
        sentence='together or none of them, but val_evaluator is None',
    ),
    train(
        'training-without-a-sampler',
        'train_dataloader.sampler=None',
        sentence='`train_dataloader.sampler` to be a dict of settings, but g',
    ),
    train(
        'switch-is-a-text',
        'data_preprocessor.to_rgb=abc',
        sentence="`data_preprocessor.to_rgb` to be True or False, but got 'a",
    ),
    train(
        'level-of-the-log-unknown',
        'log_level=FOO',
        sentence="`log_level` to be one of DEBUG, .* but got 'FOO'",
    ),
    train(
        'environment-misspelled',
        'env_cfg.cudnn_benchmrk=True',
        sentence='`env_cfg.cudnn_benchmrk`. Did you mean `cudnn_benchmark`',
    ),
    train(
        'hook-misspelled',
        'default_hooks.check_point.interval=2',
        sentence='Did you mean `default_hooks.checkpoint`',
    ),
    train(
        'hook-argument-misspelled',
        'default_hooks.checkpoint.intervals=2',
        sentence='`default_hooks.checkpoint.intervals`. Did you mean `interv',
    ),
    train(
        'weight-decay-of-layers-misspelled',
        'optim_wrapper.paramwise_cfg.norm_decay_mul=0',
        sentence='Did you mean `norm_decay_mult`',
    ),
    train(
        'clipping-misspelled',
        'optim_wrapper.clip_grad.max_norn=1',
        sentence='Did you mean `max_norm`',
    ),
    train(
        'optimizer-unknown',
        'optim_wrapper.optimizer.type=SDG',
        sentence="name of a known optimizer, but got 'SDG'. Did you mean `SGD",
    ),
    train(
        'collate-unknown',
        'train_dataloader.collate_fn.type=foo',
        sentence="to be the name of a known collate function, but got 'foo'",
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
        sentence='nothing reads `train_cfg.max_epoch`. .* `max_epochs`',
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
        sentence='nothing reads `randomness.sede`. Did you mean `seed`',
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
        'batch-of-0',
        'train_dataloader.batch_size=0',
        sentence='`train_dataloader.batch_size` to be an integer >= 1',
    ),
    train(
        'batch-of-2.5',
        'train_dataloader.batch_size=2.5',
        sentence='to be an integer >= 1, but got 2.5',
    ),
    train(
        'batch-is-a-text',
        'val_dataloader.batch_size=abc',
        sentence="to be an integer >= 1, but got 'abc'",
    ),
    train(
        'batch-larger-than-the-set',
        'train_dataloader.batch_size=1000',
        sentence='batch_size=1000 the 438 of 438 images give none',
    ),
    train(
        'workers-is-a-text',
        'train_dataloader.num_workers=two',
        sentence="to be an integer >= 0, but got 'two'",
    ),
    train(
        'workers-negative',
        'train_dataloader.num_workers=-1',
        sentence='to be an integer >= 0, but got -1',
    ),
    train(
        'epochs-negative',
        'train_cfg.max_epochs=-1',
        sentence='`train_cfg.max_epochs` to be an integer >= 0, but got -1',
    ),
    train(
        'epochs-of-1.5',
        'train_cfg.max_epochs=1.5',
        sentence='to be an integer >= 0, but got 1.5',
    ),
    train(
        'epochs-is-a-text',
        'train_cfg.max_epochs=abc',
        sentence="to be an integer >= 0, but got 'abc'",
    ),
    train(
        'evaluation-every-0',
        'train_cfg.val_interval=0',
        sentence='to be an integer >= 1, but got 0. `--no-validate`',
    ),
    train(
        'evaluation-every-minus-1',
        'train_cfg.val_interval=-1',
        sentence='to be an integer >= 1, but got -1',
    ),
    train(
        'checkpoint-every-0',
        'default_hooks.checkpoint.interval=0',
        sentence='to be an integer >= 1, or -1 \\(never\\), but got 0',
    ),
    train(
        'log-every-0',
        'default_hooks.logger.interval=0',
        sentence='to be an integer >= 1, but got 0',
    ),
    train(
        'lr-negative',
        'optim_wrapper.optimizer.lr=-1',
        sentence='`optim_wrapper.optimizer.lr` to be a finite number >= 0',
    ),
    train(
        'lr-is-a-text',
        'optim_wrapper.optimizer.lr=abc',
        sentence="to be a finite number >= 0, but got 'abc'",
    ),
    train(
        'lr-infinite',
        'optim_wrapper.optimizer.lr=1e400',
        sentence='to be a finite number >= 0, but got inf',
    ),
    train(
        'momentum-of-2',
        'optim_wrapper.optimizer.momentum=2',
        sentence='to be a number in \\[0, 1\\), but got 2',
    ),
    train(
        'clipping-negative',
        'optim_wrapper.clip_grad.max_norm=-1',
        sentence='to be a finite number > 0, but got -1',
    ),
    train(
        'accumulation-of-0',
        'optim_wrapper.accumulative_counts=0',
        sentence='to be an integer >= 1, but got 0',
    ),
    train(
        'milestones-is-a-text',
        'param_scheduler.1.milestones=abc',
        sentence="to be a list of integers >= 1, but got 'abc'. In brackets",
    ),
    train(
        'warmup-negative',
        'param_scheduler.0.start_factor=-1',
        sentence='to be a number in \\(0, 1\\], but got -1',
    ),
    train(
        'seed-negative',
        'randomness.seed=-1',
        sentence='to be an integer in \\[0, 4294967296\\), but got -1',
    ),
    train(
        'head-of-a-text',
        'model.head.num_classes=abc',
        sentence="model.head.num_classes` to be an integer .* but got 'abc'",
    ),
    train(
        'deviation-of-0',
        'data_preprocessor.std=[1,0,1]',
        sentence='data_preprocessor.std` to be a list of numbers > 0',
    ),
    train(
        'means-of-two-channels',
        'data_preprocessor.mean=[1,2]',
        sentence='as many numbers in .* but got 2 and 3',
    ),
    train(
        'crop-larger-than-the-image',
        'data_preprocessor.augments.0.size=100',
        sentence='`size` of BatchRandomCrop to be at most .*, 10, but got 100',
    ),
    train(
        'evaluation-drops-the-last',
        'test_dataloader.drop_last=True',
        sentence='`test_dataloader.drop_last` to be False',
    ),
    train(
        'optimizer-is-a-number',
        'optim_wrapper=5',
        sentence='`optim_wrapper` to be a dict of settings, but got 5',
    ),
    train(
        'hooks-is-a-number',
        'custom_hooks=5',
        sentence="to be a list of dict\\(type='...'\\), but got 5",
    ),
    train(
        'hook-is-a-number',
        'default_hooks.logger=3',
        sentence='`default_hooks.logger` to be a hook',
    ),
    train(
        'no-hook-for-class-counts',
        'custom_hooks=[]',
        sentence='Expected FCCNeck to know the class counts.*LongTailHook',
    ),
]
EVALUATED: list[BadInput] = [
    call(
        'second-stage-without-a-batch',
        'train crt/resnet20_digitslt --cfg-options train_cfg.max_epochs=1 '
        'train_dataloader.batch_size=1000',
        sentence='batch_size=1000 the .* of 438 images give none',
    ),
    call(
        'second-stage-with-an-unknown-head',
        'train crt/resnet20_digitslt --cfg-options train_cfg.max_epochs=1 '
        'model.head.type=LinearHead',
        sentence='There is no head called `LinearHead`',
    ),
    config(
        'evaluation-by-drawn-images',
        INHERITS + "val_dataloader = dict(sampler=dict(_delete_=True, type='L"
        "ongTailSampler'))",
        sentence='`val_dataloader` to give every image once, but got LongTai',
    ),
    config(
        'batch-larger-than-the-set-in-iterations',
        INHERITS + "train_cfg = dict(_delete_=True, type='IterBasedTrainLoop',"
        'max_iters=4)\nparam_scheduler = []\n'
        'train_dataloader = dict(batch_size=512)',
        sentence='batch_size=512 the 438 of 438 images give none',
    ),
]
OVERLAYS: list[BadInput] = [
    BadInput(
        'overlay-with-a-misspelled-setting',
        lambda folder, trained: [
            *('train', 'ce/resnet20_digitslt', '--with'),
            write(folder / 'mine.py', 'optim_wraper = dict()'),
        ],
        sentence='mine.py .* nothing reads `optim_wraper`. Did you mean `opt',
    ),
    BadInput(
        'overlay-without-python',
        lambda folder, trained: [
            *('train', 'ce/resnet20_digitslt', '--with'),
            write(folder / 'mine.py', 'model = dict('),
        ],
        sentence='mine.py to be an overlay, but it cannot be read',
    ),
    call(
        'overlay-missing',
        'train ce/resnet20_digitslt --with nope.py',
        sentence='Expected an overlay, but the file nope.py does not exist',
    ),
    call(
        'overlay-that-is-there-already',
        'train fcc/resnet20_digitslt --with fcc',
        sentence='a recipe without FCCNeck for the overlay fcc',
    ),
]
ROWS = [*OVERLAYS, *RECIPES, *TYPOS, *NAMES, *ARGUMENTS, *VALUES, *EVALUATED]
