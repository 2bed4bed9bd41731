"""The header row of a roster, recognised by the words that programs of schools use."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from app.rules.shared.cells import Cell, display_text
from app.sheets.reading.refusals import unknown_header

#: Registrars put six or seven lines above the header, sometimes many more.
SEARCHED_ROWS = 50
#: The columns that the problem workbook adds to those of the person.
ERROR_LABEL = "错误说明"
ROW_LABEL = "原行号"
_ADDED_LABELS = frozenset({ERROR_LABEL, ROW_LABEL})
_LONGEST_LABEL = 40

_BRACKETS = re.compile(r"\(([^()]*)\)|\[([^\[\]]*)\]|【([^【】]*)】|<([^<>]*)>|〔([^〔〕]*)〕|\{([^{}]*)\}")
_NOISE = re.compile(r"[\s*:：._\u200b-\u200f\ufeff★☆※#/\\、-]")
#: What a bracket says about how to fill the column in, not about whose or what it is.
_NOTE = re.compile(
    r"(?:必填|选填|必选|可选|非必填|非必选|可空|可不填|不可空|必须|必需|请.*|不填.*|填写.*|填.*|需.*|如[:：]?.*|例.*|示例.*|格式.*|"
    r"注.*|说明.*|.*\d+(?:位|个字|字符|字以内|个字符).*|以.*为准|默认.*|文本.*|数字.*|纯数字|字符.*|下拉.*|单选|全称|简称|中文|汉字|"
    r"本人|学生|学生本人|同身份证.*|与.*一致|限.*|唯一.*|重要|新生|yyyy.*|\d{4,}.*|男女|男或女|男,女|.*@.*|只.*|不要.*|不能.*|自动.*|年|级|届)?",
    re.IGNORECASE | re.ASCII,
)
#: Words that make a column somebody else's, another calendar's, or an earlier state.
_ANOTHER = re.compile(
    r"家长|监护|父|母|爸|妈|配偶|爱人|丈夫|妻|紧急|联系人|辅导员|班主任|导师|教师|老师|带教|农历|阴历|公历|阳历|曾用|旧|"
    r"(?<!退)原(?!因)|前学|介绍人|担保|负责人|亲属|亲友|家庭|家属|户主|宿管|室友|备用|其他|其它|单位|办公|推荐人|法人|经办"
)


def normalised_header(text: str) -> str:
    """Return a header in lower case without marks, blanks and notes: 「 学 号 *（必填）」 becomes 学号.

    A bracket that is no note is a part of the meaning and stays: 「手机号（家长）」 becomes 手机号(家长).
    """
    plain = unicodedata.normalize("NFKC", text)

    def keep(found: re.Match[str]) -> str:
        content = next((group for group in found.groups() if group is not None), "")
        return "" if _NOTE.fullmatch(content.strip()) else f"({content})"

    return _NOISE.sub("", _BRACKETS.sub(keep, plain)).lower()


def header_spelling(text: str) -> str:
    """Return a header as remembered mappings compare it: brackets and notes included."""
    return _NOISE.sub("", unicodedata.normalize("NFKC", text)).lower()


class Vocabulary:
    """The words that identify the columns of one kind of roster.

    Args:
        labels: the header of each field in the template.
        required: the fields that a roster of this kind must have.
        synonyms: other words for each field, separated by blanks.
        hints: words that only suggest a field to a person, separated by blanks.
        constants: the required fields for which a person may give one value for the whole file.
    """

    def __init__(
        self,
        labels: Mapping[str, str],
        required: Sequence[str],
        synonyms: Mapping[str, str],
        *,
        hints: Mapping[str, str] | None = None,
        constants: Sequence[str] = (),
    ) -> None:
        self.labels = labels
        self.required = tuple(required)
        self.constants = tuple(constants)
        self._hints = {
            field: frozenset(map(normalised_header, hinted.split()))
            for field, hinted in (hints or {}).items()
        }
        self._fields = {
            normalised_header(word): field
            for field, label in labels.items()
            for word in (label, *synonyms.get(field, "").split())
        }

    def field_of(self, text: str) -> str | None:
        """Return the field that a header stands for, or None if the header is unknown.

        A bracket may repeat the meaning in other words: 「学号(Student No)」.
        """
        word = normalised_header(text)
        field = self._fields.get(word)
        if field is None and word.endswith(")"):
            base, _, remark = word[:-1].partition("(")
            field = self._fields.get(base)
            if field is None or self._fields.get(remark) != field:
                return None
        return field

    def base_field_of(self, text: str) -> str | None:
        """Return the field of a header without its brackets: what an unknown bracket may have changed."""
        return self._fields.get(normalised_header(text).partition("(")[0])

    def is_of_another(self, text: str) -> bool:
        """Return whether a header belongs to somebody else, another calendar or an earlier state."""
        return self.field_of(text) is None and _ANOTHER.search(text) is not None

    def suggests(self, word: str, field: str) -> bool:
        """Return whether a normalised header suggests a field."""
        return word in self._hints.get(field, ())

    def spellings(self, field: str) -> list[str]:
        """Return the words for a field in normalised form."""
        return [word for word, known_field in self._fields.items() if known_field == field]

    def quoted(self, fields: Sequence[str]) -> tuple[str, ...]:
        """Headers for a sentence, each in quotes."""
        return tuple(f"“{self.labels[field]}”" for field in fields)


@dataclass(frozen=True, slots=True)
class Header:
    """A header row and the fields of its columns.

    Args:
        row_no: the last row of the header, from 1; 0 when the file has none.
        fields: the field of each column, by the column's index from 0; None for a column that is not read.
        texts: the headers as written, by the same index.
        own_columns: the indices of the person's own columns.
        first_row: the first row of the header.
    """

    row_no: int
    fields: dict[int, str | None]
    texts: dict[int, str]
    own_columns: list[int]
    first_row: int = 0

    @property
    def labels(self) -> dict[str, str]:
        """The header of each field as the person wrote it, without its star."""
        return {
            field: text
            for index, field in self.fields.items()
            if field and (text := self.texts[index].strip(" *＊"))
        }

    @property
    def known(self) -> int:
        """The number of different fields."""
        return len({field for field in self.fields.values() if field})

    def with_fields(self, fields: Sequence[str | None]) -> Header:
        """Return the header with other fields for the person's own columns, in their order."""
        by_index: dict[int, str | None] = dict.fromkeys(self.fields)
        return replace(self, fields=by_index | dict(zip(self.own_columns, fields, strict=False)))


def find_header(rows: Sequence[Sequence[Cell]], kind: str, words: Vocabulary) -> Header:
    """Find the row with the most known headers among the first fifty.

    Args:
        rows: the sheet from its row 1.
        kind: the kind of the file; in a .csv a wrong encoding may have garbled the headers.
        words: the vocabulary of the expected roster.
    Raises:
        HeaderUnknown: there is no such row, a required column is missing, or two columns have the same field.
    """
    best = max(read_headers(rows, words), key=lambda header: header.known, default=None)
    if best is None or best.known < min(2, len(words.required)):
        raise unknown_header(
            "no_header_in_text" if kind == "csv" else "no_header", {"expected": words.quoted(words.required)}
        )
    refuse_duplicates(best)
    missing = [field for field in words.required if field not in best.fields.values()]
    if missing:
        raise unknown_header("missing_columns", {"missing": words.quoted(missing)})
    return best


def read_headers(rows: Sequence[Sequence[Cell]], words: Vocabulary) -> list[Header]:
    """Return the first rows of a sheet, each read as a header."""
    return [read_header(row_no, row, words) for row_no, row in enumerate(rows[:SEARCHED_ROWS], start=1)]


def read_header(row_no: int, row: Sequence[Cell], words: Vocabulary) -> Header:
    """Read a row as a header."""
    return header_of_texts(row_no, [" ".join(display_text(cell).split()) for cell in row], words)


def header_of_texts(row_no: int, row: Sequence[str], words: Vocabulary, first_row: int = 0) -> Header:
    """Return a header with these texts."""
    texts = dict(enumerate(row))
    fields = {index: words.field_of(text) for index, text in texts.items() if len(text) < _LONGEST_LABEL}
    own_columns = [index for index, text in texts.items() if normalised_header(text) not in _ADDED_LABELS]
    return Header(row_no, fields, texts, own_columns, first_row or row_no)


def refuse_duplicates(header: Header) -> None:
    """Refuse a header in which two columns have the same field.

    Raises:
        HeaderUnknown: two columns have the same field.
    """
    seen: dict[str, int] = {}
    for index, field in header.fields.items():
        if field and field in seen:
            first = seen[field]
            raise unknown_header(
                "duplicate_columns",
                {
                    "first": first + 1,
                    "first_label": header.texts[first],
                    "second": index + 1,
                    "second_label": header.texts[index],
                },
            )
        if field:
            seen[field] = index
