"""The consent to the processing of personal data."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy import select

from app.context import Context
from app.models import Consent
from app.services.auth import consents
from app.uow import unit_of_work
from tenants.scope import school_scope


def test_consent_is_noted_once_a_version(me: Callable[..., Context], monkeypatch: pytest.MonkeyPatch) -> None:
    user_id = me().actor.user_id
    assert user_id is not None
    assert not consents.has_consented(me(), user_id=user_id)
    for _ in range(2):
        with unit_of_work(me()) as ctx:
            consents.accept_consent(ctx)
    assert consents.has_consented(me(), user_id=user_id)
    with school_scope(me().school.id) as session:
        assert len(session.scalars(select(Consent)).all()) == 1
    monkeypatch.setattr(consents, "VERSION", "later")
    assert not consents.has_consented(me(), user_id=user_id)
