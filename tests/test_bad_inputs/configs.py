"""Recipes and settings that are wrong."""

from .bad_input import BadInput, call, train

ROWS: list[BadInput] = [
    call(
        'recipe-missing',
        *('train', 'fcc/resnet20_digits'),
        sentence=r'resnet20_digits.*resnet20_digitslt',
    ),
    train(
        'first-stage-is-a-number',
        'first_stage=5',
        sentence=r'Expected `first_stage` to be dict\(config=.*got 5',
    ),
]
