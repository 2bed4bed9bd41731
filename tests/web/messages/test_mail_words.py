"""Rendered mails: two languages, two forms, and no parameter that becomes markup or another header."""

from __future__ import annotations

import pytest
from flask import Flask

from app.errors import msg
from app.services.messages.mail_port import MailContent
from app.web.messages.mail_words import SUBJECTS, link_of, subject_of, word_mail
from tenants.registry import SchoolInfo

NOTICE = {"subject": msg("密码").as_json(), "body": msg("新密码").as_json()}


def _content(template: str, language: str = "zh", **params: object) -> MailContent:
    return MailContent(
        template, {"name": "李华", **(NOTICE if template == "notice" else {}), **params}, language
    )


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("template", sorted(SUBJECTS))
def test_every_mail_has_words_in_both_forms(
    app_context: Flask, school: SchoolInfo, template: str, language: str
) -> None:
    words = word_mail(school, _content(template, language, link="/me"))
    home = f"http://{school.slug}.localhost"
    for text in (words.text, words.html):
        assert "李华" in text
        assert school.name in text
        assert home in text
    assert words.subject
    assert "<" not in words.text.replace("<%", "")
    assert f'lang="{"en" if language == "en" else "zh-Hans-CN"}"' in words.html
    assert "style=" not in words.html


def test_a_mail_speaks_its_receivers_language_and_not_the_readers(app: Flask, school: SchoolInfo) -> None:
    with app.test_request_context(base_url=f"http://{school.slug}.localhost", headers={"Cookie": "lang=en"}):
        english, chinese = _content("notice", "en"), _content("notice", "zh")
        assert word_mail(school, chinese).subject == "密码"
        assert word_mail(school, english).subject == "Password"
        assert subject_of(chinese) == "Password"


def test_fields_are_named_in_the_receivers_language(app_context: Flask, school: SchoolInfo) -> None:
    body = msg("已按您的申请修改：%(fields)s。", fields=(msg("真实姓名"), msg("所属班级"))).as_json()
    assert "Real name, Class." in word_mail(school, _content("notice", "en", body=body)).text
    assert "真实姓名、所属班级。" in word_mail(school, _content("notice", body=body)).text


def test_values_are_text_and_never_markup(app_context: Flask, school: SchoolInfo) -> None:
    words = word_mail(school, _content("notice", name="<b>李</b>", body=msg("%(x)s", x="<i>&").as_json()))
    assert "<b>" not in words.html
    assert "&lt;i&gt;&amp;" in words.html
    assert "<b>李</b>" in words.text
    assert "<i>&" in words.text


def test_a_subject_is_one_line(app_context: Flask, school: SchoolInfo) -> None:
    subject = msg("您好%(x)s", x="\r\nBcc: a@example.com\u2028b").as_json()
    words = word_mail(school, _content("notice", subject=subject))
    assert words.subject == "您好 Bcc: a@example.com b"


@pytest.mark.parametrize(
    ("link", "shown"),
    [
        ("/messages", True),
        ("http://{slug}.localhost/confirm/x", True),
        ("http://evil.example.com/", False),
        ("http://{slug}.localhost.evil.example.com/", False),
        ("//evil.example.com", False),
        ("/\\evil.example.com", False),
        ("javascript:alert(1)", False),
        ("", False),
    ],
)
def test_a_link_leads_to_the_school_or_nowhere(
    app_context: Flask, school: SchoolInfo, link: str, shown: bool
) -> None:
    content = _content("notice", link=link.format(slug=school.slug))
    assert (link_of(school, content) is not None) == shown
    assert ("evil" in word_mail(school, content).html) is False


def test_a_key_is_hidden_from_everybody_but_the_receiver(app_context: Flask, school: SchoolInfo) -> None:
    content = _content("confirm_email", link="/me/email/secret-token")
    assert "secret-token" in word_mail(school, content).text
    hidden = word_mail(school, content, hide_link=True)
    assert "secret-token" not in hidden.text + hidden.html


def test_a_mail_about_a_link_needs_one_that_stays_here(app_context: Flask, school: SchoolInfo) -> None:
    for link in ("http://evil.example.com/", ""):
        with pytest.raises(ValueError, match="confirm_email"):
            word_mail(school, _content("confirm_email", link=link))


def test_an_unknown_template_or_a_notice_without_words_is_an_error(
    app_context: Flask, school: SchoolInfo
) -> None:
    for content in (MailContent("other", {}, "zh"), MailContent("notice", {}, "zh")):
        with pytest.raises(KeyError):
            word_mail(school, content)
