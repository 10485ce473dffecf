"""Command lines that are wrong, of every command."""

from .bad_input import RECIPE, BadInput, call

ROWS: list[BadInput] = [
    call(
        'train-without-a-recipe',
        'train',
        sentence='arguments are required: config',
    ),
    call(
        'train-unknown-option',
        *('train', RECIPE, '--foo'),
        sentence='unrecognized arguments: --foo',
    ),
    call(
        'train-unknown-overlay',
        *('train', RECIPE, '--with', 'fc'),
        sentence=r"the name of an overlay, but got 'fc'. Known: .*fcc",
    ),
    call(
        'train-option-without-a-value',
        *('train', RECIPE, '--cfg-options', 'model.neck.1.gamma'),
        sentence="expected KEY=VALUE, but got 'model.neck.1.gamma'",
    ),
    call(
        'train-option-without-a-key',
        *('train', RECIPE, '--cfg-options', '=3'),
        sentence="expected KEY=VALUE, but got '=3'",
    ),
    call(
        'train-option-with-an-empty-name',
        *('train', RECIPE, '--cfg-options', 'model..neck=3'),
        sentence="names with dots between them before the =, but got 'model",
    ),
    call(
        'train-option-with-half-a-bracket',
        *('train', RECIPE, '--cfg-options', 'train_cfg.x=[1,2'),
        sentence='as many brackets opened as closed',
    ),
    call(
        'train-seed-is-a-text',
        *('train', RECIPE, '--seed', 'x'),
        sentence="argument --seed: invalid int value: 'x'",
    ),
    call(
        'train-seed-negative',
        *('train', RECIPE, '--seed', '-1'),
        sentence=r'`randomness.seed` to be an integer in \[0, 4294967296\)',
    ),
    call(
        'train-seed-huge',
        *('train', RECIPE, '--seed', '99999999999'),
        sentence=r'`randomness.seed` to be an integer in \[0, 4294967296\)',
    ),
    call(
        'train-launcher-unknown',
        *('train', RECIPE, '--launcher', 'foo'),
        sentence="argument --launcher: invalid choice: 'foo'",
    ),
    *(
        call(
            f'train-without-{launcher}',
            *('train', RECIPE, '--launcher', launcher),
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
        *('train', RECIPE, '--resume', 'nope.pth'),
        sentence='Expected a checkpoint file, but nope.pth does not exist',
    ),
    call(
        'test-predictions-into-json',
        *('test', RECIPE, '{checkpoint}', '--out', 'a.json'),
        sentence=r'predictions go into a \.pkl file, but --out is a\.json',
    ),
    call(
        'dump-predictions-into-pickle',
        *('dump-predictions', '{run}', '--out', 'a.pkl'),
        sentence=r'Expected --out to end with \.npz, but got a\.pkl',
    ),
]
