"""The assessment of a course: the check of any input, the sentences for valid ones, and JSON without loss."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.rules.courses.assessment import (
    GATES,
    Assessment,
    Component,
    Gate,
    Kind,
    Makeup,
    as_json,
    from_json,
    problems,
    sentences,
)

_NUMBERS = st.integers(-10, 200)
_COMPONENTS = st.builds(Component, st.sampled_from(Kind), st.text(max_size=25), _NUMBERS)
ANY = st.builds(
    Assessment,
    st.lists(_COMPONENTS, max_size=15).map(tuple),
    _NUMBERS,
    st.none() | st.builds(Gate, st.sampled_from(Kind), _NUMBERS),
    st.none() | st.builds(Makeup, _NUMBERS, st.none() | _NUMBERS),
)


@st.composite
def right(draw: st.DrawFn) -> Assessment:
    """An assessment that is right: distinct components whose weights sum to 100."""
    kinds = draw(st.lists(st.sampled_from(list(Kind)[:5]), unique=True, min_size=1, max_size=5))
    names = draw(st.lists(st.text("甲乙丙丁ab", min_size=1, max_size=8), unique=True, max_size=4))
    parts = [(kind, "") for kind in kinds] + [(Kind.OTHER, name) for name in names]
    cuts = sorted(
        draw(st.lists(st.integers(1, 99), unique=True, min_size=len(parts) - 1, max_size=len(parts) - 1))
    )
    weights = [b - a for a, b in zip([0, *cuts], [*cuts, 100], strict=True)]
    components = tuple(
        Component(kind, name, weight) for (kind, name), weight in zip(parts, weights, strict=True)
    )
    exam = Kind.EXAM in kinds
    gate = draw(st.none() | st.builds(Gate, st.sampled_from(GATES), st.integers(1, 100))) if exam else None
    days = st.none() | st.integers(1, 365)
    makeup = draw(st.none() | st.builds(Makeup, st.integers(1, 5), days)) if exam else None
    return Assessment(components, draw(st.integers(1, 100)), gate, makeup)


@given(ANY)
def test_whatever_is_typed_is_judged_said_and_kept(assessment: Assessment) -> None:
    found = problems(assessment)
    for message in [*found.values(), *sentences(assessment)]:
        plain = str(message)
        for component in assessment.components:
            plain = plain.replace(component.name, "")
        assert "%(" not in plain
    assert from_json(json.loads(json.dumps(as_json(assessment)))) == assessment
    if assessment.total != 100:
        assert found


@given(right())
def test_what_is_right_is_not_complained_of_and_every_part_is_said(assessment: Assessment) -> None:
    assert problems(assessment) == {}
    said = " ".join(map(str, sentences(assessment)))
    for component in assessment.components:
        assert f"{component.name}占总评成绩的 {component.weight}%" in said
    assert f"达到 {assessment.pass_mark} 分为合格" in said
    assert ("补考" in said) == any(one.kind is Kind.EXAM for one in assessment.components)


@given(right(), st.integers(0, 11), st.integers(-30, 30).filter(bool))
def test_a_weight_more_or_less_is_noticed(assessment: Assessment, which: int, more: int) -> None:
    parts = list(assessment.components)
    number = which % len(parts)
    parts[number] = Component(parts[number].kind, parts[number].name, parts[number].weight + more)
    assert "components" in problems(Assessment(tuple(parts), assessment.pass_mark))


def test_the_sentences_are_those_that_students_read() -> None:
    assessment = Assessment(
        (Component(Kind.VIDEO, "", 30), Component(Kind.OTHER, "病例汇报", 20), Component(Kind.EXAM, "", 50)),
        70,
        Gate(Kind.VIDEO, 80),
        Makeup(1, 14),
    )
    assert [str(message) for message in sentences(assessment)] == [
        "视频占总评成绩的 30%",
        "病例汇报占总评成绩的 20%",
        "期末考试占总评成绩的 50%",
        "总评成绩满分 100 分，达到 70 分为合格",
        "视频观看达到 80% 后，才能参加期末考试",
        "期末考试未合格者可以补考 1 次，须在课程结束后 14 天内完成",
    ]


_EXAM = (Component(Kind.EXAM, "", 100),)
_ESSAY = (Component(Kind.OTHER, "论文", 100),)


@pytest.mark.parametrize(
    ("assessment", "field"),
    [
        (Assessment(), "components"),
        (Assessment((Component(Kind.OTHER, "", 100),)), "component-0"),
        (Assessment((Component(Kind.QUIZ, "", 50),) * 2), "component-1"),
        (Assessment((Component(Kind.QUIZ, "", 0), *_EXAM)), "component-0"),
        (Assessment(_EXAM, 0), "pass_mark"),
        (Assessment(_EXAM, 101), "pass_mark"),
        (Assessment(_ESSAY, 60, Gate(Kind.VIDEO, 80)), "gate"),
        (Assessment(_EXAM, 60, Gate(Kind.EXAM, 80)), "gate"),
        (Assessment(_EXAM, 60, Gate(Kind.VIDEO, 0)), "gate"),
        (Assessment(_ESSAY, 60, None, Makeup(1)), "makeup"),
        (Assessment(_EXAM, 60, None, Makeup(6)), "makeup"),
        (Assessment(_EXAM, 60, None, Makeup(1, 0)), "makeup"),
    ],
)
def test_what_is_wrong_is_said_at_its_place(assessment: Assessment, field: str) -> None:
    assert field in problems(assessment)
