from pathlib import Path

import pytest

HERE = Path(__file__).parent


def pytest_collection_modifyitems(config, items):
    """Here a warning is an error: nothing but torch and numpy is imported.

    The hook gets the tests of all folders; the marks of a test come before
    the filters of setup.cfg. ``-p no:warnings`` switches all of it off.
    """
    if not config.pluginmanager.hasplugin('warnings'):
        return
    for item in items:
        if HERE in item.path.parents:
            item.add_marker(pytest.mark.filterwarnings('error'))
