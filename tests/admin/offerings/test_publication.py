"""A school declines a licensed course, or offers it again."""

from __future__ import annotations

import re
from collections.abc import Callable

from flask.testing import FlaskClient

from tenants.registry import SchoolInfo
from tests.support.manage import send


def test_an_offer_is_declined_but_not_one_more_term_of_a_course(
    office: FlaskClient, school: SchoolInfo, license_to: Callable[[SchoolInfo], int]
) -> None:
    page = f"/manage/offerings/{license_to(school)}/"
    first = office.get(page).text
    assert 'id="decline"' in first
    term = re.search(r'name="term".*?value="(\d{4}-\d{4}-[12])"', first, re.DOTALL)
    assert term is not None
    made = send(office, page + "again", term=term[1])
    assert made.status_code == 303
    for address in (page, made.location):
        assert 'id="decline"' not in office.get(address).text
        assert ">拒绝<" not in office.get(address).text
