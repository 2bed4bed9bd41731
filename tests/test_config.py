"""Settings: all errors are reported at once, and the captcha cannot be off in production."""

from __future__ import annotations

import base64
from pathlib import Path

import pytest

from app.rules.messages.mail_server import MailServer
from config import BadSettings, Settings

GOOD = {
    "SPOC_ENV": "production",
    "BASE_DOMAIN": "spoc.example.cn",
    "SECRET_KEY": "s" * 32,
    "VAULT_KEY": base64.b64encode(bytes(32)).decode(),
    "DATABASE_URL": "postgresql://app@db/spoc",
    "REDIS_URL": "redis://localhost",
    "SMTP_URL": "smtp://spoc:p%40ss@mail.example.cn:2525?starttls=1",
    "MAIL_FROM": "noreply@spoc.example.cn",
}


def test_good_settings_are_read() -> None:
    settings = Settings.from_env(GOOD)
    assert settings.env == "production"
    assert settings.captcha
    assert settings.scheme == "https"
    assert settings.database_url == "postgresql+psycopg://app@db/spoc"


def test_every_mistake_is_named_at_once() -> None:
    with pytest.raises(BadSettings) as error:
        Settings.from_env(
            {
                "SPOC_ENV": "live",
                "VAULT_KEY": "?",
                "TRUSTED_PROXIES": "two",
                "CAPTCHA": "maybe",
                "SMTP_URL": "x",
            }
        )
    for word in (
        "SPOC_ENV",
        "BASE_DOMAIN",
        "SECRET_KEY",
        "VAULT_KEY",
        "DATABASE_URL",
        "REDIS_URL",
        "TRUSTED_PROXIES",
        "SMTP_URL",
    ):
        assert word in str(error.value)


def test_production_is_the_default_and_has_no_default_secret() -> None:
    with pytest.raises(BadSettings, match="SECRET_KEY"):
        Settings.from_env(
            {name: value for name, value in GOOD.items() if name not in ("SECRET_KEY", "SPOC_ENV")}
        )


def test_production_refuses_a_captcha_that_is_off() -> None:
    with pytest.raises(BadSettings, match="CAPTCHA=off"):
        Settings.from_env(GOOD | {"CAPTCHA": "off"})
    assert not Settings.from_env(GOOD | {"CAPTCHA": "off", "SPOC_ENV": "demo"}).captcha


@pytest.mark.parametrize("change", [{"SECRET_KEY": "short"}, {"VAULT_KEY": base64.b64encode(b"x").decode()}])
def test_weak_keys_are_refused(change: dict[str, str]) -> None:
    with pytest.raises(BadSettings):
        Settings.from_env(GOOD | change)


def test_the_mail_server_is_read_from_one_address() -> None:
    server = Settings.from_env(GOOD).mail_server
    assert server == MailServer("mail.example.cn", 2525, "spoc", "p@ss", "starttls")
    assert "p@ss" not in repr(server)


def test_production_names_a_mail_server_or_says_that_it_sends_none() -> None:
    with pytest.raises(BadSettings, match="SMTP_URL is not set"):
        Settings.from_env({name: value for name, value in GOOD.items() if name != "SMTP_URL"})
    off = Settings.from_env(GOOD | {"SMTP_URL": "off"})
    assert (off.mail_server, off.mail_folder) == (None, None)


def test_the_demo_keeps_its_mails_in_a_folder_and_production_never_does() -> None:
    demo = {name: value for name, value in GOOD.items() if name != "SMTP_URL"} | {"SPOC_ENV": "demo"}
    assert Settings.from_env(demo).mail_folder == Path(__file__).parents[1] / "var" / "mail"
    assert Settings.from_env(demo | {"MAIL_FOLDER": "/x"}).mail_folder == Path("/x")
    assert Settings.from_env(GOOD | {"MAIL_FOLDER": "/x"}).mail_folder is None


@pytest.mark.parametrize(
    "change",
    [
        {"SMTP_URL": "http://mail.example.cn"},
        {"SMTP_URL": "smtp://spoc:secret@mail.example.cn"},
        {"SMTP_URL": "smtp://spoc@mail.example.cn?starttls=1"},
        {"SMTP_URL": "smtp://mail.example.cn?tls=1"},
        {"SMTP_URL": "smtp://mail.example.cn:port"},
        {"MAIL_FROM": "a@example.cn\nBcc: b@example.cn"},
        {"MAIL_FROM": ""},
    ],
)
def test_mail_settings_that_cannot_be_meant_are_refused(change: dict[str, str]) -> None:
    with pytest.raises(BadSettings) as error:
        Settings.from_env(GOOD | change)
    assert "secret" not in str(error.value)
