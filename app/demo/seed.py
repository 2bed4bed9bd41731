"""Creation of the demo through the services; existing data stay unchanged."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import timedelta

from sqlalchemy import select

from app.context import Actor, Context
from app.demo.activity import add_past_activity, announce, announcements
from app.demo.classes import arrange_classes
from app.demo.courses import Renewal, alliance_courses
from app.demo.data_files import cover_svg, emblem_svg
from app.demo.licences import add_special_licences
from app.demo.own_courses import accept_recommended, create_own_draft, create_reviewed_courses
from app.demo.people import add_newcomer, add_students, add_teachers, set_demo_password
from app.demo.registrations import register_students
from app.demo.schools import DemoSchool, Plan, members
from app.models import Course, CourseOffering, School, SchoolSettings, User
from app.rules.permissions import Role
from app.services.alliance.setup import add_secretary, provisional_alliance, set_up_alliance
from app.services.courses.create_and_release import create_course, publish_version, release_course, set_cover
from app.services.courses.drafts import open_draft, save_draft
from app.services.licences.single import license_course
from app.services.offerings.dates import schedule_offering
from app.services.offerings.publication import put_online
from app.services.schools.directory import INFO_COLUMNS
from app.services.schools.open_and_edit import open_school
from tenants.registry import SchoolInfo, find_alliance

#: Opens a unit of work of the operator in a school.
Unit = Callable[[SchoolInfo], AbstractContextManager[Context]]


def seed(unit: Unit, reserve_school_id: Callable[[], int]) -> None:
    """Create the alliance, its courses, the three schools, their people and their courses.

    Args:
        unit: opens a unit of work of the operator in a school.
        reserve_school_id: returns an id for the alliance, if it does not exist yet.
    """
    alliance = find_alliance() or _set_up(unit, provisional_alliance(reserve_school_id()))
    with unit(alliance) as ctx:
        _secretary(ctx)
        courses = _courses(_as_secretary(ctx))
    schools: dict[str, SchoolInfo] = {}
    for planned in members().schools:
        with unit(alliance) as ctx:
            school = schools[planned.slug] = _school(ctx, planned)
        with unit(school) as ctx:
            add_teachers(ctx, planned)
            students = add_students(ctx, planned)
            if planned is members().schools[0]:
                add_newcomer(ctx, planned)
        with unit(alliance) as ctx:
            new_plans = [plan for plan in planned.plans if _license(ctx, school, courses[plan.course], plan)]
        with unit(school) as ctx:
            for plan in new_plans:
                _put_online(ctx, courses[plan.course], plan, students)
            create_own_draft(ctx, planned.slug)
            arrange_classes(ctx)
            create_reviewed_courses(ctx, planned.slug)
        with unit(alliance) as ctx:
            accept_recommended(_as_secretary(ctx), planned.slug)
    with unit(alliance) as ctx:
        add_special_licences(ctx, schools, courses)
        announce(ctx, *announcements().alliance, role=Role.SECRETARY, name=members().alliance.secretary.name)
    for planned in members().schools:
        with unit(schools[planned.slug]) as ctx:
            announce(
                ctx,
                announcements().schools[planned.slug],
                role=Role.ADMINISTRATOR,
                name=planned.administrator,
            )
            add_past_activity(ctx)


def _set_up(unit: Unit, provisional: SchoolInfo) -> SchoolInfo:
    alliance = members().alliance
    with unit(provisional) as ctx:
        return set_up_alliance(ctx, name=alliance.name, accent=alliance.accent, logo=emblem_svg("alliance"))


def _secretary(ctx: Context) -> None:
    secretary = members().alliance.secretary
    if ctx.session.scalar(select(User.id).where(User.login_name == secretary.login)) is None:
        add_secretary(ctx, name=secretary.name, login=secretary.login)
        set_demo_password(ctx, secretary.login)


def _courses(ctx: Context) -> dict[str, int]:
    found: dict[str, int] = {}
    for demo in alliance_courses():
        same = select(Course.id).where(Course.school_id == ctx.school.id, Course.title == demo.content.title)
        course_id = ctx.session.scalar(same)
        if course_id is None:
            course_id = create_course(ctx, content=demo.content).id
            set_cover(ctx, course_id=course_id, content=cover_svg(demo.cover))
            release_course(ctx, course_id=course_id)
            if demo.renewal is not None:
                _renew(ctx, course_id, demo.renewal)
        found[demo.key] = course_id
    return found


def _as_secretary(ctx: Context) -> Context:
    secretary = members().alliance.secretary
    user_id = ctx.session.scalars(select(User.id).where(User.login_name == secretary.login)).one()
    actor = Actor(role=Role.SECRETARY, name=secretary.name, user_id=user_id, school_id=ctx.school.id)
    return replace(ctx, actor=actor)


def _renew(ctx: Context, course_id: int, renewal: Renewal) -> None:
    revision = open_draft(ctx, course_id=course_id).revision
    saved = save_draft(ctx, course_id=course_id, revision=revision, values=renewal.values)
    publish_version(ctx, course_id=course_id, revision=saved.view.revision, note=renewal.note)


def _school(ctx: Context, planned: DemoSchool) -> SchoolInfo:
    row = ctx.session.execute(select(*INFO_COLUMNS).where(School.slug == planned.slug)).first()
    if row is not None:
        return SchoolInfo(*row)
    opened = open_school(
        ctx,
        name=planned.name,
        short_name=planned.short_name,
        slug=planned.slug,
        unit_code=planned.unit_code,
        accent=planned.accent,
        logo=emblem_svg(planned.slug),
        admin_name=planned.administrator,
    )
    with ctx.within(opened.school) as inner:
        set_demo_password(inner, opened.admin_login)
        inner.session.add(SchoolSettings(help_contact=planned.help_contact))
    return opened.school


def _license(ctx: Context, school: SchoolInfo, course_id: int, plan: Plan) -> bool:
    with ctx.within(school) as inner:
        offered = inner.session.scalar(select(CourseOffering.id).where(CourseOffering.course_id == course_id))
    if offered is None:
        license_course(ctx, course_id=course_id, school_ids=[school.id], seats=plan.seats)
    return offered is None


def _put_online(ctx: Context, course_id: int, plan: Plan, students: list[User]) -> None:
    if plan.days is None:
        return
    offering = ctx.session.scalars(select(CourseOffering).where(CourseOffering.course_id == course_id)).one()
    starts_on, ends_on, registration_starts_on, registration_ends_on = (
        ctx.today() + timedelta(days=days) for days in plan.days
    )
    offering.operating_teacher_id = ctx.session.scalar(select(User.id).where(User.login_name == "teacher1"))
    schedule_offering(
        ctx,
        offering_id=offering.id,
        starts_on=starts_on,
        ends_on=ends_on,
        registration_starts_on=registration_starts_on,
        registration_ends_on=registration_ends_on,
        seats=plan.full_at,
    )
    put_online(ctx, offering_id=offering.id)
    register_students(ctx, offering, students, all_of_them=plan.full_at is not None)
