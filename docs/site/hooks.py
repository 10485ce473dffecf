"""What the site takes from outside docs/, and how its formulas are set.

mkdocs calls the functions of this file while it builds (mkdocs.yml, hooks).
A page keeps the text and the links of the file in the repository; a link to
a file that is no page of the site is left as text.
"""

import ast
import html
import posixpath
import re
from pathlib import Path

from latex2mathml.converter import convert
from mkdocs.structure.files import File

ROOT = Path(__file__).resolve().parents[2]
LINK = re.compile(
    r'(!?)\[([^\]]*)\]'  # text
    r'\((?!https?:|mailto:|#)([^)#\s]+)(#[^)]*)?\)'  # target, anchor
)
FORMULA = re.compile(
    r'<(span|div) class="arithmatex">\\([(\[])(.*?)\\[)\]]</\1>', re.S
)
# what Sphinx would link: the name alone is enough here
ROLE = re.compile(r':(?:func|class|meth|mod):(?=\s*<code)')
# pages that stand elsewhere in the repository -> their address in the site
FRONT = {
    'README.md': 'index.md',
    'CHANGELOG.md': 'changelog.md',
    'CONTRIBUTING.md': 'contributing.md',
    'results/README.md': 'ledger.md',
    'benchmarks/README.md': 'benchmarks.md',
    'configs/README.md': 'methods/index.md',
}
GUIDES = [
    'own_images.md',
    'change_a_recipe.md',
    'browse.md',
    'add_a_loss.md',
    'add_a_dataset.md',
    'add_a_number.md',
    'evaluate.md',
    'read_a_report.md',
    'bare_pytorch.md',
    'signatures.md',
    'settings.md',
    'distributed.md',
    'stopping.md',
    'hooks.md',
    'parent_tools.md',
    'trackers.md',
    'large_models.md',
    'segmentation.md',
    'detection.md',
    'zoo.md',
    'predict.md',
    'export.md',
    'metrics.md',
    'misclassified_area.md',
    'vmf_contrast.md',
    'parts.md',
]
FIGURES = [
    'results.md',
    'reliability.md',
    'speed.md',
    'cost.md',
    'rehearsal.md',
]


def address(path: str) -> str:
    """Address in the site of a file of the repository."""
    if path in FRONT:
        return FRONT[path]
    method = re.fullmatch(r'configs/([\w-]+)/README\.md', path)
    if method:
        return f'methods/{method[1]}.md'
    return path.removeprefix('docs/')


def outside_pages() -> dict[str, str]:
    """Files outside docs/ that are pages: path -> address."""
    paths = [path for path in FRONT if (ROOT / path).is_file()]
    paths += sorted(
        str(path.relative_to(ROOT))
        for path in (ROOT / 'configs').glob('*/README.md')
    )
    return {path: address(path) for path in paths}


def reference_pages() -> dict[str, str]:
    """Pages of the reference: address -> Markdown."""
    pages = {}
    for init in sorted((ROOT / 'mmlt').rglob('__init__.py')):
        package = init.parent
        if '.mim' in package.parts:
            continue
        name = '.'.join(package.relative_to(ROOT).parts)
        own = [
            path
            for path in sorted(package.glob('*.py'))
            if path.stem not in ('__init__', '__main__')
            and not path.stem.startswith('_')
            and _public(path)
        ]
        lines = [f'# {name}', '']
        about = ast.get_docstring(ast.parse(init.read_text()))
        if about:
            lines += [about, '']
        if name == 'mmlt.functional':
            # the largest room: a page for each module
            lines += [f'- [{p.stem}]({p.stem}.md)' for p in own]
            for path in own:
                module = f'{name}.{path.stem}'
                pages[f'api/functional/{path.stem}.md'] = (
                    f'# {module}\n\n::: {module}\n'
                )
            pages['api/functional/index.md'] = '\n'.join(lines) + '\n'
            continue
        for path in own:
            lines += [f'## {path.stem}', '', f'::: {name}.{path.stem}']
            lines += ['    options:', '      heading_level: 3', '']
        if own or name == 'mmlt':
            page = name.removeprefix('mmlt').strip('.') or 'index'
            pages[f'api/{page}.md'] = '\n'.join(lines) + '\n'
    return pages


def _public(path: Path) -> bool:
    """Whether a module has a public function or class with a docstring."""
    return any(
        isinstance(node, ast.FunctionDef | ast.ClassDef)
        and not node.name.startswith('_')
        and ast.get_docstring(node)
        for node in ast.parse(path.read_text()).body
    )


def on_config(config):
    """Set the navigation: what is there, in the order of a first visit."""
    guides = [name for name in GUIDES if (ROOT / 'docs' / name).is_file()]
    figures = [name for name in FIGURES if (ROOT / 'docs' / name).is_file()]
    outside = outside_pages()
    methods = sorted(a for a in outside.values() if a.startswith('methods/'))
    methods.sort(key=lambda a: not a.endswith('index.md'))
    api = sorted(reference_pages())
    functional = [a for a in api if a.startswith('api/functional/')]
    functional.sort(key=lambda a: not a.endswith('index.md'))
    reports = sorted(
        str(path.relative_to(ROOT / 'docs'))
        for folder in ('report', 'posthoc')
        for path in (ROOT / 'docs' / folder).rglob('*.md')
    )
    known = {*guides, *figures, *reports}
    others = sorted(
        path.name
        for path in (ROOT / 'docs').glob('*.md')
        if path.name not in known
    )
    config['nav'] = [
        {'Start': ['index.md']},
        {'Guides': [*guides, *others]},
        {'Methods': methods},
        {
            'Results': [
                *(a for a in ('ledger.md', 'benchmarks.md')
                  if a in outside.values()),
                *figures,
                *reports,
            ]
        },
        {
            'Reference': [
                'api/index.md',
                {'mmlt.functional': functional},
                *(a for a in api if a not in functional
                  and a != 'api/index.md'),
            ]
        },
        {'Project': ['contributing.md', 'changelog.md']},
    ]  # fmt: skip
    return config


def on_files(files, config):
    """Add the pages from outside docs/, the reference and the style."""
    for path, at in outside_pages().items():
        files.append(File.generated(config, at, abs_src_path=ROOT / path))
    for at, text in reference_pages().items():
        files.append(File.generated(config, at, content=text))
    style = ROOT / 'docs/site/style.css'
    files.append(File.generated(config, 'assets/mmlt.css', abs_src_path=style))
    return files


def on_page_markdown(markdown, page, config, files):
    """Turn links between files of the repository into links of the site."""
    source = page.file.abs_src_path
    if source is None:  # of the reference: made here
        return markdown
    folder = posixpath.dirname(str(Path(source).relative_to(ROOT)))
    here = posixpath.dirname(page.file.src_uri)

    def link(match):
        picture, text, target, anchor = match.groups()
        path = posixpath.normpath(posixpath.join(folder, target))
        for candidate in (path, f'{path}/README.md'):
            at = address(candidate)
            if files.get_file_from_path(at):
                to = posixpath.relpath(at, here or '.')
                return f'{picture}[{text}]({to}{anchor or ""})'
        return text

    return LINK.sub(link, markdown)


def on_page_content(content, **_):
    """Set the formulas as MathML: no script and no font has to be loaded."""

    def formula(match):
        tex = html.unescape(match[3])
        return convert(tex, display='block' if match[2] == '[' else 'inline')

    return FORMULA.sub(formula, ROLE.sub('', content))
