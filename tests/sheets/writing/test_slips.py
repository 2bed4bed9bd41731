"""The PDF of credential slips, read back as text."""

from __future__ import annotations

from io import BytesIO

from pypdf import PdfReader

from app.sheets.writing.slips import PER_PAGE, Slip, SlipSheet, slips_pdf

ADDRESS = "http://mingde.localhost:8000/login"


def pages_of(*sheets: SlipSheet) -> list[str]:
    """The text of each page."""
    made = slips_pdf(sheets, school="明德医科大学", address=ADDRESS, good_until="2026-10-10")
    return [page.extract_text() for page in PdfReader(BytesIO(made)).pages]


def slip(number: int = 1, **values: str) -> Slip:
    """A student's slip."""
    given = {"name": "欧阳明", "login": f"90001{number:06d}", "password": "7KQM-X2HV-9RTA"}
    return Slip(is_student=True, **(given | values))


def test_a_slip_says_who_where_and_with_what() -> None:
    (page,) = pages_of(SlipSheet("临床一班", (slip(),)))
    for text in (
        "明德医科大学",
        "临床一班",
        "欧阳明",
        "学号",
        "90001000001",
        "7KQM-X2HV-9RTA",
        ADDRESS,
        "2026-10-10",
    ):
        assert text in page, text


def test_somebody_without_a_student_number_has_a_login_name() -> None:
    (page,) = pages_of(SlipSheet("教师和管理员", (Slip("李老师", "13900001111", False, "AAAA-BBBB-CCCC"),)))
    assert "登录名" in page
    assert "13900001111" in page
    assert "学号" not in page


def test_each_class_begins_a_page_and_a_long_one_goes_on() -> None:
    first = SlipSheet("一班", tuple(slip(number) for number in range(PER_PAGE + 1)))
    pages = pages_of(first, SlipSheet("二班", (slip(99),)))
    assert [("一班" in page, "二班" in page) for page in pages] == [
        (True, False),
        (True, False),
        (False, True),
    ]
    assert [page.count("7KQM-X2HV-9RTA") for page in pages] == [PER_PAGE, 1, 1]
    assert "1 / 2" in pages[0]


def test_a_name_of_any_length_stays_on_its_slip() -> None:
    (page,) = pages_of(SlipSheet("班", (slip(name="长" * 64),)))
    assert 10 <= page.count("长") < 64


def test_a_rare_character_of_a_name_is_kept() -> None:
    (page,) = pages_of(SlipSheet("班", (slip(name="䶮㛃"),)))
    assert "䶮㛃" in page


def test_nothing_of_a_slip_stands_in_the_files_own_information() -> None:
    made = slips_pdf([SlipSheet("班", (slip(),))], school="明德", address=ADDRESS, good_until="2026-10-10")
    information = PdfReader(BytesIO(made)).metadata
    assert information is not None
    assert (information.title, information.author) == ("密码条", "明德")
    assert "7KQM" not in str(dict(information))
