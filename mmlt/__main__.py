"""``python -m mmlt``, and ``torchrun -m mmlt train ...``."""

import sys

from mmlt.cli.main import main

if __name__ == '__main__':
    sys.exit(main())
