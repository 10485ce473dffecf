"""From the folders of finished runs to tables, pictures and one page."""

from .build import build_report
from .page import (
    Report,
    check_report_folder,
    draw_panels,
    html_page,
    markdown_page,
    write_report,
)
from .runs import (
    by_recipe,
    check_same_test_set,
    file_name,
    load_run,
    set_names,
)

__all__ = [
    'Report',
    'build_report',
    'by_recipe',
    'check_report_folder',
    'check_same_test_set',
    'draw_panels',
    'file_name',
    'html_page',
    'load_run',
    'markdown_page',
    'set_names',
    'write_report',
]
