"""Write the table of methods in README.md from the recipes."""

import argparse
import ast
import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
BEGIN, END = '<!-- methods: begin -->', '<!-- methods: end -->'
FAMILIES = {
    'baseline': ['ce'],
    'the two papers': ['fcc', 'vmf'],
    're-weighting': [
        'focal', 'cbfocal', 'cbce', 'cels', 'celas', 'ldam', 'cdt', 'bsce',
        'la', 'drw',
    ],
    're-sampling': ['resampling', 'drs'],
    'two-stage': ['crt', 'lws', 'tau_norm'],
    'mixing': ['mixup', 'manifold_mixup', 'remix'],
    'distillation': ['dive'],
    'multi-expert': ['sade', 'ncl'],
}  # fmt: skip
DATA = {
    'cifar10lt': 'CIFAR-10-LT',
    'cifar100lt': 'CIFAR-100-LT',
    'imagenetlt': 'ImageNet-LT',
    'placeslt': 'Places-LT',
    'inat18': 'iNaturalist 2018',
    'digitslt': 'digits',
}
REFERENCE = 'resnet32_cifar100lt'


def families() -> dict[str, list[str]]:
    """Method folders by family.

    Raises:
        ValueError: If a folder is in no family, or a family names none.
    """
    found = {p.parent.name for p in (ROOT / 'configs').glob('*/README.md')}
    listed = {name for names in FAMILIES.values() for name in names}
    if found != listed:
        raise ValueError(
            'Expected every folder of configs/ in one family of '
            'tools/analysis_tools/method_table.py, but only one of the two '
            f'has {sorted(found ^ listed)}. Edit FAMILIES.'
        )
    return FAMILIES


def title(method: str) -> str:
    """First heading of a method's README."""
    text = (ROOT / 'configs' / method / 'README.md').read_text()
    return re.search(r'^# (.+)$', text, re.MULTILINE)[1].strip()


def data_sets(method: str) -> str:
    """What a method has recipes for, in the order of DATA."""
    stems = [p.stem for p in (ROOT / 'configs' / method).glob('*.py')]
    return ', '.join(
        name
        for key, name in DATA.items()
        if any(re.search(rf'_{key}(?![a-z0-9])', stem) for stem in stems)
    )


def published(method: str) -> str:
    """What the recipes for CIFAR-100-LT, ratio 100, say of "Theirs".

    One number where the folder is one method; else the variants by name.
    """
    folder = ROOT / 'configs' / method
    plain = folder / f'{REFERENCE}.py'
    if plain.exists():
        return their_number(plain)
    return ', '.join(
        f'{path.stem.removesuffix(f"_{REFERENCE}")} {their_number(path)}'
        for path in sorted(folder.glob(f'*_{REFERENCE}.py'))
    )


def their_number(recipe: Path) -> str:
    """First number after "Theirs (accuracy):", or a dash."""
    head = ast.get_docstring(ast.parse(recipe.read_text())) or ''
    number = re.search(r'Theirs \(accuracy\):\s+(\d+(?:\.\d+)?)', head)
    return number[1] if number else '-'


def table() -> str:
    """The table in Markdown."""
    lines = [
        '| family | method | recipes for | published top-1, CIFAR-100-LT |',
        '|---|---|---|---|',
    ]
    for family, methods in families().items():
        for i, method in enumerate(methods):
            link = f'[{title(method)}](configs/{method}/README.md)'
            lines.append(
                f'| {"" if i else family} | {link} | {data_sets(method)} | '
                f'{published(method)} |'
            )
    return '\n'.join(lines)


def updated(text: str) -> str:
    """A README with the table of today.

    Raises:
        ValueError: If the marks of the table are missing.
    """
    if BEGIN not in text or END not in text:
        raise ValueError(
            f'Expected README.md to hold {BEGIN} and {END}, but it does not. '
            'Put both where the table belongs.'
        )
    before, rest = text.split(BEGIN, 1)
    after = rest.split(END, 1)[1]
    return f'{before}{BEGIN}\n{table()}\n{END}{after}'


def main() -> None:
    """Write or check the table."""
    parser = argparse.ArgumentParser(
        description=__doc__,
        epilog='Example: python tools/analysis_tools/method_table.py',
    )
    parser.add_argument(
        '--check', action='store_true', help='write nothing; exit 1 if stale'
    )
    args = parser.parse_args()
    readme = ROOT / 'README.md'
    text = readme.read_text()
    try:
        new = updated(text)
    except ValueError as error:
        sys.exit(f'error: {error}')
    if args.check:
        if new != text:
            sys.exit(
                'README.md is stale: run '
                'python tools/analysis_tools/method_table.py'
            )
    elif new != text:
        readme.write_text(new)
        print('README.md: table of methods written')


if __name__ == '__main__':
    main()
