"""Comparison of two texts by line, and of rewritten lines by word (Chinese: by character)."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from html.parser import HTMLParser
from itertools import pairwise, takewhile, zip_longest
from typing import Literal

_BLOCKS = {
    "p", "h3", "h4", "ul", "ol", "li", "blockquote", "hr", "table", "thead", "tbody", "tr", "br",
}  # fmt: skip
_WORDS = re.compile(r"[A-Za-z0-9]+|\s+|.", re.DOTALL)
#: Unchanged lines that are shown around a change.
CONTEXT = 1
#: A line less alike than this counts as replaced, not as rewritten.
_ALIKE = 0.4
#: Pairs of equal words: with more of them in a line, or in all lines, a comparison by word would take too long.
_MOST_PAIRS = 50_000
_MOST_PAIRS_IN_ALL = 100_000


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of text that is in both versions or in one; ``gap`` stands for omitted unchanged lines."""

    kind: Literal["same", "added", "removed", "gap"]
    text: str


Line = tuple[Piece, ...]


class _Lines(HTMLParser):
    """A parser that collects the text of markup in lines; the target of a link is part of the text."""

    def __init__(self) -> None:
        super().__init__()
        self.lines: list[str] = [""]
        self._links: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _BLOCKS:
            self.lines.append("• " if tag == "li" else "")
        if tag in ("td", "th") and self.lines[-1]:
            self.lines[-1] += " | "
        if tag == "a":
            self._links.append(dict(attrs).get("href") or "")

    def handle_endtag(self, tag: str) -> None:
        if tag in _BLOCKS:
            self.lines.append("")
        if tag == "a" and self._links and (link := self._links.pop()):
            self.lines[-1] += f" ({link})"

    def handle_data(self, data: str) -> None:
        self.lines[-1] += " ".join(data.split()) if data.isspace() else re.sub(r"\s+", " ", data)


def lines_of_markup(markup: str) -> list[str]:
    """Return the lines of rich text, one for each paragraph, item and row."""
    reader = _Lines()
    reader.feed(markup)
    reader.close()
    return [line.strip() for line in reader.lines if line.strip(" •")]


def compare(old: Sequence[str], new: Sequence[str], *, context: int | None = CONTEXT) -> list[Line]:
    """Return the lines of both versions in reading order.

    Args:
        context: the number of unchanged lines to show around a change; ``None`` for all.
    """
    lines: list[Line] = []
    left = _MOST_PAIRS_IN_ALL
    steps: Sequence[tuple[str, int, int, int, int]] = [("replace", 0, len(old), 0, len(new))]
    if _pairs(old, new) <= _MOST_PAIRS:
        steps = SequenceMatcher(None, old, new, autojunk=False).get_opcodes()
    for tag, a, b, c, d in steps:
        if tag == "equal":
            lines.extend((Piece("same", line),) for line in old[a:b])
            continue
        for removed, added in zip_longest(old[a:b], new[c:d]):
            pieces = _by_words(removed, added, left) if removed is not None and added is not None else None
            if pieces is not None:
                left -= _pairs(_WORDS.findall(removed or ""), _WORDS.findall(added or ""))
            lines.extend([pieces] if pieces is not None else _replaced(removed, added))
    return lines if context is None else _folded(lines, context)


def _pairs(old: Sequence[str], new: Sequence[str]) -> int:
    counts = Counter(new)
    return sum(counts[word] for word in old)


def _replaced(old: str | None, new: str | None) -> Iterator[Line]:
    if old is not None:
        yield (Piece("removed", old),)
    if new is not None:
        yield (Piece("added", new),)


def _by_words(old: str, new: str, left: int) -> Line | None:
    before, after = _WORDS.findall(old), _WORDS.findall(new)
    start = _common(before, after)
    end = _common(before[start:][::-1], after[start:][::-1])
    head, tail = before[:start], before[len(before) - end :]
    before, after = before[start : len(before) - end], after[start : len(after) - end]
    if _pairs(before, after) > min(_MOST_PAIRS, left):
        return None
    matcher = SequenceMatcher(None, before, after, autojunk=False)
    same = start + end + sum(size for _, _, size in matcher.get_matching_blocks())
    if 2 * same < _ALIKE * (2 * (start + end) + len(before) + len(after)):
        return None
    pieces = [Piece("same", "".join(head))]
    for tag, a, b, c, d in matcher.get_opcodes():
        if tag == "equal":
            pieces.append(Piece("same", "".join(before[a:b])))
            continue
        pieces.append(Piece("removed", "".join(before[a:b])))
        pieces.append(Piece("added", "".join(after[c:d])))
    pieces.append(Piece("same", "".join(tail)))
    return tuple(piece for piece in pieces if piece.text)


def _common(words: Sequence[str], other: Sequence[str]) -> int:
    """Return the number of words that both begin with."""
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(words, other, strict=False)))


def _folded(lines: list[Line], context: int) -> list[Line]:
    changed = [number for number, line in enumerate(lines) if any(piece.kind != "same" for piece in line)]
    kept = {near for number in changed for near in range(number - context, number + context + 1)}
    shown = sorted(kept & set(range(len(lines))))
    folded: list[Line] = []
    for previous, number in pairwise([-1, *shown, len(lines)]):
        if number - previous > 1:
            folded.append((Piece("gap", str(number - previous - 1)),))
        if number < len(lines):
            folded.append(lines[number])
    return folded
