"""The form of 评价设置: a line for each of the five kinds, lines for custom components, and the exam's conditions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from flask import request

from app.errors import Message, msg
from app.rules.courses.assessment import (
    GATES,
    KIND_LABELS,
    MOST_COMPONENTS,
    Assessment,
    Component,
    Gate,
    Kind,
    Makeup,
    problems,
)

FIXED = (Kind.VIDEO, Kind.QUIZ, Kind.HOMEWORK, Kind.DISCUSSION, Kind.EXAM)
_DIGITS = 4


@dataclass(frozen=True, slots=True)
class TypedAssessment:
    """The texts of the form, for ``manage/courses/_assessment_form.html``, and their errors.

    Args:
        weights: kind -> text, for the five kinds.
        own: pairs of name and weight.
        errors: ``weight_<kind>``, ``own-<n>``, ``components``, ``pass_mark``, ``gate``, ``makeup`` -> sentence.
    """

    weights: Mapping[str, str]
    own: tuple[tuple[str, str], ...]
    pass_mark: str = "60"  # noqa: S105 (a mark, no password)
    gate_kind: str = ""
    gate_percent: str = ""
    makeup_times: str = ""
    makeup_days: str = ""
    errors: Mapping[str, Message] = field(default_factory=dict)

    @property
    def fixed(self) -> list[tuple[str, Message, str]]:
        """Return the five fixed lines as code, label and weight."""
        return [(kind.value, KIND_LABELS[kind], self.weights.get(kind.value, "")) for kind in FIXED]

    @property
    def gates(self) -> list[tuple[str, Message]]:
        """Return the possible conditions of the exam as code and label."""
        return [(kind.value, KIND_LABELS[kind]) for kind in GATES]

    @property
    def total(self) -> int:
        """Return the sum of the weights that are numbers."""
        return sum(
            _number(text) or 0 for text in [*self.weights.values(), *(component[1] for component in self.own)]
        )

    @classmethod
    def of(cls, assessment: Assessment | None) -> TypedAssessment:
        """Return the form of a stored assessment with its errors; ``None`` gives an empty form."""
        if assessment is None:
            return cls({}, ())
        fixed = {
            component.kind.value: str(component.weight)
            for component in assessment.components
            if component.kind in FIXED
        }
        own = tuple(
            (component.name, str(component.weight))
            for component in assessment.components
            if component.kind is Kind.OTHER
        )
        gate, makeup = assessment.gate, assessment.makeup
        shown = cls(
            fixed,
            own,
            str(assessment.pass_mark),
            gate.kind.value if gate else "",
            str(gate.percent) if gate else "",
            str(makeup.times) if makeup else "",
            str(makeup.days) if makeup and makeup.days is not None else "",
        )
        return shown.judged(assessment)

    @classmethod
    def sent(cls) -> TypedAssessment:
        """Return the form that the request sent."""
        form = request.form
        names, weights = form.getlist("own_name"), form.getlist("own_weight")
        pairs = [(name.strip(), weight.strip()) for name, weight in zip(names, weights, strict=False)]
        return cls(
            {kind.value: form.get(f"weight_{kind}", "").strip() for kind in FIXED},
            tuple(pair for pair in pairs if any(pair))[: MOST_COMPONENTS + 1],
            form.get("pass_mark", "").strip(),
            form.get("gate_kind", ""),
            form.get("gate_percent", "").strip(),
            form.get("makeup_times", "").strip(),
            form.get("makeup_days", "").strip(),
        )

    def read(self) -> tuple[Assessment | None, TypedAssessment]:
        """Return the assessment (``None`` if a number cannot be read) and this form with its errors."""
        errors: dict[str, Message] = {}
        components: list[Component] = []
        for kind in FIXED:
            if text := self.weights.get(kind.value, ""):
                weight = _read(text, f"weight_{kind}", errors)
                components.append(Component(kind, "", weight))
        for number, (name, text) in enumerate(self.own):
            weight = _read(text or "0", f"own-{number}", errors)
            components.append(Component(Kind.OTHER, " ".join(name.replace("\0", " ").split()), weight))
        pass_mark = _read(self.pass_mark, "pass_mark", errors)
        gate = makeup = None
        if self.gate_kind in {kind.value for kind in GATES}:
            gate = Gate(Kind(self.gate_kind), _read(self.gate_percent, "gate", errors))
        if self.makeup_times:
            days = _read(self.makeup_days, "makeup", errors) if self.makeup_days else None
            makeup = Makeup(_read(self.makeup_times, "makeup", errors), days)
        if errors:
            return None, replace(self, errors=errors)
        assessment = Assessment(tuple(components), pass_mark, gate, makeup)
        return assessment, self.judged(assessment)

    def judged(self, assessment: Assessment) -> TypedAssessment:
        """Return this form with the errors that the rule finds, each at its line."""
        lines = [
            f"weight_{component.kind}" if component.kind in FIXED else "own"
            for component in assessment.components
        ]
        own = 0
        for number, line in enumerate(lines):
            if line == "own":
                lines[number], own = f"own-{own}", own + 1
        named = {f"component-{number}": line for number, line in enumerate(lines)}
        found = problems(assessment)
        return replace(self, errors={named.get(key, key): message for key, message in found.items()})


def _read(text: str, name: str, errors: dict[str, Message]) -> int:
    number = _number(text)
    if number is None:
        errors.setdefault(name, msg("请填写整数"))
        return 0
    return number


def _number(text: str) -> int | None:
    text = text.removesuffix("%").removesuffix("％").strip()
    # isdecimal() accepts full-width digits, and int() reads them.
    return int(text) if text.isdecimal() and len(text) <= _DIGITS else None
