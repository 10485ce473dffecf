"""Earlier place of :mod:`mmlt.posthoc.calibrators`; its names are kept."""

import importlib


def __getattr__(name: str):
    # on demand: a room does not import the rooms above it
    return getattr(importlib.import_module('mmlt.posthoc.calibrators'), name)
