"""One's data as a page that reads without the site."""

from __future__ import annotations

import io
import zipfile

from flask.testing import FlaskClient

from app.models import User
from tests.support.pages import post


def test_the_data_are_a_zip_for_their_person(client: FlaskClient, student: User) -> None:
    answer = post(client, "/me/data.zip")
    assert answer.content_type == "application/zip"
    assert answer.headers["Cache-Control"] == "no-store"
    with zipfile.ZipFile(io.BytesIO(answer.data)) as archive:
        page = archive.read("data.html").decode()
        assert "张三锋" in archive.read("data.json").decode()
    assert "张三锋" in page
    assert "账号与学籍" in page
