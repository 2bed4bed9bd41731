"""The demo's data files: their declarations are consistent, and errors name the file and the key."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

import pytest

from app.demo import data_files
from app.demo.activity import announcements
from app.demo.courses import alliance_courses
from app.demo.data_files import FOLDER, BadData, load
from app.demo.own_courses import own_courses
from app.demo.schools import members
from app.rules.courses.assessment import Kind, problems


@dataclass(frozen=True)
class Part:
    kind: Kind
    weight: int
    days: tuple[int, int] | None = None


@dataclass(frozen=True)
class Everything:
    name: str
    parts: tuple[Part, ...] = ()
    credit: Decimal | None = None
    open: bool = False
    values: Mapping[str, int] | None = None


def read(folder: Path, text: str) -> Everything:
    (folder / "all.toml").write_text(text, encoding="utf-8")
    return load(Everything, "all.toml", folder=folder)


def test_a_file_becomes_what_is_declared(tmp_path: Path) -> None:
    text = """
        name = "甲"
        credit = 2.5
        open = true
        parts = [{ kind = "exam", weight = 60, days = [-3, 4] }, { kind = "quiz", weight = 40 }]
        values = { a = 1 }
    """
    parts = (Part(Kind.EXAM, 60, (-3, 4)), Part(Kind.QUIZ, 40))
    assert read(tmp_path, text) == Everything("甲", parts, Decimal("2.5"), True, {"a": 1})
    assert read(tmp_path, 'name = "甲"\ncredit = 2') == Everything("甲", credit=Decimal(2))


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("", "all.toml: name: missing"),
        ('name = "a"\nnmae = "b"', "all.toml: nmae: unknown key"),
        ("name = 1", "all.toml: name: expected str, not 1"),
        ('name = "a"\nopen = 1', "all.toml: open: expected bool, not 1"),
        ('name = "a"\nvalues = { b = true }', "all.toml: values.b: expected int, not True"),
        ('name = "a"\ncredit = "2"', "all.toml: credit: expected Decimal, not '2'"),
        ('name = "a"\nparts = [1]', "all.toml: parts[0]: expected dict, not 1"),
        ('name = "a"\n[[parts]]\nkind = "exam"', "all.toml: parts[0].weight: missing"),
        ('name = "a"\n[[parts]]\nkind = "talk"\nweight = 1', "all.toml: parts[0].kind: 'talk' is not a Kind"),
        (
            'name = "a"\n[[parts]]\nkind = "exam"\nweight = 1\ndays = [1]',
            "all.toml: parts[0].days: expected 2 items, not 1",
        ),
        (
            'name = "a"\n[[parts]]\nkind = "exam"\nweight = 1\ndays = [1, "2"]',
            "all.toml: parts[0].days[1]: expected int, not '2'",
        ),
    ],
)
def test_a_mistake_is_named_by_file_and_key(tmp_path: Path, text: str, wanted: str) -> None:
    with pytest.raises(BadData) as bad:
        read(tmp_path, text)
    assert str(bad.value) == wanted


def test_a_file_that_is_no_toml_is_named_with_the_line(tmp_path: Path) -> None:
    with pytest.raises(BadData, match=r"^all\.toml: .*line 2"):
        read(tmp_path, 'name = "a"\nname 1')


def test_what_the_files_name_is_there() -> None:
    keys = {course.key for course in alliance_courses()}
    assert {plan.course for school in members().schools for plan in school.plans} <= keys
    slugs = {school.slug for school in members().schools}
    assert announcements().schools.keys() == slugs
    assert {draft.school for draft in own_courses().drafts} == slugs
    assert {course.school for course in own_courses().reviewed} <= slugs


def test_every_picture_is_used_and_there() -> None:
    covers = {course.cover for course in (*alliance_courses(), *own_courses().reviewed)}
    emblems = {"alliance", *(school.slug for school in members().schools)}
    for folder, named in (("covers", covers), ("emblems", emblems)):
        assert {path.stem for path in (FOLDER / folder).glob("*.svg")} == named


def test_every_assessment_is_right() -> None:
    for course in (*alliance_courses(), *own_courses().reviewed, *own_courses().drafts):
        if course.content.assessment is not None:
            assert problems(course.content.assessment) == {}, course.content.title


def test_no_module_of_the_demo_holds_the_texts_of_its_data() -> None:
    for path in Path(data_files.__file__).parent.glob("*.py"):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        documented = (ast.Module, ast.ClassDef, ast.FunctionDef)
        docstrings = {
            ast.get_docstring(node, clean=False) for node in ast.walk(tree) if isinstance(node, documented)
        }
        texts = {
            node.value
            for node in ast.walk(tree)
            if isinstance(node, ast.Constant) and isinstance(node.value, str)
        }
        assert [text for text in texts - docstrings if not text.isascii()] == [], path.name
