"""Write the tables of methods and of published numbers from the recipes.

README.md and configs/README.md get a row for each method; the README of a
method, between marks, what its paper or others published with its recipes.
"""

import argparse
import ast
import csv
import functools
import re
import sys
from pathlib import Path

from mmlt.cli.shell import errors_in_one_line
from mmlt.report.table import between_marks
from mmlt.runs.recipes import fitting_overlays
from mmlt.runs.shipped import overlay_names

ROOT = Path(__file__).resolve().parents[2]
FAMILIES = {
    'baseline': ['ce'],
    'the two papers': ['fcc', 'vmf'],
    're-weighting': [
        'focal', 'cbfocal', 'cbce', 'cels', 'celas', 'ldam', 'cdt', 'bsce',
        'la', 'vs', 'lade', 'seesaw', 'drw',
    ],
    're-sampling': ['resampling', 'drs'],
    'two-stage': [
        'crt', 'lws', 'tau_norm', 'disalign', 'mislas', 'gcl', 'los',
    ],
    'mixing': ['mixup', 'manifold_mixup', 'remix', 'cmo'],
    'augmentation': ['cuda'],
    'distillation': ['dive'],
    'multi-expert': ['ride', 'sade', 'ncl', 'balpoe', 'mdcs', 'shike'],
    'flat minima': ['focal_sam'],
    'contrastive': ['bcl', 'proco', 'gpaco'],
    'foundation models': ['lift'],
}  # fmt: skip
# folder -> acronym as the papers print it, and what it stands for
NAMES = {
    'ce': ('CE', 'cross-entropy'),
    'fcc': ('FCC', 'feature clusters compression'),
    'vmf': ('vMF', 'von Mises-Fisher classifier, distribution overlap'),
    'focal': ('', 'focal loss'),
    'cbfocal': ('CB-focal', 'class-balanced focal loss'),
    'cbce': ('CB-CE', 'class-balanced cross-entropy'),
    'cels': ('CELS', 'cross-entropy with label smoothing'),
    'celas': ('CELAS', 'cross-entropy with label-aware smoothing'),
    'ldam': ('LDAM', 'label-distribution-aware margin'),
    'cdt': ('CDT', 'class-dependent temperatures'),
    'bsce': ('BSCE', 'balanced softmax cross-entropy'),
    'la': ('LA', 'logit adjustment'),
    'vs': ('VS', 'vector scaling'),
    'lade': ('LADE', 'label distribution disentangling'),
    'seesaw': ('', 'seesaw loss'),
    'drw': ('DRW', 'deferred re-weighting'),
    'resampling': ('', 're-sampling: class-balanced and others'),
    'drs': ('DRS', 'deferred re-sampling'),
    'crt': ('cRT', 'classifier re-training'),
    'lws': ('LWS', 'learnable weight scaling'),
    'tau_norm': ('tau-norm', 'tau-normalized classifier'),
    'disalign': ('DisAlign', 'distribution alignment'),
    'mislas': ('MiSLAS', 'mixup, shifted statistics, label-aware smoothing'),
    'gcl': ('GCL', 'Gaussian clouded logit adjustment'),
    'los': ('LOS', 'label over-smoothing'),
    'mixup': ('', 'mixup of images'),
    'manifold_mixup': ('', 'mixup of features'),
    'remix': ('Remix', 'rebalanced mixup'),
    'cmo': ('CMO', 'context-rich minority oversampling'),
    'dive': ('DiVE', 'distilling virtual examples'),
    'ride': ('RIDE', 'routing diverse experts'),
    'sade': ('SADE', 'self-supervised aggregation of diverse experts'),
    'ncl': ('NCL', 'nested collaborative learning'),
    'balpoe': ('BalPoE', 'balanced product of calibrated experts'),
    'focal_sam': ('Focal-SAM', 'focal sharpness-aware minimization'),
    'mdcs': ('MDCS', 'more diverse experts, consistency self-distillation'),
    'shike': (
        'SHIKE',
        'self-heterogeneous integration with knowledge excavation',
    ),
    'cuda': ('CUDA', 'curriculum of data augmentation'),
    'bcl': ('BCL', 'balanced contrastive learning'),
    'proco': ('ProCo', 'probabilistic contrastive learning'),
    'gpaco': ('GPaCo', 'generalized parametric contrastive learning'),
    'lift': ('LIFT', 'lightweight fine-tuning of a foundation model'),
}
# a method that is an overlay on the recipes of others -> folder of these
OVERLAY_OF = {'drs': 'resampling'}
DATA = {
    'cifar10lt': 'CIFAR-10-LT',
    'cifar100lt': 'CIFAR-100-LT',
    'imagenetlt': 'ImageNet-LT',
    'placeslt': 'Places-LT',
    'inat18': 'iNaturalist 2018',
    'digitslt': 'digits',
    'images': 'own images',
}
# overlays that change the recipes of nearly every method
FOR_ALL = (
    *('auto-augment', 'early-stopping', 'ema', 'fast', 'five-crops'),
    *(
        'held-out',
        'long',
        'one-cycle',
        'ratio50',
        'sam',
        'short',
        'tensorboard',
        'tuning',
        'vmf-contrast',
    ),
)
LARGER = ('ImageNet-LT', 'Places-LT', 'iNaturalist 2018')
REFERENCE = 'resnet32_cifar100lt'
CIFAR = re.compile(r'(?:([\w-]+)_)?resnet32_(cifar100?lt)(-ir50)?')
COLUMNS = [(data, ratio) for data in list(DATA)[:2] for ratio in (100, 50)]


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
            f'has {sorted(found ^ listed)}. Edit FAMILIES and NAMES.'
        )
    return FAMILIES


def page_of(method: str) -> str:
    """README of a method."""
    return (ROOT / 'configs' / method / 'README.md').read_text()


def title(method: str) -> str:
    """First heading of a method's README."""
    return re.search(r'^# (.+)$', page_of(method), re.MULTILINE)[1].strip()


def paper(method: str) -> str:
    """The papers that a method's README names, as links."""
    line = re.search(r'^Paper: (.+)$', page_of(method), re.MULTILINE)
    links = re.findall(r'\[[^]]+\]\([^)]+\)[^;(]*', line[1])
    return '; '.join(link.strip(' .') for link in links)


def recipes(method: str) -> list[Path]:
    """Recipes of a method, or those that its overlay is for."""
    folder = ROOT / 'configs' / OVERLAY_OF.get(method, method)
    return sorted(folder.glob('*.py'))


def data_sets(method: str) -> str:
    """What a method has recipes or an overlay for, in the order of DATA."""
    overlaid = [path for path in recipes('ce') if method in fits(path)]
    files = [*recipes(method), *overlaid]
    stems = [f'_{path.stem}' for path in files]
    return ', '.join(
        name
        for key, name in DATA.items()
        if any(re.search(rf'_{key}(?![a-z0-9])', stem) for stem in stems)
    )


def larger_sets(method: str) -> str:
    """The larger sets of a method, and what it lacks of the others."""
    found = data_sets(method).split(', ')
    large = ', '.join(name for name in found if name in LARGER)
    lacks = [n for n in DATA.values() if n not in (*found, *LARGER)]
    return '; '.join(filter(None, [large, *(f'not {n}' for n in lacks)]))


def further_overlays(method: str) -> str:
    """Overlays of a method beside :data:`FOR_ALL`, and those it lacks."""
    found = overlays(method)
    further = ', '.join(f'`{n}`' for n in found if n not in FOR_ALL)
    lacks = [f'not `{name}`' for name in FOR_ALL if name not in found]
    return '; '.join(filter(None, [further, *lacks]))


def overlays(method: str) -> list[str]:
    """Names of the overlays that change a recipe of a method."""
    stems = {}  # one of each variant, on the smallest data set that it has
    for path in sorted(
        recipes(method), key=lambda p: (data_rank(p.stem), p.stem)
    ):
        stems.setdefault(re.sub(r'res.*', '', path.stem), path)
    return sorted({name for path in stems.values() for name in fits(path)})


@functools.cache
def fits(path: Path) -> tuple[str, ...]:
    """Overlays that change a recipe; computed once."""
    return tuple(fitting_overlays(path))


def data_rank(stem: str) -> int:
    """Place of a recipe's data set in DATA.

    Raises:
        ValueError: If its name has none of them.
    """
    for rank, key in enumerate(DATA):
        if f'_{key}' in stem:
            return rank
    raise ValueError(
        f'Expected a recipe whose name has one of {", ".join(DATA)}, but got '
        f'{stem}. Add its data set to DATA in '
        'tools/analysis_tools/method_table.py.'
    )


def composed() -> list[dict[str, str]]:
    """Published numbers of recipes with overlays."""
    path = ROOT / 'results' / 'published.csv'
    if not path.exists():
        return []
    with path.open(newline='') as file:
        return list(csv.DictReader(file))


def published(method: str) -> dict[str, dict[tuple[str, int], str]]:
    """Variant of a method to published accuracies, by data and ratio.

    In the heads of the recipes ("Theirs (accuracy):"), and in
    results/published.csv for recipes with overlays; without those that train
    longer or with more augmentation than the method's recipe.
    """
    found: dict[str, dict] = {}
    for path in sorted((ROOT / 'configs' / method).glob('*.py')):
        match = CIFAR.fullmatch(path.stem)
        if match:
            variant = found.setdefault(match[1] or '', {})
            ratio = 50 if match[3] else 100
            variant[match[2], ratio] = their_number(path)
    for row in composed():
        folder, _, stem = row['recipe'].partition('/')
        match = CIFAR.fullmatch(stem)
        names = row['with'].split()
        if not {*names} <= {'drw', 'drs', 'ratio50'}:
            continue
        variant = match[1] or ''
        if 'drw' in names:
            folder, variant = 'drw', variant or folder
        elif 'drs' in names:
            folder = 'drs'
        if folder == method:
            ratio = 50 if 'ratio50' in names else 100
            numbers = found.setdefault(variant, {})
            numbers[match[2], ratio] = row['accuracy']
    return dict(sorted(found.items()))


def reference_number(method: str) -> str:
    """Published on CIFAR-100-LT, ratio 100.

    One number where the folder is one method; else the variants by name.
    """
    numbers = {
        variant: row.get(('cifar100lt', 100), '-')
        for variant, row in published(method).items()
    }
    if '' in numbers:
        return numbers['']
    return ', '.join(f'{name} {n}' for name, n in numbers.items())


def their_number(recipe: Path) -> str:
    """First number after "Theirs (accuracy):", or a dash."""
    head = ast.get_docstring(ast.parse(recipe.read_text())) or ''
    number = re.search(r'Theirs \(accuracy\):\s+(\d+(?:\.\d+)?)', head)
    return number[1] if number else '-'


def table() -> str:
    """The table of README.md."""
    lines = [
        '| family | method | larger sets | published top-1, CIFAR-100-LT |',
        '|---|---|---|---|',
    ]
    for family, methods in families().items():
        for i, method in enumerate(methods):
            link = f'[{title(method)}](configs/{method}/README.md)'
            lines.append(
                f'| {"" if i else family} | {link} | {larger_sets(method)} | '
                f'{reference_number(method)} |'
            )
    return '\n'.join(lines)


def long_table() -> str:
    """The table of configs/README.md."""
    lines = [
        '| folder | acronym | name | family | paper | larger sets '
        '| further overlays | published |',
        '|---|---|---|---|---|---|---|---|',
    ]
    for family, methods in families().items():
        for method in methods:
            acronym, name = NAMES[method]
            cells = [
                f'[{method}]({method}/README.md)',
                acronym,
                name,
                family,
                paper(method),
                larger_sets(method),
                further_overlays(method),
                reference_number(method),
            ]
            lines.append(f'| {" | ".join(cells)} |')
    return '\n'.join(lines)


def overlay_table() -> str:
    """Overlays and what the head of their files says."""
    rows = [f'| `{n}` | {text} |' for n, text in overlay_names().items()]
    return '\n'.join(['| overlay | what it adds |', '|---|---|', *rows])


def published_table(method: str) -> str:
    """Published numbers of a method, for its README."""
    rows = published(method)
    names = [f'{DATA[data]}, {ratio}' for data, ratio in COLUMNS]
    first = [] if list(rows) == [''] else ['variant']
    lines = [
        '| ' + ' | '.join([*first, *names]) + ' |',
        '|---' * (len(first) + len(names)) + '|',
    ]
    for variant, numbers in rows.items():
        cells = [numbers.get(column, '-') for column in COLUMNS]
        if first:
            cells = [f'`{variant}`', *cells]
        lines.append('| ' + ' | '.join(cells) + ' |')
    return '\n'.join(lines)


def between(text: str, name: str, new: str) -> str:
    """A page with another text between the marks of a name.

    Raises:
        ValueError: If the marks are missing.
    """
    begin, end = f'<!-- {name}: begin -->', f'<!-- {name}: end -->'
    return between_marks(text, begin, end, f'\n{new}\n')


def pages() -> dict[Path, str]:
    """Every page with tables from here, and what it should hold."""
    readme = ROOT / 'README.md'
    found = {readme: between(readme.read_text(), 'methods', table())}
    index = ROOT / 'configs' / 'README.md'
    text = between(index.read_text(), 'methods', long_table())
    found[index] = between(text, 'overlays', overlay_table())
    for methods in families().values():
        for method in methods:
            text = page_of(method)
            if '<!-- published: begin -->' in text:
                found[ROOT / 'configs' / method / 'README.md'] = between(
                    text, 'published', published_table(method)
                )
    return found


def main() -> None:
    """Write or check the tables."""
    parser = argparse.ArgumentParser(
        description=__doc__,
        epilog='Example: python tools/analysis_tools/method_table.py',
    )
    parser.add_argument(
        '--check', action='store_true', help='write nothing; exit 1 if stale'
    )
    args = parser.parse_args()
    with errors_in_one_line():
        new = pages()
    stale = [path for path, text in new.items() if path.read_text() != text]
    names = ', '.join(str(path.relative_to(ROOT)) for path in stale)
    if args.check and stale:
        sys.exit(
            f'{names}: stale. Run python tools/analysis_tools/method_table.py'
        )
    for path in stale:
        path.write_text(new[path])
    if stale:
        print(f'{names}: written')


if __name__ == '__main__':
    main()
