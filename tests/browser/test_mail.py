"""The way of a mail: queued with its cause, sent by the real worker, read by the administrator and in the demo."""

from __future__ import annotations

import email
from collections.abc import Callable
from email.policy import default

import pytest
from playwright.sync_api import BrowserContext, Page, expect
from sqlalchemy import select

from app.models import Mail, User
from app.services.background.unit_of_work_factory import UnitOfWorkFactory
from app.services.messages.mail_queue import NewMail, Reader, queue_mails
from tenants.registry import SchoolInfo
from tenants.scope import school_scope
from tests.support.browser import PHONE, log_in
from tests.support.live import LiveServer
from tests.support.waiting import eventually
from workers.dispatch import units_for

pytestmark = pytest.mark.browser


def _send(live: LiveServer, school: SchoolInfo, user: User) -> int:
    """Queue a mail with a link and wait until the worker is done with it."""
    units: UnitOfWorkFactory = units_for(school)
    with units() as ctx:
        reader = Reader(user.id, "lihua@example.com", user.real_name)
        (mail_id,) = queue_mails(ctx, [NewMail(reader, "confirm_email", {"link": "/courses"})])

    def sent() -> bool:
        with school_scope(school.id) as session:
            return session.scalar(select(Mail.state).where(Mail.id == mail_id)) == "sent"

    eventually(sent, by=live.worker)
    return mail_id


def test_a_queued_mail_is_sent_by_the_worker_and_read_on_both_pages(
    live_server: LiveServer,
    make_school: Callable[..., SchoolInfo],
    make_user: Callable[..., User],
    browser_context: BrowserContext,
    page: Page,
) -> None:
    school = make_school(name="明德邮件医科大学")
    administrator = make_user(school, "administrator", must_change_password=False)
    student = make_user(school, real_name="李华")
    mail_id = _send(live_server, school, student)

    kept = live_server.app.config["MAIL_FOLDER"] / school.slug / f"{mail_id}.eml"
    message = email.message_from_bytes(kept.read_bytes(), policy=default)
    assert (message["To"], message["Subject"]) == ("lihua@example.com", "请确认您的邮箱")

    # The administrator: masked, and without the key.
    log_in(browser_context, live_server.app, school, administrator)
    page.goto(live_server.url(school, "/manage/"))
    page.get_by_role("link", name="邮件", exact=True).first.click()
    row = page.get_by_role("row").filter(has_text="李华")
    expect(row).to_contain_text("l***@example.com")
    expect(row).to_contain_text("已发送")
    row.get_by_role("link", name="请确认您的邮箱").click()
    frame = page.frame_locator("iframe")
    expect(frame.get_by_role("heading", name="明德邮件医科大学")).to_be_visible()
    expect(frame.get_by_text("李华，您好！")).to_be_visible()
    assert "/courses" not in (frame.locator("body").text_content() or "")

    # The person trying the product, on a phone: everything is there, and the link is followed.
    page.set_viewport_size(PHONE)
    page.goto(live_server.url(school, "/demo/mail"))
    expect(page.get_by_text("lihua@example.com")).to_be_visible()
    expect(page.frame_locator("iframe").get_by_role("link", name="确认邮箱")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.get_by_role("link", name="打开邮件中的地址").click()
    expect(page).to_have_url(live_server.url(school, "/courses"))
