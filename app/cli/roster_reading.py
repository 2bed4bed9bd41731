"""Options of ``flask roster import`` about how a file is read, and the questions that they answer."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal, TypeVar

import click

from app.errors import Invalid, Message, msg
from app.services.imports.pages.asked import Asked
from app.sheets.reading.columns import column_number
from app.sheets.rosters.choices import SHEET_NAME, Choices
from app.sheets.rosters.header import Vocabulary, normalised_header

Command = TypeVar("Command", bound=Callable[..., Any])

_PAIR = re.compile(r"\s*([^=]+?)\s*=\s*(.+?)\s*")


@dataclass(frozen=True, slots=True)
class ReadingOptions:
    """The options about how a file is read.

    Args:
        columns: column letters or headers, each with the label of its field; no column that is not named is read.
        choices: the answers to the other questions.
    """

    columns: tuple[tuple[str, str], ...]
    choices: Choices


def reading_options(command: Command) -> Command:
    """Add the options to a command, which receives them as one ``reading``."""
    for option in reversed(
        (
            click.option(
                "--columns",
                help='The columns by letter or header, e.g. "A=学号,B=姓名"; no other column is read.',
            ),
            click.option("--sheet", "sheets", multiple=True, help="A sheet to read; may be repeated."),
            click.option(
                "--rows",
                type=click.Choice(["shown", "all"]),
                help="Leave hidden rows out, or read them, too.",
            ),
            click.option(
                "--header-row", type=click.IntRange(min=0), help="The row of the header; 0 if there is none."
            ),
            click.option(
                "--class",
                "class_name",
                help=f'The class of all rows; "{SHEET_NAME}" stands for the name of each sheet.',
            ),
            click.option("--entry-year", help="The entry year of all rows."),
            click.option("--major", help="The major of all rows."),
            click.option("--codes", multiple=True, help="The meaning of codes, e.g. gender:0=女,1=男."),
            click.option("--fill-ditto", is_flag=True, help="Let 同上 stand for the value of the row above."),
        )
    ):
        command = option(command)
    return command


def read_options(
    *,
    columns: str | None,
    sheets: Sequence[str],
    rows: Literal["shown", "all"] | None,
    header_row: int | None,
    class_name: str | None,
    entry_year: str | None,
    major: str | None,
    codes: Sequence[str],
    fill_ditto: bool,
) -> ReadingOptions:
    """Return the options of the command line.

    Raises:
        click.BadParameter: ``--columns`` or ``--codes`` is not written as it should be.
    """
    constants = {"class_name": class_name, "entry_year": entry_year, "major": major}
    return ReadingOptions(
        tuple(_pairs(columns, "--columns")) if columns else (),
        Choices(
            sheets=tuple(sheets),
            header_row=header_row,
            hidden_rows=rows,
            constants={name: value for name, value in constants.items() if value},
            codes=dict(_codes(text) for text in codes),
            fill_ditto=fill_ditto,
        ),
    )


def named_fields(options: ReadingOptions, asked: Asked, words: Vocabulary) -> list[str | None]:
    """Return the field of each column of a file, as ``--columns`` names them.

    Raises:
        Invalid: the file has no such column, or there is no such field.
    """
    header = asked.layout.header
    places = {normalised_header(text): place for place, text in reversed(list(enumerate(header))) if text}
    fields: list[str | None] = [None] * len(header)
    for column, label in options.columns:
        place = places.get(normalised_header(column))
        if place is None and re.fullmatch(r"[A-Za-z]{1,3}", column):
            place = column_number(column.upper()) - 1
        if place is None or place >= len(header):
            raise Invalid("columns", msg("文件里没有“%(column)s”列", column=column))
        field = label if label in words.labels else words.field_of(label)
        if field is None:
            labels = tuple(words.labels.values())
            raise Invalid(
                "columns", msg("没有“%(label)s”这一项，可用：%(labels)s", label=label, labels=labels)
            )
        fields[place] = field
    return fields


def missing_sheets(options: ReadingOptions, asked: Asked) -> Message | None:
    """Return the refusal of sheets that the file does not have."""
    names = tuple(sheet.name for sheet in asked.sheets)
    missing = tuple(name for name in options.choices.sheets if name not in names)
    if not missing:
        return None
    return msg("文件里没有工作表%(missing)s；有：%(names)s", missing=missing, names=names)


def open_questions(asked: Asked, words: Vocabulary, page: Message) -> Iterator[Message]:
    """Yield a sentence for each open question, with the option that answers it."""
    for question in asked.questions:
        if question == "columns":
            yield _columns_question(asked, words, page)
        elif question == "sheets":
            names = tuple(f"{sheet.name}（{sheet.rows}）" for sheet in asked.sheets)
            yield msg("文件里有几张工作表：%(names)s。请用 --sheet 指定要读取哪些", names=names)
        elif question == "hidden_rows":
            yield msg(
                "有 %(hidden)s 行被隐藏或筛选掉。请用 --rows shown 只导入显示的 %(visible)s 行，"
                "或用 --rows all 导入全部 %(all)s 行",
                hidden=asked.hidden,
                visible=asked.visible,
                all=asked.hidden + asked.visible,
            )
        elif question == "class":
            yield msg(
                "文件里没有班级列。请用 --class 指定班级，或用 --class %(sheet)s 以工作表的名称为班级",
                sheet=f'"{SHEET_NAME}"',
            )
        else:
            for field, values in asked.codes.items():
                yield msg(
                    "“%(label)s”列里是代码 %(codes)s。请用 --codes 说明含义，例如 --codes %(example)s",
                    label=words.labels.get(field, field),
                    codes=values,
                    example=f"{field}:" + ",".join(f"{value}=男" for value in values[:1]),
                )


def _columns_question(asked: Asked, words: Vocabulary, page: Message) -> Message:
    layout = asked.layout
    missing = [field for field in words.required if field not in layout.fields]
    unknown = [text for text, field in zip(layout.header, layout.fields, strict=True) if text and not field]
    return msg(
        "无法确定各列的含义（表头取第 %(row)s 行）。不认识的列：%(unknown)s；没有找到的必填列：%(missing)s。"
        '请用 --columns 指定，例如 --columns "A=%(first)s,B=%(second)s"，表头不在这一行时加上 --header-row，'
        "或在「%(page)s」页面上传并回答",
        row=asked.header_row,
        unknown=tuple(unknown) or "—",
        missing=words.quoted(missing) if missing else "—",
        first=words.labels[words.required[0]],
        second=words.labels[words.required[-1]],
        page=page,
    )


def _pairs(text: str, option: str) -> Iterator[tuple[str, str]]:
    for part in re.split(r"[,，]", text):
        found = _PAIR.fullmatch(part)
        if found is None:
            raise click.BadParameter(part, param_hint=option)
        yield found[1], found[2]


def _codes(text: str) -> tuple[str, dict[str, str]]:
    field, colon, pairs = text.partition(":")
    meanings = dict(_pairs(pairs, "--codes")) if colon else {}
    if field.strip() != "gender" or not meanings or not set(meanings.values()) <= {"男", "女"}:
        raise click.BadParameter(text, param_hint="--codes")
    return field.strip(), meanings
