"""docs/predict.md is followed as it stands."""

import re
import shlex
import shutil
from pathlib import Path

from tests.test_bad_inputs.in_process import isolated, run

PAGE = (Path(__file__).parents[2] / 'docs/predict.md').read_text()
BLOCKS = {
    title: text
    for _, title, text in re.findall(
        r'```(\w+) title="([^"]+)"\n(.*?)```', PAGE, re.DOTALL
    )
}


def test_the_page_is_followed(photo_place, tmp_path, capsys):
    for name in ('run', 'photos'):
        shutil.copytree(photo_place / name, tmp_path / name)
    for title, text in BLOCKS.items():
        if 'Python' in title or title == 'three lines':
            with isolated(tmp_path):
                exec(compile(text, title, 'exec'), {})
            continue
        program, *words = shlex.split(text)
        assert program == 'mmlt'
        done = run(words, tmp_path)
        assert done.code == 0, done.errors
    assert len(BLOCKS) == 5
    rows = (tmp_path / 'p.csv').read_text().splitlines()
    assert rows[0] == 'path,class_1,probability_1'
    top, calibrated = capsys.readouterr().out.strip().splitlines()
    assert re.match(r"\[\('kind \d', 0\.\d+\), ", top)
    assert 0 < float(calibrated) < 1
