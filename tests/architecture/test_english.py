"""Plain English in docstrings, comments and names, as in Python's own documentation."""

from __future__ import annotations

import ast
import io
import re
import tokenize
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGES = ("admin", "app", "deploy", "tenants", "workers")
MODULES = sorted(
    path
    for package in PACKAGES
    for path in (ROOT / package).rglob("*.py")
    # migrations that have run are not reworded
    if "migrations/versions" not in path.as_posix()
)

#: Nobody is "he": write "the person", "they", or the role.
MASCULINE = re.compile(r"\b(?:he|his|him|himself)\b", re.IGNORECASE)
#: The word is "registration"; only the table is called ``enrolments``.
ENROLMENT = re.compile(r"(?<!`)\benrolments?\b|\benrol(?:led|s)?\b", re.IGNORECASE)
#: A first line names the thing or says what it does, and is not a clause that has to be guessed.
CLAUSE = re.compile(r"(?:How|That|What|Whatever|Where|Whether|Which|Who|Whoever|Whom|Whose|Why)\b")
#: A name says what it holds, not where it came from.
RIDDLES = frozenset({"given", "his", "mine", "one", "said", "theirs", "told", "typed"})

Documented = ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef

each_module = pytest.mark.parametrize("path", MODULES, ids=lambda path: path.relative_to(ROOT).as_posix())


def prose(source: str) -> Iterator[tuple[int, str]]:
    """Yield the docstrings and comments of a module with their line numbers."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, Documented) and (text := ast.get_docstring(node, clean=False)):
            assert isinstance(node.body[0], ast.Expr)
            yield node.body[0].lineno, text
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type == tokenize.COMMENT:
            yield token.start[0], token.string


def wrong_words(source: str) -> list[str]:
    """Return the words that do not belong into docstrings and comments, with their line numbers."""
    return [
        f"{line}: {found[0]}"
        for line, text in prose(source)
        for pattern in (MASCULINE, ENROLMENT)
        for found in pattern.finditer(text)
    ]


def wrong_first_lines(source: str) -> list[str]:
    """Return the first lines of docstrings that do not end with a period or are clauses, with their line numbers."""
    wrong: list[str] = []
    for node in ast.walk(ast.parse(source)):
        if not isinstance(node, Documented) or not (text := ast.get_docstring(node)):
            continue
        first_line = text.splitlines()[0]
        # a property is not an action, so "Whether …" is its plain description
        is_clause = CLAUSE.match(first_line) and not (_is_property(node) and first_line.startswith("Whether"))
        if is_clause or not first_line.endswith("."):
            wrong.append(f"{getattr(node, 'lineno', 1)}: {first_line}")
    return wrong


def riddles(source: str) -> list[str]:
    """Return the variables and parameters whose names do not say what they hold, with their line numbers."""
    return [
        f"{node.lineno}: {name}"
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.arg | ast.Name)
        and (name := node.arg if isinstance(node, ast.arg) else node.id) in RIDDLES
        and not (isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load))
    ]


def _is_property(node: Documented) -> bool:
    decorators = [] if isinstance(node, ast.Module) else node.decorator_list
    return any(isinstance(found, ast.Name) and found.id.endswith("property") for found in decorators)


@each_module
def test_docstrings_and_comments_use_plain_words(path: Path) -> None:
    assert wrong_words(path.read_text(encoding="utf-8")) == []


@each_module
def test_first_lines_of_docstrings_are_plain_sentences(path: Path) -> None:
    assert wrong_first_lines(path.read_text(encoding="utf-8")) == []


@each_module
def test_names_say_what_they_hold(path: Path) -> None:
    assert riddles(path.read_text(encoding="utf-8")) == []


def test_planted_violations_are_found() -> None:
    planted = '''"""What this module does."""
# he registers himself
def count(one, *, typed=""):
    """The number of
    enrolments; the table is ``enrolments``."""
    for theirs in one:
        told, (said, _) = theirs  # his
class Seats:
    """Seats of an offering."""
    @property
    def free(self):
        """Whether a seat is free."""
    def full(self):
        """Whether no seat is free."""
'''
    assert wrong_words(planted) == ["4: enrolments", "2: he", "2: himself", "7: his"]
    assert wrong_first_lines(planted) == [
        "1: What this module does.",
        "3: The number of",
        "13: Whether no seat is free.",
    ]
    assert sorted(riddles(planted)) == ["3: one", "3: typed", "6: theirs", "7: said", "7: told"]
