"""Command lines that are wrong, of every command."""

from .bad_input import BadInput, call

ROWS: list[BadInput] = [
    call(
        'train-without-a-recipe',
        'train',
        sentence='arguments are required: config',
    ),
    call(
        'train-unknown-option',
        *('train', 'fcc/resnet20_digitslt', '--foo'),
        sentence='unrecognized arguments: --foo',
    ),
    call(
        'train-unknown-overlay',
        *('train', 'fcc/resnet20_digitslt', '--with', 'fc'),
        sentence=r"the name of an overlay, but got 'fc'. Known: .*fcc",
    ),
    call(
        'test-predictions-into-json',
        *('test', 'fcc/resnet20_digitslt', '{checkpoint}', '--out', 'a.json'),
        sentence=r'predictions go into a \.pkl file, but --out is a\.json',
    ),
    call(
        'dump-predictions-into-pickle',
        *('dump-predictions', '{run}', '--out', 'a.pkl'),
        sentence=r'Expected --out to end with \.npz, but got a\.pkl',
    ),
]
