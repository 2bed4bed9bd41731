"""People's own information on the student side."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import exists, select
from sqlalchemy.orm import joinedload

from app.context import Context
from app.errors import NotFound, msg
from app.models import ChangeRequest, User
from app.rules.shared.masking import mask_id_number, mask_mobile
from app.services.shared.encrypted_fields import ID_NUMBER, MOBILE, unseal
from app.services.shared.require_permission import acting_user_id


@dataclass(frozen=True, slots=True, kw_only=True)
class MyInformation:
    """An account as its owner sees it: ID number and phone masked, but recognisable."""

    kind: str
    student_no: str | None
    login_name: str | None
    nickname: str
    real_name: str
    gender: str | None
    birth_date: date | None
    entry_year: int | None
    study_years: int | None
    class_name: str | None
    major: str | None
    email: str | None
    masked_mobile: str | None
    masked_id_number: str | None
    bio: str | None
    photo_sha: str | None
    pending_email: str | None
    request_open: bool


def get_my_information(ctx: Context) -> MyInformation:
    """Return the acting person's own data, in one query.

    Raises:
        NotAllowed: nobody is logged in.
        NotFound: the account no longer exists.
    """
    waiting = exists().where(
        ChangeRequest.school_id == User.school_id,
        ChangeRequest.user_id == User.id,
        ChangeRequest.state == "open",
    )
    query = select(User, waiting).where(User.id == acting_user_id(ctx))
    found = ctx.session.execute(query.options(joinedload(User.school_class))).one_or_none()
    if found is None:
        raise NotFound(msg("没有找到这个账号"))
    user, request_open = found
    mobile = unseal(ctx.vault, user.school_id, MOBILE, user.id, user.mobile_sealed)
    id_number = unseal(ctx.vault, user.school_id, ID_NUMBER, user.id, user.id_number_sealed)
    return MyInformation(
        kind=user.kind,
        student_no=user.student_no,
        login_name=user.login_name,
        nickname=user.nickname,
        real_name=user.real_name,
        gender=user.gender,
        birth_date=user.birth_date,
        entry_year=user.entry_year,
        study_years=user.study_years,
        class_name=user.school_class.name if user.school_class else None,
        major=user.major,
        email=user.email,
        masked_mobile=mask_mobile(mobile) if mobile else None,
        masked_id_number=mask_id_number(id_number) if id_number else None,
        bio=user.bio,
        photo_sha=user.photo_sha,
        pending_email=user.pending_email,
        request_open=request_open,
    )
