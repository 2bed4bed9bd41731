"""Which column holds what: the header row, found by the words that schools' programs use."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from app.rules.cells import Cell, display_text
from app.rules.students import LABELS, REQUIRED
from app.sheets.refusals import refused

SEARCHED_ROWS = 5
#: Columns that our problem workbook adds; they are not the person's.
ERROR_LABEL = "错误说明"
ROW_LABEL = "原行号"
_OURS = frozenset({ERROR_LABEL, ROW_LABEL})

_SYNONYMS: Mapping[str, str] = {
    "student_no": "学生编号 学生学号 学籍号 学员编号 studentno studentid studentnumber",
    "email": "电子邮箱 电子邮件 邮件 邮箱地址 用户邮箱 e-mail email mail",
    "nickname": "用户昵称 nickname",
    "real_name": "姓名 学生姓名 名字 中文姓名 name realname fullname studentname",
    "id_number": "身份证 身份证号码 身份证件号 身份证件号码 证件号 证件号码 公民身份号码 idnumber idcard",
    "birth_date": "出生日期 出生年月日 生日 birthdate birthday dateofbirth",
    "gender": "男女 gender sex",
    "entry_year": "年级 入学年级 入学年 入学年度 所在年级 当前所在级 entryyear year grade",
    "study_years": "学制年 学习年限 修业年限 studyyears",
    "class_name": "班级 班级名称 行政班 行政班级 所在班级 class classname",
    "major": "专业 专业名称 所在专业 主修专业 major",
    "mobile": "手机 手机号码 联系电话 移动电话 电话 电话号码 联系方式 本人电话 mobile phone mobilephone",
}
_BRACKETS = re.compile(r"\([^()]*\)|\[[^\[\]]*\]|【[^【】]*】")
_NOISE = re.compile(r"[\s*:._\u200b-\u200f\ufeff-]")


def _bare(text: str) -> str:
    """A header without its marks: 「 学 号 *（必填）」 is 学号."""
    return _NOISE.sub("", _BRACKETS.sub("", unicodedata.normalize("NFKC", text))).lower()


_FIELDS: Mapping[str, str] = {
    _bare(word): field for field, label in LABELS.items() for word in (label, *_SYNONYMS[field].split())
}


@dataclass(frozen=True, slots=True)
class Header:
    """A header row and what its columns mean.

    Args:
        row_no: the row, from 1.
        fields: by index of the column from 0: the field, or None for a column that is not read.
        texts: the words as written, by the same index.
        kept: indices of the person's own columns.
    """

    row_no: int
    fields: dict[int, str | None]
    texts: dict[int, str]
    kept: list[int]

    @property
    def labels(self) -> dict[str, str]:
        """Field to the header as the person wrote it, without its star."""
        return {field: self.texts[index].strip(" *＊") for index, field in self.fields.items() if field}


def find_header(rows: Sequence[Sequence[Cell]], kind: str) -> Header:
    """Find the row with the most known words among the first five.

    Args:
        rows: the sheet from its row 1.
        kind: of the file; in a .csv the words may be known ones in a wrong encoding.
    Raises:
        SheetRefused: no such row, a required column is missing, or two columns hold the same thing.
    """
    candidates = [_read(row_no, row) for row_no, row in enumerate(rows[:SEARCHED_ROWS], start=1)]
    best = max(candidates, key=_known, default=None)
    if best is None or _known(best) < 2:
        raise refused("no_header_in_text" if kind == "csv" else "no_header", {"expected": _quoted(REQUIRED)})
    _refuse_doubles(best)
    missing = [field for field in REQUIRED if field not in best.fields.values()]
    if missing:
        raise refused("missing_columns", {"missing": _quoted(missing)})
    return best


def _read(row_no: int, row: Sequence[Cell]) -> Header:
    texts = {index: " ".join(display_text(cell).split()) for index, cell in enumerate(row)}
    fields = {index: _FIELDS.get(_bare(text)) for index, text in texts.items() if len(text) < 40}
    kept = [index for index, text in texts.items() if _bare(text) not in _OURS]
    return Header(row_no, fields, texts, kept)


def _known(header: Header) -> int:
    return len({field for field in header.fields.values() if field})


def _refuse_doubles(header: Header) -> None:
    seen: dict[str, int] = {}
    for index, field in header.fields.items():
        if field and field in seen:
            first = seen[field]
            raise refused(
                "double_columns",
                {
                    "first": first + 1,
                    "first_label": header.texts[first],
                    "second": index + 1,
                    "second_label": header.texts[index],
                },
            )
        if field:
            seen[field] = index


def _quoted(fields: Sequence[str]) -> str:
    return "”“".join(LABELS[field] for field in fields)
