"""What a report is made of: a title, sections, and what stands in them."""

import re
from dataclasses import dataclass, field

from .pictures import Picture
from .tables import Table

__all__ = ['Code', 'Gallery', 'Report', 'Section', 'Thumbnail']


@dataclass
class Code:
    """Commands."""

    text: str


@dataclass(frozen=True)
class Thumbnail:
    """A small image of the test set, and what is said under it.

    Args:
        jpeg: The content of its file.
        lines: Under it, the first in bold.
        label: What it shows, for those who cannot see it.
    """

    jpeg: bytes
    lines: tuple[str, ...]
    label: str


@dataclass
class Gallery:
    """Small images in groups.

    Args:
        note: What they are.
        groups: Heading to images.
        table: The same in words, for where there are no images (Markdown).
    """

    note: str
    groups: dict[str, list[Thumbnail]]
    table: Table


@dataclass
class Section:
    """A heading and what is under it: paragraphs (str), tables, ..."""

    title: str
    blocks: list[str | Table | Picture | Code | Gallery | None] = field(
        default_factory=list
    )

    @property
    def anchor(self) -> str:
        """Id of the heading."""
        return re.sub(r'\W+', '-', self.title.lower()).strip('-')


@dataclass
class Report:
    """A title, what is to be known first, and sections."""

    title: str
    summary: str
    sections: list[Section]

    def blocks(self, kind: type) -> list:
        """All blocks of a kind, in order; a gallery has a table, too."""
        found = []
        for section in self.sections:
            for block in section.blocks:
                if kind is Table and type(block) is Gallery:
                    block = block.table
                if type(block) is kind:
                    found.append(block)
        return found
