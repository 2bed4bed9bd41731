"""The base class of model views, over a sample view: the operations that Flask-Admin leaves open are closed here."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, ClassVar

import pytest
from flask import Flask
from flask.testing import FlaskClient
from flask_admin.contrib.sqla.filters import IntEqualFilter
from sqlalchemy import select
from wtforms import StringField
from wtforms.validators import InputRequired

from admin.base import ACADEMIC, ManageForm
from admin.shared.records import ServiceModelView
from app.context import Context
from app.errors import Conflict, Invalid, NotAllowed, msg
from app.models import SchoolClass, User
from app.rules.permissions import Action
from app.services.shared.audit import record
from app.services.shared.paging import PAGE_SIZE
from config import Settings
from tenants.db import db
from tenants.registry import SchoolInfo
from tenants.scope import school_scope
from tests.support.app import NOW, build_app
from tests.support.pages import token_of

MakeUser = Callable[..., User]
ClientFor = Callable[..., FlaskClient]
HOME = "/manage/sample/"


class SampleForm(ManageForm):
    """Two fields, so that a third one in a request shows whether it gets through."""

    number = StringField("编号", validators=[InputRequired()])
    name = StringField("名称", validators=[InputRequired()])


class Sample(ServiceModelView):
    """Classes with every verb that the base offers."""

    action = Action.SEE_CLASSES
    hosts = "school"
    model_class = SchoolClass
    form = SampleForm
    column_list = ("number", "name")
    column_details_list = ("number", "name")
    column_searchable_list = ("name",)
    column_sortable_list = ("number",)
    column_filters = (IntEqualFilter(SchoolClass.entry_year, "入学年份"),)

    def create(self, ctx: Context, values: dict[str, Any]) -> Any:
        """Stands for a service."""
        row = SchoolClass(**values)
        ctx.session.add(row)
        ctx.session.flush()
        record(ctx, "class.created", "class", row.id)
        return row

    def update(self, ctx: Context, row: Any, values: dict[str, Any]) -> Any:
        """Stands for a service that refuses in every way."""
        refusals = {
            "field": Invalid("name", msg("名称已被使用")),
            "elsewhere": Invalid("other", msg("别处不对")),
            "state": Conflict(msg("状态不允许")),
            "forbidden": NotAllowed(msg("不允许")),
        }
        row.name = values["name"]
        ctx.session.flush()
        if values["name"] in refusals:
            raise refusals[values["name"]]
        return row

    def remove(self, ctx: Context, row: Any) -> Any:
        """Stands for a service."""
        ctx.session.delete(row)
        return True


@pytest.fixture(scope="module")
def shared_app(settings: Settings) -> Iterator[Flask]:
    """An application that has the sample view beside the real ones."""
    app = build_app(settings)
    app.extensions["spoc_clock"] = lambda: NOW
    app.extensions["admin"][0].add_view(
        Sample(name="样例", category=ACADEMIC, endpoint="sample", url="sample")
    )
    yield app
    with app.app_context():
        db.engine.dispose()


@pytest.fixture
def client(school: SchoolInfo, make_user: MakeUser, client_for: ClientFor) -> FlaskClient:
    """An administrator's browser."""
    return client_for(school, make_user(school, kind="administrator", must_change_password=False))


def put(school: SchoolInfo, name: str, number: str = "1", year: int = 2026) -> int:
    """A class."""
    with school_scope(school.id) as session:
        row = SchoolClass(number=number, name=name, entry_year=year)
        session.add(row)
        session.commit()
        return row.id


def names(school: SchoolInfo) -> list[str]:
    """The classes of a school."""
    with school_scope(school.id) as session:
        return list(session.scalars(select(SchoolClass.name).order_by(SchoolClass.name)))


def send(client: FlaskClient, path: str, **fields: Any) -> Any:
    """Post a form with its token."""
    return client.post(path, data={"csrf_token": token_of(client, HOME), **fields})


def test_list_search_filter_and_count_stay_within_the_school(
    client: FlaskClient, school: SchoolInfo, other_school: SchoolInfo
) -> None:
    put(school, "我的班")
    put(other_school, "别人的班")
    for query in (
        "",
        "?search=班",
        "?flt0_0=2026",
        "?page_size=100000",
        "?sort=0&desc=1",
        "?search=^别",
        "?search=%",
    ):
        page = client.get(HOME + query).text
        assert "别人的班" not in page, query
        assert "共 2 条" not in page, query
    assert "我的班" in client.get(HOME + "?search=的").text
    assert "我的班" not in client.get(HOME + "?search=%").text


@pytest.mark.parametrize("verb", ["edit", "details"])
def test_a_row_of_another_school_is_answered_like_one_that_does_not_exist(
    client: FlaskClient, school: SchoolInfo, other_school: SchoolInfo, verb: str
) -> None:
    mine, theirs = put(school, "我的班"), put(other_school, "别人的班")
    assert "我的班" in client.get(f"{HOME}{verb}/{mine}/").text
    foreign, missing = client.get(f"{HOME}{verb}/{theirs}/"), client.get(f"{HOME}{verb}/99999999/")
    assert foreign.status_code == missing.status_code == 404
    for odd in ("0", "-1", f"{other_school.id},{theirs}", "1 or 1=1", str(2**64)):
        assert client.get(f"{HOME}{verb}/{odd}/").status_code == 404, odd


def test_another_schools_row_is_neither_edited_nor_deleted(
    client: FlaskClient, other_school: SchoolInfo
) -> None:
    theirs = put(other_school, "别人的班")
    assert send(client, f"{HOME}edit/{theirs}/", number="9", name="改名").status_code == 404
    assert send(client, f"{HOME}delete/{theirs}/", id=theirs).status_code == 404
    assert names(other_school) == ["别人的班"]


def test_a_field_that_the_form_does_not_name_reaches_nothing(
    client: FlaskClient, school: SchoolInfo, other_school: SchoolInfo
) -> None:
    answer = send(
        client, HOME + "new/", number="7", name="新班", school_id=other_school.id, id="4711", major="x"
    )
    assert answer.status_code == 302
    assert names(other_school) == []
    with school_scope(school.id) as session:
        row = session.scalars(select(SchoolClass)).one()
        assert (row.name, row.major) == ("新班", None)
        assert row.id != 4711


def test_writes_need_the_token(client: FlaskClient, school: SchoolInfo) -> None:
    mine = put(school, "我的班")
    for path in ("new/", f"edit/{mine}/", f"delete/{mine}/"):
        assert client.post(HOME + path, data={"number": "8", "name": "无令牌"}).status_code == 400
    assert names(school) == ["我的班"]


@pytest.mark.parametrize(
    ("name", "status", "says"),
    [
        ("field", 422, "名称已被使用"),
        ("elsewhere", 422, "别处不对"),
        ("state", 422, "状态不允许"),
        ("forbidden", 404, ""),
    ],
)
def test_a_refusal_of_the_service_is_shown_and_nothing_is_kept(
    client: FlaskClient, school: SchoolInfo, name: str, status: int, says: str
) -> None:
    mine = put(school, "我的班")
    answer = send(client, f"{HOME}edit/{mine}/", number="1", name=name)
    assert answer.status_code == status
    assert says in answer.text
    assert names(school) == ["我的班"]


def test_a_form_keeps_what_was_typed_and_marks_the_field(client: FlaskClient) -> None:
    answer = send(client, HOME + "new/", number="123", name="")
    assert answer.status_code == 422
    assert 'value="123"' in answer.text
    assert 'aria-invalid="true"' in answer.text


def test_removing_goes_through_the_service_and_back_to_the_list(
    client: FlaskClient, school: SchoolInfo
) -> None:
    mine = put(school, "我的班")
    answer = send(client, f"{HOME}delete/{mine}/", url="https:evil.example")
    assert answer.headers["Location"] == HOME
    assert names(school) == []


@pytest.mark.parametrize(
    "path",
    [
        "export/csv/",
        "ajax/lookup/?name=x&query=&limit=100000",
        "ajax/update/",
        "action/",
        "edit/?id=1",
        "details/?id=1",
    ],
)
def test_flask_admins_other_verbs_do_not_exist(client: FlaskClient, path: str) -> None:
    assert client.get(HOME + path).status_code in (404, 405)
    assert send(client, HOME + path, action="delete", rowid="1").status_code in (404, 405)


def test_beyond_the_last_page_stands_the_last_one(client: FlaskClient, school: SchoolInfo) -> None:
    for number in range(PAGE_SIZE + 1):
        put(school, f"班{number:02d}", str(number))
    for page in (1, 7):
        shown = client.get(f"{HOME}?page={page}").text
        assert f"班{PAGE_SIZE:02d}" in shown
        assert 'aria-current="page" aria-label="第 2 页"' in shown


@pytest.mark.parametrize(
    "query", ["page=-1", "page=99999999999", "sort=99", "sort=-9", "flt9_9=1", "page_size=-1"]
)
def test_nonsense_in_the_address_is_no_error(client: FlaskClient, query: str) -> None:
    assert client.get(f"{HOME}?{query}").status_code == 200


@pytest.mark.parametrize("value", ["x", "9" * 30, "2026'"])
def test_a_filter_value_that_no_row_can_have_finds_nothing(client: FlaskClient, value: str) -> None:
    assert client.get(HOME, query_string={"flt0_0": value}).status_code in (200, 404)


UNSAFE: dict[str, dict[str, Any]] = {
    "no columns": {"column_list": ()},
    "a filter by name": {"column_filters": ("entry_year",)},
    "inline editing": {"column_editable_list": ("name",)},
    "ajax": {"form_ajax_refs": {"x": {}}},
    "inline models": {"inline_models": (User,)},
    "fields of the table": {"form_columns": ("name", "school_id")},
    "export": {"can_export": True},
    "page sizes": {"can_set_page_size": True},
    "a rule inside Flask-Admin's commit": {"on_model_change": lambda *_: None},
    "no form": {"form": None},
}


@pytest.mark.parametrize("reason", UNSAFE)
def test_a_view_that_opens_what_the_base_shuts_is_refused_when_it_is_made(reason: str) -> None:
    class Opened(Sample):
        """Changed below."""

        declared: ClassVar[str] = reason

    for name, value in UNSAFE[reason].items():
        setattr(Opened, name, value)
    with pytest.raises(TypeError):
        Opened(name="x", endpoint="opened")
