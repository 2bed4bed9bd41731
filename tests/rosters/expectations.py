"""What a careful administrator expects of each case file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from app.sheets.rosters.choices import Choices

#: A stored student: 学号, name, class. A stored teacher: name.
Stored = tuple[str, ...]

#: The names of the six students whom most files hold.
SURNAMES = ("钱试二", "孙试三", "李试四", "周试五", "吴试六", "郑试七")
#: The names of the eight students of the lists from public repositories.
STEMS = ("甲一", "乙二", "丙三", "丁四", "戊五", "己六", "庚七", "辛八")
CLASS = "临床测试2401班"


@dataclass(frozen=True, slots=True)
class Case:
    """A file and what becomes of it.

    Args:
        file: its name.
        kind: whose roster it is.
        asked: the open questions; the file is read when they are answered with ``choices``, or ``columns``.
        choices: what the administrator answers, or decides in the preview.
        columns: the field of each column as the administrator confirms it on the mapping page.
        add_unit_code: whether the administrator lets the unit code be added.
        create: accounts to be created.
        problem: rows with problems.
        left_out: rows left out, by reason.
        stored: accounts that exist afterwards, besides others.
        remarks: words that some remark of the preview holds, each.
        problems: words that some problem of the preview holds, each.
        empty: fields that no stored account has a value for.
    """

    file: str
    kind: Literal["students", "teachers"] = "students"
    asked: tuple[str, ...] = ()
    choices: Choices | None = None
    columns: Sequence[str | None] | None = None
    add_unit_code: bool = False
    create: int = 0
    problem: int = 0
    left_out: Mapping[str, int] = field(default_factory=dict)
    stored: tuple[Stored, ...] = ()
    remarks: tuple[str, ...] = ()
    problems: tuple[str, ...] = ()
    empty: tuple[str, ...] = ()


def students(first: int, names: Sequence[str], class_name: str = CLASS) -> tuple[Stored, ...]:
    """Return students with consecutive numbers."""
    return tuple((str(first + place), name, class_name) for place, name in enumerate(names))


CASES = (
    Case("u01_student_no_text_float.xlsx", create=4, stored=students(900012029021, SURNAMES[:4])),
    Case(
        "u02_brackets_of_another_person.xlsx",
        create=4,
        stored=students(900012029061, SURNAMES[:4]),
        empty=("mobile_index", "id_number_index", "email", "birth_date", "gender"),
    ),
    Case(
        "v01_teacher_spouse_phone.xlsx",
        kind="teachers",
        create=1,
        stored=(("赵师甲",),),
        empty=("mobile_index",),
    ),
    Case(
        "u03_number_format_zeros.xlsx",
        add_unit_code=True,
        create=4,
        stored=students(9000100000981, SURNAMES[:4]),
    ),
    Case(
        "u04_class_spellings.xlsx",
        create=6,
        stored=(
            ("900012029221", "钱试二", "护理2411班"),
            ("900012029222", "孙试三", "护理2411班"),
            ("900012029225", "吴试六", "护理2411班"),
        ),
    ),
    Case("u05_class_1-2_became_a_date.xlsx", problem=3, problems=("1-2", "1-3")),
    Case("u15b_ditto_words.xlsx", create=1, problem=3, problems=("同上",), remarks=("同上",)),
    Case(
        "u15b_ditto_words.xlsx",
        choices=Choices(fill_ditto=True),
        create=4,
        stored=students(900012030501, SURNAMES[:4]),
    ),
    Case("s91_head_over_two_columns.xlsx", create=5, stored=students(900012046361, SURNAMES[:5])),
    Case(
        "v02_teacher_rows_that_are_none.xlsx",
        kind="teachers",
        create=1,
        left_out={"not_a_person": 4},
        stored=(("王师一",),),
    ),
    Case(
        "u08_csv_stray_quote_in_unread_column.csv",
        create=6,
        remarks=("引号",),
        stored=students(900012029781, SURNAMES),
    ),
    Case("s83_csv_stray_quote.csv", create=5, problem=1, remarks=("引号",)),
    Case(
        "w06_head_in_row_3_students_above.xlsx",
        create=4,
        left_out={"above_header": 2},
        remarks=("2 行",),
    ),
    Case(
        "w06_head_in_row_3_students_above.xlsx",
        choices=Choices(taken_rows=frozenset({1, 2})),
        create=6,
        stored=students(900012064281, SURNAMES),
    ),
    Case(
        "w06c_no_head_at_all.xlsx",
        asked=("columns",),
        columns=("student_no", "real_name", "class_name"),
        create=5,
        stored=students(900012064321, SURNAMES[:5]),
    ),
    Case("u09b_students_on_the_notes_sheet.xlsx", create=2, remarks=("填写说明", "3 行")),
    Case(
        "u09b_students_on_the_notes_sheet.xlsx",
        choices=Choices(sheets=("学生名单", "填写说明")),
        create=5,
    ),
    Case("s14c_hidden_sheet_with_students.xlsx", create=5, remarks=("2023级学生",)),
    Case(
        "s14c_hidden_sheet_with_students.xlsx",
        choices=Choices(sheets=("2023级学生",)),
        create=4,
        remarks=("学生名单",),
    ),
    Case(
        "w05_only_roster_sheet_hidden.xlsx",
        asked=("sheets",),
        choices=Choices(sheets=("名单",)),
        create=4,
        stored=students(900012064241, SURNAMES[:4]),
    ),
    Case("t41_anchored_pictures.xlsx", kind="teachers", create=4),
    Case("t41c_excel365_in_cell_pictures.xlsx", kind="teachers", create=4),
    Case(
        "s13_filtered.xlsx",
        asked=("hidden_rows",),
        choices=Choices(hidden_rows="shown"),
        create=3,
        left_out={"hidden": 3},
    ),
    Case("s13_filtered.xlsx", asked=("hidden_rows",), choices=Choices(hidden_rows="all"), create=6),
    Case("z09_jxl_like_sst_codepage1252.xls", create=4, stored=students(900012094021, SURNAMES[:4])),
    Case("s05_two_row_heads_vertical_merge.xlsx", create=5, stored=students(900012044101, SURNAMES[:5])),
    Case("s10_merged_footnote.xlsx", create=5, left_out={"not_a_person": 1}),
    Case(
        "u12b_merge_far_outside_the_table.xlsx",
        create=4,
        left_out={"not_a_person": 1},
        stored=students(900012030381, SURNAMES[:4]),
    ),
    Case("s88_201_members.xlsx", create=4),
    Case("s14b_visible_dict_sheet.xlsx", create=5),
    Case("s07_head_in_row_7.xlsx", create=5, stored=students(900012044161, SURNAMES[:5])),
    Case("s48_csv_pua_utf8.csv", create=5, remarks=("王",)),
    Case("u08o_csv_x1a_end.csv", create=2, stored=students(900012030081, SURNAMES[:2])),
    Case("w07_csv_semicolons_in_remarks.csv", create=6, stored=students(900012064341, SURNAMES)),
    Case("s101_backslash_names.xlsx", create=5),
    Case("ods_pretty_printed.ods", create=5),
    Case("s51b_html_div_first.xls", create=5),
    Case("s59_same_person_two_phones.xlsx", create=3, problem=2, problems=("第 5 行", "第 3 行")),
    Case("l_sheetjs_written.xlsx", create=3),
    Case(
        "l_no_head_at_all.xlsx",
        asked=("columns",),
        columns=("student_no", "real_name", "gender", "class_name", "id_number", "mobile"),
        create=4,
        problem=4,
        problems=("性别",),
    ),
    Case(
        "l_head_with_fewer_words_than_a_row.xlsx",
        asked=("columns",),
        columns=("student_no", "real_name", "class_name"),
        create=8,
        stored=students(900017724001, STEMS, "临床24(1)"),
    ),
    Case(
        "l_two_lists_side_by_side.xlsx",
        asked=("columns",),
        columns=("student_no", "real_name", "class_name"),
        create=8,
        stored=(("900018824001", "甲一", "临床1班"), ("900018824101", "甲一子", "临床2班")),
    ),
    Case(
        "l_title_row_with_more_words_class.xlsx", create=8, stored=students(900018724001, STEMS, "临床24(1)")
    ),
    Case("l_head_in_row8.xlsx", create=8, stored=students(900017624001, STEMS, "临床1班")),
    Case("l_footer_merged.xlsx", create=8, stored=students(900017124001, STEMS, "临床医学24(1)")),
    Case(
        "l_no_class_column.xlsx",
        asked=("class",),
        choices=Choices(constants={"class_name": "临床2408班", "entry_year": "2024"}),
        create=8,
        stored=students(900017824001, STEMS, "临床2408班"),
    ),
    Case("l_class_names_without_ban.xlsx", create=8, stored=students(900017024001, STEMS, "临床240101")),
    Case(
        "l_teaching_class_no_as_study_years.xlsx",
        asked=("class",),
        choices=Choices(constants={"class_name": "临床7班"}),
        create=8,
        empty=("study_years",),
    ),
    Case(
        "l_gender_0_1.xlsx",
        asked=("codes",),
        choices=Choices(codes={"gender": {"0": "女", "1": "男"}}),
        create=8,
    ),
)
