"""The summary of an import: the counts, the grouped problems, the classes, the results."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, Protocol

from app.errors import Message, msg
from app.rules.shared.problems import Problem
from app.rules.shared.texts import first_few
from app.services.imports.shared.questions import Question
from app.sheets.rosters.findings import Remark

_ROWS_NAMED = 5
_MOST_GROUPS = 100
_SPELLINGS_NAMED = 3


@dataclass(frozen=True, slots=True)
class ProblemGroup:
    """A problem of one or many rows.

    Args:
        label: the column's header as the person wrote it, "" when the problem belongs to no column.
        message: what is wrong, as worded for the first of the rows.
        count: the number of rows.
        rows: the first rows.
    """

    label: str
    message: Message
    count: int
    rows: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class OtherYear:
    """A class of the same name in another entry year."""

    id: int
    number: str
    entry_year: int | None


@dataclass(frozen=True, slots=True)
class PlannedClass:
    """A class to be created under a reserved id; ``others`` lists classes that may be the same one."""

    id: int
    name: str
    entry_year: int | None
    major: str | None
    rows: int
    others: tuple[OtherYear, ...]


@dataclass(frozen=True, slots=True)
class Counts:
    """The number of rows of each kind; together they are the rows of the file that have content."""

    create: int = 0
    change: int = 0
    unchanged: int = 0
    problem: int = 0
    left_out: int = 0

    @property
    def people(self) -> int:
        """The number of rows that are read as people."""
        return self.create + self.change + self.unchanged + self.problem

    @property
    def rows(self) -> int:
        """The number of all rows, those that are left out included."""
        return self.people + self.left_out

    @property
    def good(self) -> int:
        """The number of rows that change something."""
        return self.create + self.change


@dataclass(frozen=True, slots=True)
class Scope:
    """The classes and entry years that a file covers; their students who are not in the file count as absent."""

    classes: tuple[int, ...] = ()
    years: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Result:
    """The result of applying; ``problem`` includes rows left out because their account changed meanwhile."""

    created: int = 0
    changed: int = 0
    unchanged: int = 0
    problem: int = 0
    classes: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Undone:
    """The result of an undo: accounts removed, restored and kept; classes removed, and kept in use."""

    removed: int = 0
    restored: int = 0
    kept: int = 0
    classes: int = 0
    kept_classes: int = 0


@dataclass(frozen=True, slots=True)
class Summary:
    """The summary of an import, as stored in ``RosterImport.summary``.

    Args:
        header: the person's own header.
        counts: of the rows as checked.
        problems: the problems, grouped.
        classes: the classes to be created.
        warnings: remarks on rows that go in nevertheless, grouped.
        questions: what the administrator has to answer before these rows go in; the first of ``asked``.
        missing_unit_code: rows whose 学号 lacks the school's unit code.
        held: unchanged rows that differ, where the update rule leaves every difference alone.
        edited: rows that differ in what was changed by hand.
        mapped: the person who confirmed the meaning of the columns, "" when the header was enough.
        scope: the people that the file covers.
        remarks: sentences about the file as a whole; those by which people may be missing come first.
        left_out: the number of rows that are left out, by reason (``findings.Reason``).
        sheets: the names of the sheets that were read, when there are several; they are part of a row's name.
        result: set when applied.
        undone: set when undone.
    """

    header: tuple[str, ...] = ()
    counts: Counts = Counts()
    problems: tuple[ProblemGroup, ...] = ()
    classes: tuple[PlannedClass, ...] = ()
    warnings: tuple[ProblemGroup, ...] = ()
    questions: tuple[Question, ...] = ()
    asked: int = 0
    missing_unit_code: int = 0
    held: int = 0
    edited: int = 0
    mapped: str = ""
    scope: Scope = Scope()
    remarks: tuple[Remark, ...] = ()
    left_out: Mapping[str, int] = field(default_factory=dict)
    sheets: tuple[str, ...] = ()
    result: Result | None = None
    undone: Undone | None = None

    def as_json(self) -> dict[str, Any]:
        """Return the summary as plain data."""
        data = asdict(self)
        data["problems"] = [_group_as_json(group) for group in self.problems]
        data["warnings"] = [_group_as_json(group) for group in self.warnings]
        data["remarks"] = [
            {**asdict(remark), "message": remark.message.as_json(), "rows": list(remark.rows)}
            for remark in self.remarks
        ]
        return data

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Summary:
        """Return the summary that ``as_json`` wrote; an empty value is an empty summary."""
        if not data:
            return cls()
        return cls(
            header=tuple(data["header"]),
            counts=Counts(**data["counts"]),
            problems=tuple(map(_group, data["problems"])),
            warnings=tuple(map(_group, data.get("warnings", ()))),
            questions=tuple(map(Question.from_json, data.get("questions", ()))),
            asked=data.get("asked", 0),
            classes=tuple(
                PlannedClass(**{**c, "others": tuple(OtherYear(**other) for other in c["others"])})
                for c in data["classes"]
            ),
            missing_unit_code=data["missing_unit_code"],
            held=data.get("held", 0),
            edited=data.get("edited", 0),
            mapped=data.get("mapped", ""),
            scope=Scope(**{name: tuple(ids) for name, ids in data.get("scope", {}).items()}),
            remarks=tuple(map(_remark, data.get("remarks", ()))),
            left_out=data.get("left_out", {}),
            sheets=tuple(data.get("sheets", ())),
            result=_result(data["result"]),
            undone=Undone(**data["undone"]) if data["undone"] else None,
        )


def _group(data: Mapping[str, Any]) -> ProblemGroup:
    return ProblemGroup(data["label"], Message.from_json(data["message"]), data["count"], tuple(data["rows"]))


def _group_as_json(group: ProblemGroup) -> dict[str, Any]:
    return {
        "label": group.label,
        "message": group.message.as_json(),
        "count": group.count,
        "rows": list(group.rows),
    }


def _remark(data: Mapping[str, Any]) -> Remark:
    return Remark(
        **{**data, "message": Message.from_json(data["message"]), "rows": tuple(data["rows"])},
    )


def _result(data: Mapping[str, Any] | None) -> Result | None:
    return Result(**{**data, "classes": tuple(data["classes"])}) if data else None


def group_problems(problems: Iterable[Problem]) -> tuple[ProblemGroup, ...]:
    """Group equal problems of the same column, the most frequent first."""
    counts: Counter[tuple[str, str]] = Counter()
    rows: dict[tuple[str, str], list[int]] = {}
    first: dict[tuple[str, str], Message] = {}
    for problem in problems:
        key = problem.column_label, problem.message.text
        counts[key] += 1
        first.setdefault(key, problem.message)
        named = rows.setdefault(key, [])
        if len(named) < _ROWS_NAMED:
            named.append(problem.row_no)
    return tuple(
        ProblemGroup(key[0], first[key], count, tuple(rows[key]))
        for key, count in counts.most_common(_MOST_GROUPS)
    )


class CheckedRow(Protocol):
    """A checked row of a roster."""

    @property
    def blanked(self) -> int:
        """The number of cells whose word means that there is no value."""


def blank_remarks(checked: Iterable[CheckedRow]) -> tuple[Remark, ...]:
    """Return a remark about words such as 无 or -, which were read as empty cells."""
    number = sum(row.blanked for row in checked)
    if not number:
        return ()
    return (Remark(msg("有 %(n)s 处写着“无”“-”之类的字样，按空白处理", n=number)),)


def spelling_remarks(spellings: Mapping[str, Sequence[str]]) -> tuple[Remark, ...]:
    """Return a remark for each class that a file spells in several ways.

    Args:
        spellings: the other spellings by the name of the class.
    """
    return tuple(
        Remark(
            msg(
                "班级“%(name)s”的其他写法（%(others)s）按同一个班级处理",
                name=name,
                others=first_few([f"“{other}”" for other in others], _SPELLINGS_NAMED),
            )
        )
        for name, others in spellings.items()
    )
