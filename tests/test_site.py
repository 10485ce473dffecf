"""The site's pages and links; the site itself is built by make docs."""

import importlib.util
import re
from pathlib import Path
from types import SimpleNamespace

import pytest

pytest.importorskip('mkdocs', reason='extra "docs": make docs')
pytest.importorskip('latex2mathml', reason='extra "docs": make docs')

ROOT = Path(__file__).parents[1]
spec = importlib.util.spec_from_file_location(
    'site_hooks', ROOT / 'docs/site/hooks.py'
)
hooks = importlib.util.module_from_spec(spec)
spec.loader.exec_module(hooks)


def test_every_method_has_a_page():
    pages = hooks.outside_pages()
    for readme in (ROOT / 'configs').glob('*/README.md'):
        path = str(readme.relative_to(ROOT))
        assert pages[path] == f'methods/{readme.parent.name}.md'
    assert pages['README.md'] == 'index.md'


def test_every_public_function_stands_in_the_reference():
    text = ''.join(hooks.reference_pages().values())
    modules = set(re.findall(r'^::: (\S+)', text, re.MULTILINE))
    import mmlt.functional
    import mmlt.models

    for room in (mmlt.functional, mmlt.models):
        for name in room.__all__:
            assert getattr(room, name).__module__ in modules, name


def test_a_link_leads_to_the_page_and_else_becomes_text():
    page = SimpleNamespace(
        file=SimpleNamespace(
            abs_src_path=str(ROOT / 'configs/fcc/README.md'),
            src_uri='methods/fcc.md',
        )
    )
    known = {'methods/ce.md', 'metrics.md'}
    files = SimpleNamespace(
        get_file_from_path=lambda path: path if path in known else None
    )
    text = (
        '[ce](../ce/README.md), [metrics](../../docs/metrics.md#ece), '
        '[a file](../../setup.py), [web](https://example.org)'
    )
    assert hooks.on_page_markdown(text, page, None, files) == (
        '[ce](ce.md), [metrics](../metrics.md#ece), a file, '
        '[web](https://example.org)'
    )


def test_a_formula_becomes_mathml_without_a_script():
    html = r'<p>so <span class="arithmatex">\(\kappa_i &lt; 1\)</span></p>'
    got = hooks.on_page_content(html)
    assert got.startswith('<p>so <math')
    assert 'arithmatex' not in got
    assert '<mi>' in got
