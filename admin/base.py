"""The secure base classes of every page of the management side.

Flask-Admin asks for permission only where it is told to, so no view of ours derives from its classes
directly; a test walks all registered views. An operation that a page may not do is absent rather than
switched off: a verb without a service behind it has no route.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, ClassVar, Literal, TypeVar

from flask import abort, flash, request
from flask.typing import ResponseReturnValue
from flask_admin import BaseView
from flask_babel import lazy_gettext
from flask_login import current_user
from flask_wtf import FlaskForm
from wtforms import Form

from app.context import Context
from app.errors import DomainError, Invalid, InvalidFields, NotAllowed, NotFound
from app.extensions import login_manager
from app.rules.permissions import Action, Role, may
from app.uow import unit_of_work
from app.web.auth.user_session import hold_until_changed, must_change_password, must_consent
from app.web.shared.context import request_context, request_school
from app.web.shared.i18n import translated
from app.web.shared.safe_next import safe_next

#: The menus of the management side, in the manual's words; the last is the secretariat's, which has none in
#: the manual.
PEOPLE = lazy_gettext("系统管理")
ACADEMIC = lazy_gettext("教务管理")
COURSES = lazy_gettext("课程管理")
ALLIANCE = lazy_gettext("联盟管理")

Hosts = Literal["alliance", "school", "both"]
Result = TypeVar("Result")


class ManageForm(FlaskForm):
    """Base class of all forms here. ``CSRFProtect`` checks its token, so the form adds no second one."""


class Guarded:
    """Access control of a view: every view declares it, and it is checked for every request and menu entry.

    ``action`` is the act that the role must be allowed; ``hosts`` says whether the page belongs to the
    alliance's own host, to the schools' hosts or to both.
    """

    action: ClassVar[Action]
    hosts: ClassVar[Hosts]

    def is_accessible(self) -> bool:
        """Return whether the person may open the view.

        They must be logged in with a password of their own, have given consent, be on a host that has this
        page, and have a role that allows it.
        """
        if not current_user.is_authenticated or must_change_password() or must_consent():
            return False
        fits = self.hosts == "both" or (self.hosts == "alliance") == request_school().is_alliance
        return fits and may(Role(current_user.kind), self.action)

    def inaccessible_callback(self, name: str, **kwargs: Any) -> ResponseReturnValue:  # noqa: ARG002
        """Redirect to the login or to the choice of a password where that is missing; otherwise answer 404.

        All other reasons get the same 404: a 403 would reveal which pages and hosts exist.
        """
        if not current_user.is_authenticated:
            answer: ResponseReturnValue = login_manager.unauthorized()
            return answer
        return hold_until_changed() or abort(404)

    def _run_view(self, fn: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        # Flask-Admin runs the view a second time when it raises TypeError; a use case must not run twice.
        return fn(self, *args, **kwargs)


class SecureView(Guarded, BaseView):
    """Base class of our own pages: a page declares ``action`` and ``hosts``, and its handlers call services."""

    def waiting(self) -> int:
        """Return how many things await the reader here; the menu shows the number beside the page's name."""
        return 0


def attempt(
    work: Callable[[Context], Result],
    form: Form | None = None,
    *,
    reraise: type[DomainError] | tuple[type[DomainError], ...] = (),
) -> Result | None:
    """Run a use case in a unit of work.

    A refusal rolls the unit of work back even if a caller catches it outside, so ``work`` itself must catch
    none. The refusal is shown at its field when the form has that field, otherwise it is flashed. A row that
    does not exist, or that this person may not touch, is a 404.

    Args:
        reraise: the refusals that the caller handles itself; they are raised after the rollback.

    Returns:
        What the use case returned, or ``None`` after a refusal (so the use case must return something).
    """
    try:
        with unit_of_work(request_context()) as ctx:
            return work(ctx)
    except reraise:
        raise
    except (NotFound, NotAllowed):
        abort(404)
    except Invalid as error:
        problems = error.problems if isinstance(error, InvalidFields) else {error.field: error.message}
        for name, message in problems.items():
            if form is not None and name in form:
                field = form[name]
                field.errors = [*field.errors, translated(message)]
            else:
                flash(translated(message), "error")
    except DomainError as error:
        flash(translated(error.message), "error")
    return None


def back_to(default: str) -> str:
    """Return the page to show after a write: the ``url`` parameter if it stays on this host, else ``default``."""
    return safe_next(request.values.get("url")) or default


def typed_values(form: Form) -> Mapping[str, Any]:
    """Return the values of the form's declared fields, without the token; nothing else reaches a service."""
    return {name: value for name, value in form.data.items() if name != "csrf_token"}
