"""Settings: every mistake at once, and no way into production with the captcha off."""

from __future__ import annotations

import base64

import pytest

from config import BadSettings, Settings

GOOD = {
    "SPOC_ENV": "production",
    "BASE_DOMAIN": "spoc.example.cn",
    "SECRET_KEY": "s" * 32,
    "VAULT_KEY": base64.b64encode(bytes(32)).decode(),
    "DATABASE_URL": "postgresql://app@db/spoc",
    "REDIS_URL": "redis://localhost",
}


def test_good_settings_are_read() -> None:
    settings = Settings.from_env(GOOD)
    assert settings.is_production
    assert settings.captcha
    assert settings.scheme == "https"
    assert settings.database_url == "postgresql+psycopg://app@db/spoc"


def test_every_mistake_is_named_at_once() -> None:
    with pytest.raises(BadSettings) as error:
        Settings.from_env(
            {"SPOC_ENV": "live", "VAULT_KEY": "?", "TRUSTED_PROXIES": "two", "CAPTCHA": "maybe"}
        )
    for word in (
        "SPOC_ENV",
        "BASE_DOMAIN",
        "SECRET_KEY",
        "VAULT_KEY",
        "DATABASE_URL",
        "REDIS_URL",
        "TRUSTED_PROXIES",
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
