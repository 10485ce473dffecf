"""Says where mmsegmentation is missing, before a part of it is."""

import importlib.util

if importlib.util.find_spec('mmseg') is None:
    raise ImportError(
        'Expected mmsegmentation for mmlt.dense, but it is not installed. '
        "Install it with pip install 'mmlt[seg]'."
    )
