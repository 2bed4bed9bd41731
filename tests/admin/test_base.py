"""Every registered view: its declarations and access control, and no list of it shows another school's rows."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from flask import Flask
from flask.testing import FlaskClient
from flask_admin import Admin
from werkzeug.routing import Rule

from admin.base import Guarded, ManageForm
from admin.shared.records import ServiceModelView
from app.models import User
from app.rules.permissions import Action, Role, may
from tenants.registry import SchoolInfo
from tests.support.pages import token_of
from tests.support.world import Populated

MakeUser = Callable[..., User]
ClientFor = Callable[..., FlaskClient]
Pair = tuple[Populated, Populated]

#: Never in a form: what a person must not be able to set by adding a field to a request.
FORBIDDEN_FIELDS = {
    "id",
    "school_id",
    "password_hash",
    "course_owner_id",
    "kind",
    "failed_logins",
    "digest",
    "epoch",
}
KINDS = ("student", "teacher", "administrator", "secretary")


def admin_of(app: Flask) -> Admin:
    """The one Flask-Admin of the application."""
    (found,) = app.extensions["admin"]
    return found


def rules(app: Flask) -> list[Rule]:
    """The routes of the management side."""
    return [rule for rule in app.url_map.iter_rules() if rule.rule.startswith("/manage")]


def addresses(app: Flask, *numbers: Callable[[str], int]) -> Iterator[tuple[str, str]]:
    """Every method and address of the management side, each argument filled with the number given for its name."""
    with app.test_request_context():
        adapter = app.url_map.bind("localhost")
    for rule in rules(app):
        for number in numbers if rule.arguments else numbers[:1]:
            values = {name: number(name) for name in rule.arguments}
            path = adapter.build(rule.endpoint, values, append_unknown=False)
            for method in sorted((rule.methods or set()) & {"GET", "POST"}):
                yield method, path


def test_every_view_derives_from_our_bases_and_declares_who_may(app: Flask) -> None:
    views = admin_of(app)._views
    assert len(views) >= 5
    for view in views:
        name = type(view).__name__
        assert isinstance(view, Guarded), name
        assert isinstance(view.action, Action), name
        assert view.hosts in ("alliance", "school", "both"), name
        assert type(view).is_accessible is Guarded.is_accessible, f"{name} answers for itself who may"
        assert type(view)._handle_view.__module__ == "flask_admin.base", name


def test_model_views_name_their_columns_and_offer_none_of_flask_admins_own_verbs(app: Flask) -> None:
    for view in admin_of(app)._views:
        if isinstance(view, ServiceModelView):
            assert view.column_list
            assert not view.can_export
            assert not view.column_editable_list


def test_no_form_field_is_one_that_only_the_platform_sets() -> None:
    forms = [ManageForm]
    while forms:
        form = forms.pop()
        forms += form.__subclasses__()
        declared = {name for name in dir(form) if hasattr(getattr(form, name, None), "field_class")}
        assert not declared & FORBIDDEN_FIELDS, form.__name__


def test_flask_admins_exports_ajax_bulk_actions_and_static_files_have_no_route(app: Flask) -> None:
    for rule in rules(app):
        for verb in ("ajax", "export", "action", "static"):
            assert f"/{verb}/" not in rule.rule, rule.rule
        assert not rule.endpoint.endswith((".static", "ajax_lookup", "ajax_update", "action_view", "export"))


@pytest.mark.parametrize("kind", KINDS)
def test_a_view_opens_for_the_roles_and_hosts_that_it_declares_and_is_not_there_for_others(
    app: Flask,
    alliance: SchoolInfo,
    school: SchoolInfo,
    make_user: MakeUser,
    client_for: ClientFor,
    kind: str,
) -> None:
    home = alliance if kind == "secretary" else school
    client = client_for(home, make_user(home, kind=kind, must_change_password=False))
    for view in admin_of(app)._views:
        fits = view.hosts == "both" or (view.hosts == "alliance") == home.is_alliance
        answer = client.get(view.url + "/")
        assert answer.status_code == (200 if fits and may(Role(kind), view.action) else 404), view.url


def test_the_menu_shows_only_what_opens(
    app: Flask, school: SchoolInfo, make_user: MakeUser, client_for: ClientFor
) -> None:
    teacher = client_for(school, make_user(school, kind="teacher", must_change_password=False))
    page = teacher.get("/manage/").text
    for view in admin_of(app)._views:
        opens = teacher.get(view.url + "/").status_code == 200
        assert (f'href="{view.url}/"' in page) == opens, view.url


def test_a_visitor_is_sent_to_the_login_and_back(
    app: Flask, school: SchoolInfo, client_for: ClientFor
) -> None:
    client = client_for(school)
    for view in admin_of(app)._views:
        answer = client.get(view.url + "/")
        assert answer.status_code == 303
        assert answer.headers["Location"].startswith("/login?next=/manage")


def ids(world: Populated) -> list[int]:
    """Every number that names a row of a school."""
    found = {world.school.id}
    for values in world.rows.values():
        found |= {value for name, value in values.items() if name.endswith("id") and isinstance(value, int)}
    return sorted(found)


def newest(world: Populated) -> Callable[[str], int]:
    """One number for everything."""
    return lambda _name: ids(world)[-1]


QUERIES = (
    "search={canary}", "q={canary}", "person={canary}", "flt0_0={canary}", "flt1_5={canary}", "class={id}", "id={id}",
    "name=school&query={canary}&limit=100000", "page=-1", "page=99999999999999999999", "page_size=1000000", "sort=99",
    "sort=-1&desc=1", "sort=password_hash", "limit=100000&offset=-5", "part=everything", "action=%00", "q=%00%27%22",
    "school_id={id}", "year={id}", "kind=secretary", "state=%25",
)  # fmt: skip


def test_no_search_filter_sort_or_page_of_any_list_reaches_another_school(
    app: Flask, two_schools: Pair, make_user: MakeUser, client_for: ClientFor
) -> None:
    mine, theirs = two_schools
    client = client_for(mine.school, make_user(mine.school, kind="administrator", must_change_password=False))
    tried = 0
    for method, path in addresses(app, newest(mine)):
        if method != "GET" or path.endswith(".xlsx") or client.get(path).status_code != 200:
            continue
        for query in QUERIES:
            for number in ids(theirs)[:3] if "{id}" in query else [0]:
                answer = client.get(f"{path}?{query.format(canary='金丝雀', id=number)}")
                assert answer.status_code < 500, f"{path}?{query}"
                assert theirs.canary.encode() not in answer.data, f"{path}?{query}"
                tried += 1
    assert tried > 150


@pytest.mark.parametrize(
    "target",
    [
        "https:evil.example",
        "//evil.example",
        "/\\evil.example",
        "https://evil.example/",
        "javascript:alert(1)",
        "\\\\evil",
    ],
)
def test_no_route_leads_out_of_the_host(
    app: Flask, two_schools: Pair, make_user: MakeUser, client_for: ClientFor, target: str
) -> None:
    mine, _theirs = two_schools
    client = client_for(mine.school, make_user(mine.school, kind="administrator", must_change_password=False))
    token = token_of(client, "/manage/")
    for method, path in addresses(app, newest(mine)):
        wanted = {"url": target, "next": target}
        if method == "GET":
            answer = client.get(path, query_string=wanted)
        else:
            answer = client.post(path, query_string=wanted, data={"csrf_token": token, **wanted})
        place = answer.headers.get("Location", "/")
        assert place.startswith("/"), f"{method} {path} -> {place}"
        assert "evil" not in place.split("?")[0], f"{method} {path} -> {place}"
