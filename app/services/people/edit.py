"""Adding and changing single accounts (添加, 修改; manual 4.1, 4.4, 5.1, 5.4, 6.1), by the rules of the imports."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import func, select

from app.context import Context
from app.errors import Conflict, Invalid, InvalidFields, Message, NotFound, msg
from app.models import User
from app.rules.imports.teachers import login_stem, new_login_name
from app.rules.people.typed_account import KINDS, TypedAccount, labels_of, read_account
from app.rules.permissions import Action
from app.rules.shared.cells import Cell, display_text
from app.services.classes.later_joiners import FollowedClasses, follow_joiners
from app.services.people.fields import (
    SHOWN,
    columns_of,
    current_cells,
    refused_when_taken,
    taken_fields,
    write_columns,
)
from app.services.people.resolve_class import ChosenClass, choose_class, hold_named
from app.services.schools.quotas import require_room_for_people
from app.services.shared.audit import record
from app.services.shared.encrypted_fields import ID_NUMBER
from app.services.shared.locks import Hold, Lock, locking, school_lock
from app.services.shared.password_hashes import hash_password, make_one_time_password
from app.services.shared.refusals import unique
from app.services.shared.require_permission import require


@dataclass(frozen=True, slots=True, kw_only=True)
class NewAccount:
    """An account that was just added.

    Args:
        login: what the person types to log in.
        login_given: whether the login name was generated, since there is neither phone nor mail.
        one_time_password: of an administrator; shown once. Other accounts follow the school's choice.
        new_class: the name of the class that was created with it.
    """

    id: int
    kind: str
    real_name: str
    login: str
    login_given: bool
    one_time_password: str | None = field(repr=False)
    new_class: str | None


@dataclass(frozen=True, slots=True)
class HeldAccounts:
    """Accounts by id, and the classes that students among them are moved into; all of them locked."""

    users: Mapping[int, User]
    classes: FollowedClasses


def create_account(
    ctx: Context, *, kind: str, values: Mapping[str, Cell], new_class: bool = False
) -> NewAccount:
    """Add a student, teacher or administrator.

    Args:
        kind: 用户类型, which is also the role.
        values: by field of ``app.rules.people.typed_account.labels_of(kind)``, as typed.
        new_class: create a class that the school does not have.

    Raises:
        NotAllowed: only administrators may.
        Invalid: the kind does not exist.
        InvalidFields: with every field that is wrong, or whose value another account has.
        Conflict: the school has reached its limit of accounts.
    """
    require(ctx, Action.EDIT_PEOPLE)
    if kind not in KINDS:
        raise Invalid("kind", msg("请选择用户类型"))
    typed = read_account(kind, values, unit_code=ctx.school.unit_code, today=ctx.today())
    known = {name: value for name, value in typed.values.items() if value is not None}
    require_room_for_people(ctx)
    named = [known["class_name"]] if kind == "student" and "class_name" in known else []
    followed = hold_named(ctx, named, create=new_class)
    user_id = int(ctx.session.scalar(select(func.nextval("users_id_seq"))) or 0)
    columns = columns_of(ctx, user_id, known)
    _refuse(dict(typed.wrong) | _taken(ctx, columns, typed.wrong, None))
    school_class = _class(ctx, known, new_class) if kind == "student" else None
    login_generated = kind != "student" and not any(
        known.get(name) for name in ("login_name", "mobile", "email")
    )
    if login_generated:
        columns["login_name"] = _give_login_name(ctx, known["real_name"])
    columns.setdefault("nickname", known["real_name"])
    user = User(school_id=ctx.school.id, id=user_id, kind=kind, **columns)
    user.class_id = school_class.id if school_class else None
    password = make_one_time_password() if kind == "administrator" else None
    if password is not None:
        user.password_hash = hash_password(password)
    with unique(ctx, refused_when_taken(tuple(known))):
        ctx.session.add(user)
    record(ctx, "user.created", "user", user_id, {"kind": kind, **_shown(known)})
    if school_class is not None:
        follow_joiners(ctx, followed, class_ids=[school_class.id])
    return NewAccount(
        id=user_id,
        kind=kind,
        real_name=user.real_name,
        login=user.student_no or user.login_name or known.get("mobile") or user.email or "",
        login_given=login_generated,
        one_time_password=password,
        new_class=school_class.name if school_class and school_class.created else None,
    )


def hold_accounts(
    ctx: Context, changes: Mapping[int, Mapping[str, Cell]], *, new_class: bool = False
) -> HeldAccounts:
    """Lock accounts that are about to be changed, and before them what moving them into other classes needs.

    Args:
        changes: by account, as ``edit_account`` takes them; accounts that do not exist are left out.
        new_class: as in ``edit_account``.
    """
    query = select(User).where(User.id.in_(changes))
    names = [_moves_to(ctx, user, changes[user.id]) for user in ctx.session.scalars(query).all()]
    classes = hold_named(ctx, [name for name in names if name], create=new_class, joining=changes)
    users = ctx.session.scalars(locking(query, User, Hold.WRITE))
    return HeldAccounts({user.id: user for user in users}, classes)


def edit_account(
    ctx: Context,
    *,
    user_id: int,
    changes: Mapping[str, Cell],
    new_class: bool = False,
    held: HeldAccounts | None = None,
) -> tuple[str, ...]:
    """Change fields of an account by hand; the fields are marked so that no import overwrites them unseen.

    Args:
        changes: by field, as typed; an empty value erases, an absent field stays. A new ID number sets birth date and
            gender, too.
        new_class: create a class that the school does not have.
        held: from ``hold_accounts`` for the same changes, where a service changes more than this account.

    Returns:
        the fields that were changed, as they are marked; a class is ``class_id``.

    Raises:
        NotAllowed: only administrators may.
        NotFound: there is no such account at this school.
        InvalidFields: with every changed field that is wrong, or whose value another account has.
        Conflict: the student or the class was changed at the same moment.
    """
    require(ctx, Action.EDIT_PEOPLE)
    held = held or hold_accounts(ctx, {user_id: changes}, new_class=new_class)
    user = held.users.get(user_id)
    if user is None:
        raise NotFound(msg("没有找到这个用户"))
    current = current_cells(ctx, user)
    changed = _differing(user, current, changes)
    if not changed:
        return ()
    typed = _read(ctx, user, current, changed)
    new_values = {name: typed.values[name] for name in _touched(changed)}
    columns = columns_of(ctx, user.id, new_values)
    wrong = {name: message for name, message in typed.wrong.items() if name in changed}
    if user.kind != "student" and not wrong and _would_be_nameless(user, columns):
        wrong["login_name"] = msg("手机号、邮箱和登录名至少保留一项，否则无法登录")
    _refuse(wrong | _taken(ctx, columns, wrong, user.id))
    if "class_name" in changed:
        columns["class_id"] = _held_class(ctx, typed.values, new_class, held.classes)
    old = {name: getattr(user, name) for name in SHOWN}
    with unique(ctx, refused_when_taken(tuple(new_values))):
        marked = write_columns(user, columns)
    if marked:
        new = {name: getattr(user, name) for name in SHOWN if name in marked}
        data: dict[str, Any] = {"old": {name: old[name] for name in new}, "new": new} if new else {}
        unshown = [name for name in marked if name not in SHOWN]
        record(ctx, "user.edited", "user", user.id, data | ({"changed": unshown} if unshown else {}))
    if "class_id" in marked:
        follow_joiners(ctx, held.classes, class_ids=[columns["class_id"]])
    return marked


def _differing(user: User, current: Mapping[str, Cell], changes: Mapping[str, Cell]) -> dict[str, Cell]:
    return {
        name: cell
        for name, cell in changes.items()
        if name in labels_of(user.kind) and _text(cell) != _text(current[name])
    }


def _read(ctx: Context, user: User, current: Mapping[str, Cell], changed: Mapping[str, Cell]) -> TypedAccount:
    return read_account(
        user.kind, _merged(current, changed), unit_code=ctx.school.unit_code, today=ctx.today()
    )


def _moves_to(ctx: Context, user: User, changes: Mapping[str, Cell]) -> str | None:
    """Return the name of the class that changes put a student into, as far as known before the account is locked."""
    if "class_name" not in changes:
        return None
    current = current_cells(ctx, user)
    changed = _differing(user, current, changes)
    return _read(ctx, user, current, changed).values["class_name"] if "class_name" in changed else None


def _held_class(ctx: Context, values: Mapping[str, Any], create: bool, held: FollowedClasses) -> int:
    found = _class(ctx, values, create)
    if not found.created and found.id not in held.class_ids:
        raise Conflict(msg("学生所在的班级刚刚有变化，没有进行任何操作，请核对后再试"))
    return found.id


def _merged(current: Mapping[str, Cell], changed: Mapping[str, Cell]) -> dict[str, Cell]:
    """Return the account with the changes; values that follow from a new ID number are left to it."""
    merged = dict(current)
    if changed.get(ID_NUMBER):
        merged |= {"birth_date": None, "gender": None}
    return merged | dict(changed)


def _touched(changed: Mapping[str, Cell]) -> set[str]:
    touched = {name for name in changed if name != "class_name"}
    if changed.get(ID_NUMBER):
        touched |= {"birth_date", "gender"}
    return touched


def _would_be_nameless(user: User, columns: Mapping[str, Any]) -> bool:
    return not any(columns.get(name, getattr(user, name)) for name in ("login_name", "mobile_index", "email"))


def _class(ctx: Context, values: Mapping[str, Any], create: bool) -> ChosenClass:
    return choose_class(
        ctx,
        typed=values["class_name"],
        entry_year=values.get("entry_year"),
        major=values.get("major"),
        create=create,
    )


def _taken(
    ctx: Context, columns: Mapping[str, Any], wrong: Mapping[str, Message], user_id: int | None
) -> dict[str, Message]:
    found = taken_fields(ctx, columns, user_id=user_id)
    return {name: message for name, message in found.items() if name not in wrong}


def _refuse(wrong: Mapping[str, Message]) -> None:
    if wrong:
        raise InvalidFields(wrong)


def _give_login_name(ctx: Context, real_name: str) -> str:
    school_lock(ctx, Lock.LOGIN_NAMES)
    same_stem = select(User.login_name).where(
        User.login_name.startswith(login_stem(real_name), autoescape=True)
    )
    return new_login_name(real_name, {name for name in ctx.session.scalars(same_stem) if name})


def _shown(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: values[name] for name in SHOWN if name in values}


def _text(cell: Cell) -> str:
    return display_text(cell).strip()
