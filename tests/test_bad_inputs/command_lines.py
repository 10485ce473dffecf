"""Command lines that are wrong, of every command."""

from .bad_input import BadInput, call

TRAIN: list[BadInput] = [
    call(
        'train-without-a-recipe',
        'train',
        sentence='arguments are required: config',
    ),
    call(
        'train-unknown-option',
        'train fcc/resnet20_digitslt --foo',
        sentence='unrecognized arguments: --foo',
    ),
    call(
        'train-unknown-overlay',
        'train fcc/resnet20_digitslt --with fc',
        sentence=r"the name of an overlay, but got 'fc'. Did you mean `fcc`\?",
    ),
    call(
        'train-overlay-is-a-method',
        'train fcc/resnet20_digitslt --with mixup',
        sentence=r"got 'mixup'. It is a method, with recipes .*mixup/\.\.\.",
    ),
    call(
        'train-option-without-a-value',
        'train fcc/resnet20_digitslt --cfg-options model.neck.1.gamma',
        sentence="expected KEY=VALUE, but got 'model.neck.1.gamma'",
    ),
    call(
        'train-option-without-a-key',
        'train fcc/resnet20_digitslt --cfg-options =3',
        sentence="expected KEY=VALUE, but got '=3'",
    ),
    call(
        'train-option-with-an-empty-name',
        'train fcc/resnet20_digitslt --cfg-options model..neck=3',
        sentence="names with dots between them before the =, but got 'model",
    ),
    call(
        'train-option-with-half-a-bracket',
        'train fcc/resnet20_digitslt --cfg-options train_cfg.x=[1,2',
        sentence='as many brackets opened as closed',
    ),
    call(
        'train-seed-is-a-text',
        'train fcc/resnet20_digitslt --seed x',
        sentence="argument --seed: expected an integer in .* but got 'x'",
    ),
    call(
        'train-seed-negative',
        'train fcc/resnet20_digitslt --seed -1',
        sentence='argument --seed: expected an integer in .* but got .-1',
    ),
    call(
        'train-seed-huge',
        'train fcc/resnet20_digitslt --seed 99999999999',
        sentence='argument --seed: expected an integer in .* but got .9999',
    ),
    call(
        'train-launcher-unknown',
        'train fcc/resnet20_digitslt --launcher foo',
        sentence="argument --launcher: invalid choice: 'foo'",
    ),
    *(
        call(
            f'train-without-{launcher}',
            f'train fcc/resnet20_digitslt --launcher {launcher}',
            sentence=f'{launcher} needs a start by it .* {name} is not set',
        )
        for launcher, name in (
            ('pytorch', 'RANK'),
            ('slurm', 'SLURM_PROCID'),
            ('mpi', 'OMPI_COMM_WORLD_LOCAL_RANK'),
        )
    ),
    call(
        'train-resume-from-nothing',
        'train fcc/resnet20_digitslt --resume nope.pth',
        sentence='Expected a checkpoint file, but nope.pth does not exist',
    ),
    call(
        'test-predictions-into-json',
        'test fcc/resnet20_digitslt {checkpoint} --out a.json',
        sentence=r'predictions go into a \.pkl file, but --out is a\.json',
    ),
    call(
        'dump-predictions-into-pickle',
        'dump-predictions {run} --out a.pkl',
        sentence=r'Expected --out to end with \.npz, but got a\.pkl',
    ),
]
MMLT: list[BadInput] = [
    call(
        'seeds-one-of-them-twice',
        'seeds ce/resnet20_digitslt --seeds 1 2 1',
        sentence='argument --seeds: expected each seed once, but got 1',
    ),
    call(
        'sweep-over-what-has-no-values',
        'sweep ce/resnet20_digitslt --over train_cfg.max_epochs',
        sentence='argument --over: Expected --over to have KEY=VALUES, but',
    ),
    call(
        'sweep-an-interval-without-a-number-of-trials',
        'sweep ce/resnet20_digitslt --over a=log(1,2)',
        sentence=r'argument --over: an interval \(a\) needs --trials N',
    ),
    call(
        'sweep-without-an-evaluation',
        'sweep ce/resnet20_digitslt --over a=1,2 --no-validate',
        sentence='--no-validate leaves nothing to choose by',
    ),
    call(
        'lr-find-the-wrong-way',
        'lr-find ce/resnet20_digitslt --low 1 --high 0.1',
        sentence=r'argument --low: expected less than --high \(0.1\), but',
    ),
    call(
        'lr-find-into-a-text',
        'lr-find ce/resnet20_digitslt --out a.txt',
        sentence=r"one of \.png, \.svg, \.pdf, but got 'a.txt'",
    ),
    call(
        'no-such-command',
        'trian',
        sentence=r"'trian' is no command\. Did you mean `train`\? Known: ",
    ),
    call(
        'no-command-but-an-option',
        '--verison',
        sentence='arguments are required: COMMAND',
    ),
]
TEST: list[BadInput] = [
    call(
        'test-without-a-checkpoint',
        'test fcc/resnet20_digitslt',
        sentence='a checkpoint after the config.*the folder of a run',
    ),
    call(
        'test-checkpoint-missing',
        'test fcc/resnet20_digitslt nope.pth',
        sentence='Expected a checkpoint file, but nope.pth does not exist',
    ),
    call(
        'test-checkpoint-is-a-folder',
        'test fcc/resnet20_digitslt {run}',
        sentence='Expected a checkpoint file, but .*run is a folder',
    ),
    call(
        'test-metrics-of-unknown-format',
        'test fcc/resnet20_digitslt {checkpoint} --out m.foo '
        '--out-item metrics',
        sentence='metrics go into a .json, .yaml or .pkl file, .* m.foo',
    ),
    call(
        'test-item-without-a-file',
        'test fcc/resnet20_digitslt {checkpoint} --out-item metrics',
        sentence='--out-item needs --out FILE',
    ),
    call(
        'test-batch-of-0',
        'test fcc/resnet20_digitslt {checkpoint} --cfg-options '
        'test_dataloader.batch_size=0',
        sentence='`test_dataloader.batch_size` to be an integer >= 1',
    ),
]
RECIPES: list[BadInput] = [
    call(
        'recipes-of-no-method',
        'recipes fc',
        sentence=r"the name of a method, but got 'fc'. Did you mean `fcc`\?",
    ),
]
REPORT: list[BadInput] = [
    call(
        'report-without-a-run',
        'report',
        sentence='arguments are required: work_dirs',
    ),
    call(
        'report-run-missing',
        'report nope',
        sentence='Expected the folder of a run, but nope does not exist',
    ),
    call(
        'report-run-without-a-config',
        'report .',
        sentence='to hold a config and `last_checkpoint`',
    ),
    call(
        'report-out-is-a-file',
        'report {run} --out {checkpoint}',
        sentence='Expected a folder to write to, but .* is a file',
    ),
    call(
        'report-one-run-twice',
        'report {copy} {copy} --no-maps',
        sentence='runs of fcc with different seeds.*counts once',
    ),
    call(
        'report-too-many-names',
        'report {copy} --names a b --no-maps',
        sentence='`names` for each of 1 runs, but got 2',
    ),
]
PLOT: list[BadInput] = [
    call(
        'browse-config-missing',
        'browse nope --out a.html',
        sentence='Expected a config file, but nope does not exist',
    ),
    call(
        'browse-into-a-picture',
        'browse ce/resnet20_digitslt --out a.png',
        sentence=r"--out: expected a file that ends with \.html, but got 'a",
    ),
    call(
        'browse-more-than-can-be-looked-at',
        'browse ce/resnet20_digitslt --out a.html --classes 100 --per-class 3',
        sentence='at most 200 images in all, but got 100 classes of 3',
    ),
    call(
        'browse-limits-the-wrong-way',
        'browse ce/resnet20_digitslt --out a.html --many 5 --few 50',
        sentence=r'argument --few: expected at most --many \(5\), but got 50',
    ),
    call(
        'browse-few-above-the-many-of-the-config',
        'browse ce/resnet20_digitslt --out a.html --few 500',
        sentence='Expected `few` <= `many`, but got few=500 and many=100',
    ),
    call(
        'browse-images-missing',
        'browse ce/resnet18_images --out a.html',
        sentence='Expected a folder of images at data/images',
    ),
    call(
        'plot-without-a-picture',
        'plot',
        sentence='arguments are required: PICTURE',
    ),
    call(
        'plot-no-such-picture',
        'plot curve {run} --out a.png',
        sentence="invalid choice: 'curve' .*'curves'.*Did you mean curves",
    ),
    call(
        'plot-without-a-file',
        'plot curves {run}',
        sentence='arguments are required: --out',
    ),
    call(
        'plot-of-unknown-format',
        'plot curves {run} --out a.foo',
        sentence='a picture to end in one of .png, .svg, .pdf',
    ),
    call(
        'plot-run-missing',
        'plot curves nope --out a.png',
        sentence='Expected the folder of a run, but nope does not exist',
    ),
    call(
        'plot-dpi-nan',
        'plot curves {run} --out a.png --dpi nan',
        sentence="argument --dpi: expected a number > 0, but got 'nan'",
    ),
    call(
        'plot-no-columns',
        'plot curves {run} --out a.png --columns 0',
        sentence='argument --columns: expected an integer >= 1',
    ),
    call(
        'plot-class-not-there',
        'plot features {copy} --out a.png --classes 99',
        sentence='Expected --classes from 0 to 9, but got 99',
    ),
    call(
        'plot-seed-negative',
        'plot features {run} --out a.png --seed -1',
        sentence='argument --seed: expected an integer in',
    ),
]
PREDICTIONS: list[BadInput] = [
    call(
        'dump-predictions-of-nothing',
        'dump-predictions nope',
        sentence='Expected a config file, but nope does not exist',
    ),
    call(
        'dump-predictions-config-alone',
        'dump-predictions fcc/resnet20_digitslt',
        sentence='Expected a checkpoint beside the config',
    ),
    call(
        'dump-predictions-no-such-split',
        'dump-predictions {run} --split foo',
        sentence="argument --split: invalid choice: 'foo'",
    ),
    call(
        'dump-predictions-nothing-held-out',
        'dump-predictions {run} --split held-out',
        sentence='to train with .HeldOutSplit., but .* set is DigitsLT',
    ),
    call(
        'dump-predictions-no-such-device',
        'dump-predictions {run} --device gpu',
        sentence="argument --device: expected cpu or cuda, but got 'gpu'",
    ),
    call(
        'test-agnostic-of-nothing',
        'test-agnostic nope',
        sentence='Expected a file of predictions, but nope does not exist',
    ),
    call(
        'test-agnostic-ratio-of-0',
        'test-agnostic {copy} --ratios 0',
        sentence='Expected `ratio` to be a finite number >= 1, but got 0',
    ),
    call(
        'test-agnostic-ratio-is-a-text',
        'test-agnostic {run} --ratios abc',
        sentence="argument --ratios: invalid float value: 'abc'",
    ),
    call(
        'test-agnostic-table-of-unknown-format',
        'test-agnostic {run} --out a.txt',
        sentence=r"a file that ends with one of \['.md', '.csv', '.json'\]",
    ),
    call(
        'misclassified-area-of-nothing',
        'misclassified-area nope.npz',
        sentence='Expected a file of predictions, but nope.npz does not exist',
    ),
    call(
        'misclassified-area-gamma-negative',
        'misclassified-area {copy} --gamma -1',
        sentence='Expected `gamma` to be a finite number >= 0, but got -1',
    ),
    call(
        'posthoc-of-nothing',
        'posthoc',
        sentence='name a work directory, or --fit FILE and --eval FILE',
    ),
    call(
        'posthoc-half-of-it',
        'posthoc --fit a.npz',
        sentence='name a work directory, or --fit FILE and --eval FILE',
    ),
    call(
        'posthoc-file-missing',
        'posthoc --fit a.npz --eval b.npz',
        sentence='Expected a file of predictions, but a.npz does not exist',
    ),
    call(
        'posthoc-on-the-test-set',
        'posthoc {run} --fit-split test',
        sentence='got those of the test set.*--i-know-this-is-the-test-set',
    ),
    call(
        'posthoc-no-such-calibrator',
        'posthoc {run} --calibrators foo',
        sentence="invalid choice: 'foo' .*'temperature'",
    ),
    call(
        'posthoc-nothing-held-out',
        'posthoc {run}',
        sentence='to train with `HeldOutSplit`.*--with held-out',
    ),
]
NETWORKS: list[BadInput] = [
    call(
        'calibrate-overlap-alpha-of-2',
        'calibrate-overlap fcc/resnet20_digitslt {checkpoint} '
        '--out x --alpha 2',
        sentence=r'Expected `alpha` to be a number in \[0, 1\], but got 2',
    ),
    call(
        'calibrate-overlap-all-held-out',
        'calibrate-overlap fcc/resnet20_digitslt {checkpoint} '
        '--out x --fraction 1',
        sentence=r'Expected `fraction` to be a number in \(0, 1\), but got 1',
    ),
    call(
        'calibrate-overlap-seed-negative',
        'calibrate-overlap fcc/resnet20_digitslt {checkpoint} '
        '--out x --seed -1',
        sentence='argument --seed: expected an integer in',
    ),
    call(
        'calibrate-overlap-checkpoint-missing',
        'calibrate-overlap fcc/resnet20_digitslt nope.pth --out x',
        sentence='Expected a checkpoint file, but nope.pth does not exist',
    ),
    call(
        'classifier-weights-into-text',
        'classifier-weights names.txt a.py b.pth --out a.txt',
        sentence='--out needs a .pth file, but is a.txt',
    ),
    call(
        'aggregate-experts-without-experts',
        'aggregate-experts fcc/resnet20_digitslt {checkpoint}',
        sentence='Expected a network of several experts.*LinearClsHead',
    ),
    call(
        'aggregate-experts-lr-of-0',
        'aggregate-experts fcc/resnet20_digitslt {checkpoint} --lr 0',
        sentence="argument --lr: expected a number > 0, but got '0'",
    ),
    call(
        'aggregate-experts-into-text',
        'aggregate-experts fcc/resnet20_digitslt {checkpoint} --out a.txt',
        sentence='--out needs a .json file, but is a.txt',
    ),
    call(
        'export-without-a-format',
        'export {run} --out a.pt',
        sentence='arguments are required: --to',
    ),
    call(
        'export-no-such-format',
        'export {run} --to tflite --out a.pt',
        sentence="argument --to: invalid choice: 'tflite'",
    ),
    call(
        'export-ending-of-another-format',
        'export {run} --to onnx --out a.pt',
        sentence=r'Expected --out to end with .onnx .*, but got a.pt',
    ),
    call(
        'export-images-of-0',
        'export {run} --to torchscript --out a.pt --size 0',
        sentence="argument --size: expected an integer >= 1, but got '0'",
    ),
    call(
        'export-three-sizes',
        'export {run} --to torchscript --out a.pt --size 1 2 3',
        sentence='--size takes one number, or height and width',
    ),
    call(
        'export-preprocessing-twice',
        'export {run} --to mmpretrain --out a.pth --with-preprocessing',
        sentence='an mmpretrain config has a data preprocessor already',
    ),
    call(
        'export-run-missing',
        'export nope --to torchscript --out a.pt',
        sentence='Expected a config file, but nope does not exist',
    ),
    call(
        'publish-checkpoint-missing',
        'publish nope.pth x',
        sentence='Expected a checkpoint file, but nope.pth does not exist',
    ),
    call(
        'publish-of-a-folder',
        'publish {run} x',
        sentence='Expected a checkpoint file, but .*run is a folder',
    ),
]
ZOO: list[BadInput] = [
    call(
        'verify-no-such-network',
        'verify fcc',
        sentence="name of a network of the zoo, but got 'fcc'. Known: .*ce_",
    ),
    call(
        'verify-no-such-device',
        'verify --device gpu',
        sentence="argument --device: expected cpu or cuda, but got 'gpu'",
    ),
    call(
        'verify-without-data',
        'verify fcc_cifar100lt --data-root {checkpoint}',
        sentence='Expected the files of CIFAR100LT in .*cifar100',
    ),
    call(
        'publish-to-nowhere',
        'publish {checkpoint}',
        sentence='name either the new file, or --zoo NAME',
    ),
    call(
        'publish-to-two-places',
        'publish {run} x --zoo x',
        sentence='name either the new file, or --zoo NAME',
    ),
    call(
        'publish-the-last-step-into-the-zoo',
        'publish {run} --zoo x --no-ema',
        sentence='--no-ema is not for --zoo',
    ),
    call(
        'publish-under-a-path',
        'publish {run} --zoo a/b',
        sentence="a name of small letters, .* but got 'a/b'",
    ),
    call(
        'publish-a-run-without-a-row',
        'publish {run} --zoo mine',
        sentence='Expected a row of .*run in the ledger .*, but it has none. '
        'Record the run first: mmlt reproduce record',
    ),
    call(
        'publish-a-file-into-the-zoo',
        'publish {checkpoint} --zoo mine',
        sentence='Expected the folder of a run, but .*epoch_1.pth is a file',
    ),
]
DATA: list[BadInput] = [
    call(
        'verify-splits-no-such-set',
        'verify-splits imagenet',
        sentence="argument DATA: expected imagenetlt, .*, but got 'imagenet'",
    ),
    call(
        'verify-splits-classes-not-named',
        'verify-splits own',
        sentence="'own' needs --num-classes",
    ),
    call(
        'verify-splits-other-classes',
        'verify-splits imagenetlt --num-classes 3',
        sentence='imagenetlt has 1000 classes',
    ),
    call(
        'verify-splits-list-missing',
        'verify-splits own --num-classes 3 --train a.txt',
        sentence='Expected the train list at a.txt, but there is no such file',
    ),
    call(
        'verify-splits-no-processes',
        'verify-splits imagenetlt --processes 0',
        sentence='argument --processes: expected an integer >= 1',
    ),
    call(
        'verify-splits-report-is-a-folder',
        'verify-splits imagenetlt --report .',
        sentence=r'Expected a file to write to, but \. is a folder',
    ),
    call(
        'make-longtail-images-missing',
        'make-longtail nope out',
        sentence='Expected a folder of images, but nope is none',
    ),
    call(
        'make-longtail-of-a-file',
        'make-longtail {checkpoint} out',
        sentence='Expected a folder of images, but .*epoch_1.pth is none',
    ),
    call(
        'make-longtail-no-images',
        'make-longtail {run} out',
        sentence='Expected images in',
    ),
    call(
        'make-longtail-no-such-shape',
        'make-longtail {run} out --profile foo',
        sentence="argument --profile: invalid choice: 'foo'",
    ),
    call(
        'make-longtail-seed-negative',
        'make-longtail {run} out --seed -1',
        sentence='argument --seed: expected an integer in',
    ),
    call(
        'make-longtail-count-of-0',
        'make-longtail {run} out --max-count 0',
        sentence='--max-count must be at least 1',
    ),
    call(
        'make-longtail-all-but-a-count',
        'make-longtail {run} out --profile all --max-count 3',
        sentence='--profile all keeps every image: leave out --max-count',
    ),
    call(
        'make-longtail-fewer-than-none',
        'make-longtail {run} out --test-per-class -1',
        sentence='images per class cannot be negative',
    ),
]
ROWS = [
    *TRAIN,
    *MMLT,
    *TEST,
    *RECIPES,
    *REPORT,
    *PLOT,
    *PREDICTIONS,
    *NETWORKS,
    *ZOO,
    *DATA,
]
