import warnings

import pytest


@pytest.mark.parametrize('kind', [UserWarning, FutureWarning])
def test_a_warning_is_an_error_in_this_folder(kind):
    with pytest.raises(kind, match='overflow'):
        warnings.warn('overflow', kind, stacklevel=1)
