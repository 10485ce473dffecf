"""No file is read by another door than those that read data alone."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
# what runs, or may run, what it reads: the last name of the call
RUNS = {
    'eval',
    'exec',
    'compile',
    '__import__',
    'Unpickler',
    'fromstring',
    'load_checkpoint',
    '_load_checkpoint',
    'load_state_dict_from_url',
    'load_url',
    'read_pickle',
    'full_load',
    'unsafe_load',
}
METHODS = {'eval', 'compile'}
# modules whose `load` and `loads` do
LOADS = {
    'torch',
    'jit',
    'pickle',
    'cPickle',
    'dill',
    'cloudpickle',
    'marshal',
    'joblib',
    'shelve',
    'yaml',
    'mmengine',
    'fileio',
    'hub',
    'np',
    'numpy',
}
SAFE = {
    # the door itself, and with the file named by the user
    ('mmlt/checkpoints/plain_data.py', 'torch.load'),
    ('mmlt/checkpoints/reading.py', 'torch.load'),
    # a format without programs: numbers, their names and a text
    ('mmlt/checkpoints/safetensors_file.py', 'safetensors.torch.load'),
    # find_class knows arrays, numbers and texts
    ('mmlt/datasets/plain_pickle.py', 'pickle.Unpickler'),
    ('mmlt/datasets/plain_pickle.py', 'PlainUnpickler'),
    # the same, and tensors, and two classes that it has dicts in place of
    ('mmlt/predictions/pickles.py', 'PlainUnpickler'),
    ('mmlt/predictions/pickles.py', 'PredictionsUnpickler'),
    ('mmlt/predictions/reading.py', 'read_pickle'),
    # what was written a moment before, in a folder of our own; tensors alone
    ('mmlt/export/writers.py', 'torch.load'),
    ('mmlt/export/writers.py', 'torch.jit.load'),
    # a recipe is a program, of whoever starts the training
    ('mmlt/runs/recipes.py', 'exec'),
    ('mmlt/runs/recipes.py', 'compile'),
}
FILES = [
    path
    for room in ('mmlt', 'tools', 'benchmarks')
    for path in sorted((ROOT / room).rglob('*.py'))
    if '.mim' not in path.relative_to(ROOT).parts
]


def loads_no_pickle(node, module):
    """Whether a call of ``np.load`` refuses pickles by a plain False."""
    return module in ('np', 'numpy') and any(
        word.arg == 'allow_pickle'
        and isinstance(word.value, ast.Constant)
        and word.value.value is False
        for word in node.keywords
    )


def doors(code):
    """(line, name) of whatever may run what it reads."""
    for node in ast.walk(ast.parse(code)):
        if isinstance(node, ast.ClassDef):  # a subclass of an unpickler
            calls = node.bases
        elif isinstance(node, ast.Call):
            calls = [node.func]
        elif isinstance(node, ast.ImportFrom):
            # `from pickle import loads` hides the module
            if (node.module or '').split('.')[-1] in LOADS:
                for alias in node.names:
                    if alias.name in ('load', 'loads'):
                        yield node.lineno, f'{node.module}.{alias.name}'
            continue
        else:
            continue
        for call in calls:
            name = ast.unparse(call)
            *of, last = name.split('.')
            module = of[-1] if of else ''
            if (
                last.endswith('Unpickler')
                # model.eval() and re.compile() are others
                or (last in RUNS and not (module and last in METHODS))
                or (last in ('load', 'loads') and module in LOADS)
            ) and not loads_no_pickle(node, module):
                yield node.lineno, name


@pytest.mark.parametrize('path', FILES, ids=lambda p: str(p.relative_to(ROOT)))
def test_files_are_read_by_the_doors_that_are_known(path):
    name = path.relative_to(ROOT).as_posix()
    found = [
        f'line {line}: {call}'
        for line, call in doors(path.read_text())
        if (name, call) not in SAFE
    ]
    assert not found, f'read it as data, see mmlt.checkpoints: {found}'


def test_every_exception_is_still_there():
    found = {
        (path.relative_to(ROOT).as_posix(), call)
        for path in FILES
        for _, call in doors(path.read_text())
    }
    assert found == SAFE


@pytest.mark.parametrize(
    'code',
    [
        'import torch\ntorch.load(p, weights_only=True)',
        'torch.jit.load(p)',
        'torch.hub.load_state_dict_from_url(u)',
        'import pickle\npickle.loads(b)',
        'from pickle import load',
        'class A(pickle.Unpickler): pass',
        'numpy.load(p)',
        'np.load(p, allow_pickle=True)',
        'runner.load_checkpoint(p)',
        'CheckpointLoader.load_checkpoint(p)',
        'Config.fromstring(t, ".py")',
        'eval(t)',
        'exec(t)',
        'mmengine.load(p)',
        'yaml.load(t)',
        'pd.read_pickle(p)',
    ],
)
def test_a_new_door_is_found(code):
    assert list(doors(code))


def test_what_reads_texts_is_no_door():
    code = (
        'json.loads(t)\nmodel.eval()\nre.compile(p)\ntorch.compile(m)\n'
        'np.load(p, allow_pickle=False)'
    )
    assert not list(doors(code))
