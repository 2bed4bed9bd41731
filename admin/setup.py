"""The management side as a plugin of the application: ``wsgi.py`` passes ``register`` to the factory."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from flask import Blueprint, Flask
from flask_admin import Admin, BaseView
from flask_babel import lazy_gettext

from admin.alliance import activity, visits
from admin.alliance import settings as alliance_settings
from admin.announcements import views as announcements
from admin.auth import slips
from admin.classes import views as classes
from admin.courses import alliance as courses
from admin.courses import recommendations
from admin.courses import reviews as course_reviews
from admin.imports import pages as imports
from admin.imports import teachers as teacher_imports
from admin.licences import views as licences
from admin.messages import mails
from admin.offerings import views as offerings
from admin.people import graduates, permissions
from admin.people import list as people
from admin.requests import views as requests
from admin.schools import settings as school_settings
from admin.schools import views as schools
from admin.shared import audit_log as audit
from admin.shared import first_page as index
from admin.shared import handbook
from admin.shared.theme import SpocTheme

Views = Callable[[], Iterable[BaseView]]

#: The modules of views, in the order of the menus.
VIEWS: Sequence[Views] = (
    handbook.views,
    schools.views,
    courses.views,
    licences.views,
    activity.views,
    announcements.views,
    alliance_settings.views,
    recommendations.views,
    people.views,
    imports.views,
    teacher_imports.views,
    slips.views,
    mails.views,
    school_settings.views,
    graduates.views,
    visits.views,
    permissions.views,
    audit.views,
    classes.views,
    requests.views,
    offerings.views,
    course_reviews.views,
)


def register(app: Flask) -> None:
    """Mount the management side at ``/manage`` on every host."""
    # Flask-Admin looks for templates in its own package only; this blueprint without routes adds ours.
    app.register_blueprint(Blueprint("manage_templates", "admin", template_folder="templates"))
    admin = Admin(
        app,
        name=lazy_gettext("管理端"),
        url="/manage",
        index_view=index.Overview(),
        theme=SpocTheme(),
    )
    for views in VIEWS:
        for view in views():
            admin.add_view(view)
