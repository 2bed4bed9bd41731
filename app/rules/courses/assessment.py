"""The assessment of a course (评价设置): weighted components, pass mark, final exam gate, make-up exams."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from app.errors import Message, msg

MOST_COMPONENTS = 12
NAME_LENGTH = 20
MOST_MAKEUPS = 5
MOST_DAYS = 365
WHOLE = 100


class Kind(StrEnum):
    """The kinds of components; ``OTHER`` has a name of its own."""

    VIDEO = "video"
    QUIZ = "quiz"
    HOMEWORK = "homework"
    DISCUSSION = "discussion"
    EXAM = "exam"
    OTHER = "other"


KIND_LABELS: Mapping[Kind, Message] = {
    Kind.VIDEO: msg("视频"),
    Kind.QUIZ: msg("测验"),
    Kind.HOMEWORK: msg("作业"),
    Kind.DISCUSSION: msg("讨论"),
    Kind.EXAM: msg("期末考试"),
    Kind.OTHER: msg("自定义"),
}

#: The components that can be required before the final exam.
GATES = (Kind.VIDEO, Kind.QUIZ, Kind.HOMEWORK, Kind.DISCUSSION)

_SHARES = {
    Kind.VIDEO: msg("视频占总评成绩的 %(weight)s%%", weight=0),
    Kind.QUIZ: msg("测验占总评成绩的 %(weight)s%%", weight=0),
    Kind.HOMEWORK: msg("作业占总评成绩的 %(weight)s%%", weight=0),
    Kind.DISCUSSION: msg("讨论占总评成绩的 %(weight)s%%", weight=0),
    Kind.EXAM: msg("期末考试占总评成绩的 %(weight)s%%", weight=0),
    Kind.OTHER: msg("%(name)s占总评成绩的 %(weight)s%%", name="", weight=0),
}
_GATE_SENTENCES = {
    Kind.VIDEO: msg("视频观看达到 %(percent)s%% 后，才能参加期末考试", percent=0),
    Kind.QUIZ: msg("测验完成 %(percent)s%% 后，才能参加期末考试", percent=0),
    Kind.HOMEWORK: msg("作业完成 %(percent)s%% 后，才能参加期末考试", percent=0),
    Kind.DISCUSSION: msg("讨论参与达到 %(percent)s%% 后，才能参加期末考试", percent=0),
}


@dataclass(frozen=True, slots=True)
class Component:
    """A component of the final mark; ``weight`` in percent, ``name`` for ``Kind.OTHER`` only."""

    kind: Kind
    name: str
    weight: int


@dataclass(frozen=True, slots=True)
class Gate:
    """The progress, in percent, that a student must have made before the final exam."""

    kind: Kind
    percent: int


@dataclass(frozen=True, slots=True)
class Makeup:
    """Make-up exams (补考): their number, and the days after the course's end (``None``: no limit)."""

    times: int
    days: int | None = None


@dataclass(frozen=True, slots=True)
class Assessment:
    """An assessment as entered, valid or not (see ``problems``); ``pass_mark`` is out of 100."""

    components: tuple[Component, ...] = ()
    pass_mark: int = 60
    gate: Gate | None = None
    makeup: Makeup | None = None

    @property
    def total(self) -> int:
        """The sum of the weights; 100 in a valid assessment."""
        return sum(component.weight for component in self.components)


def problems(assessment: Assessment) -> dict[str, Message]:
    """Return a message for each wrong part.

    The keys are ``components``, ``component-<n>`` (counted from 0), ``pass_mark``, ``gate`` and ``makeup``.
    """
    found = _component_problems(assessment.components)
    has_exam = any(component.kind is Kind.EXAM for component in assessment.components)
    if not 1 <= assessment.pass_mark <= WHOLE:
        found["pass_mark"] = msg("合格线应为 1 至 100 的整数")
    gate, makeup = assessment.gate, assessment.makeup
    if gate is not None:
        if not has_exam:
            found["gate"] = msg("没有期末考试，不需要设置参加期末考试的条件")
        elif gate.kind not in GATES or not 1 <= gate.percent <= WHOLE:
            found["gate"] = msg("参加期末考试的条件应为 1 至 100 的整数")
    if makeup is not None:
        if not has_exam:
            found["makeup"] = msg("没有期末考试，不需要设置补考")
        elif not 1 <= makeup.times <= MOST_MAKEUPS:
            found["makeup"] = msg("补考次数应为 1 至 %(most)s 的整数", most=MOST_MAKEUPS)
        elif makeup.days is not None and not 1 <= makeup.days <= MOST_DAYS:
            found["makeup"] = msg("补考期限应为 1 至 %(most)s 天", most=MOST_DAYS)
    return found


def _component_problems(components: tuple[Component, ...]) -> dict[str, Message]:
    found: dict[str, Message] = {}
    if not components:
        return {"components": msg("请至少填写一个考核项目")}
    if len(components) > MOST_COMPONENTS:
        found["components"] = msg("考核项目最多 %(most)s 个", most=MOST_COMPONENTS)
    names = Counter((component.kind, component.name) for component in components)
    for number, component in enumerate(components):
        if component.kind is Kind.OTHER and not component.name:
            found[f"component-{number}"] = msg("请填写考核项目的名称")
        elif len(component.name) > NAME_LENGTH:
            found[f"component-{number}"] = msg("超过 %(limit)s 个字符", limit=NAME_LENGTH)
        elif names[component.kind, component.name] > 1:
            found[f"component-{number}"] = msg("考核项目重复，请合并为一项")
        elif not 1 <= component.weight <= WHOLE:
            found[f"component-{number}"] = msg("占比应为 1 至 100 的整数")
    total = sum(component.weight for component in components)
    if total != WHOLE:
        found.setdefault("components", msg("各项占比之和应为 100%%，现在是 %(total)s%%", total=total))
    return found


def as_json(assessment: Assessment) -> dict[str, Any]:
    """Return the assessment as plain data, for a JSONB column; ``from_json`` reads it back."""
    gate, makeup = assessment.gate, assessment.makeup
    return {
        "components": [
            {"kind": component.kind.value, "name": component.name, "weight": component.weight}
            for component in assessment.components
        ],
        "pass_mark": assessment.pass_mark,
        "gate": {"kind": gate.kind.value, "percent": gate.percent} if gate else None,
        "makeup": {"times": makeup.times, "days": makeup.days} if makeup else None,
    }


def from_json(data: Mapping[str, Any]) -> Assessment:
    """Read what ``as_json`` wrote.

    Raises:
        KeyError, ValueError: the data is not an assessment.
    """
    gate, makeup = data.get("gate"), data.get("makeup")
    return Assessment(
        components=tuple(
            Component(Kind(part["kind"]), str(part["name"]), int(part["weight"]))
            for part in data["components"]
        ),
        pass_mark=int(data["pass_mark"]),
        gate=Gate(Kind(gate["kind"]), int(gate["percent"])) if gate else None,
        makeup=Makeup(int(makeup["times"]), None if makeup["days"] is None else int(makeup["days"]))
        if makeup
        else None,
    )


def sentences(assessment: Assessment) -> list[Message]:
    """Return the sentences that explain the assessment to students."""
    shown = [
        replace(_SHARES[part.kind], params=_share_params(part))
        for part in assessment.components
        if part.weight
    ]
    shown.append(msg("总评成绩满分 100 分，达到 %(mark)s 分为合格", mark=assessment.pass_mark))
    gate, makeup = assessment.gate, assessment.makeup
    if gate is not None and gate.kind in _GATE_SENTENCES:
        shown.append(replace(_GATE_SENTENCES[gate.kind], params={"percent": gate.percent}))
    if any(component.kind is Kind.EXAM for component in assessment.components):
        shown.append(_makeup_sentence(makeup))
    return shown


def _share_params(component: Component) -> dict[str, str | int]:
    return (
        {"name": component.name, "weight": component.weight}
        if component.kind is Kind.OTHER
        else {"weight": component.weight}
    )


def _makeup_sentence(makeup: Makeup | None) -> Message:
    if makeup is None:
        return msg("期末考试不设补考")
    if makeup.days is None:
        return msg("期末考试未合格者可以补考 %(times)s 次", times=makeup.times)
    return msg(
        "期末考试未合格者可以补考 %(times)s 次，须在课程结束后 %(days)s 天内完成",
        times=makeup.times,
        days=makeup.days,
    )
