"""benchmarks/vmf_contrast.py: its errors, its picture, its page."""

import importlib
import json

import pytest

from tests.export_models import ROOT

STORED = ROOT / 'benchmarks/results/vmf_contrast_cpu.json'


@pytest.fixture
def benchmark(monkeypatch):
    """The script as a module."""
    monkeypatch.syspath_prepend(str(ROOT / 'benchmarks'))
    return importlib.import_module('vmf_contrast')


def test_the_errors_are_those_that_were_stored(benchmark, monkeypatch):
    stored = json.loads(STORED.read_text())['errors']
    places = [7, 15]
    kappas = [stored['kappa'][place] for place in places]
    monkeypatch.setattr(benchmark, 'KAPPAS', kappas)
    found = benchmark.errors()
    for i, place in enumerate(places):
        for name in ('bessel', 'recurrence'):
            assert found[name][i] == pytest.approx(
                stored[name][place], rel=1e-3
            )
        # rounding of float32, which other machines do otherwise
        assert found['ours'][i] < 3e-6
        assert found['two'][i] > 10 * found['ours'][i]


def test_the_page_has_the_numbers_of_the_file():
    page = (ROOT / 'docs/vmf_contrast.md').read_text()
    stored = json.loads(STORED.read_text())
    errors, speed = stored['errors'], stored['speed']
    for row in ('1,000', '10,000', '100,000'):
        kappa = int(row.replace(',', ''))
        place = min(
            range(len(errors['kappa'])),
            key=lambda k: abs(errors['kappa'][k] - kappa),
        )
        cells = [
            f'{errors[name][place]:.2g}'.replace('e-0', 'e-')
            for name in ('bessel', 'recurrence', 'two', 'ours')
        ]
        assert f'| {row} | {" | ".join(cells)} |' in page
    share = speed['share_of_the_products']
    assert f'({100 * share:.0f} %)' in page
    assert f'{speed["peak_extra_mib"]:.0f} MiB' in page


def test_a_small_step_is_timed_and_drawn(benchmark, tmp_path):
    found = benchmark.speed(4, 20, 64, 2)
    assert found['forward_ms']['median'] > 0
    assert 0 < found['share_of_the_products'] < 2
    errors = json.loads(STORED.read_text())['errors']
    benchmark.draw(errors, tmp_path / 'a.svg')
    drawn = (tmp_path / 'a.svg').read_text()
    assert drawn.count('<g id="line2d_') > 4
