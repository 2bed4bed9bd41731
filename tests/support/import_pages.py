"""The pages of imports: a roster, its upload, and the work of the queue."""

from __future__ import annotations

import re
from io import BytesIO

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from app.jobs import JobName
from app.models import User
from tenants.registry import SchoolInfo
from tenants.scope import school_scope
from tests.support.manage import send
from workers.dispatch import run_job

HOME = "/manage/imports/"
HEADER = "学号*,真实姓名*,所属班级*,身份证号,入学年份\r\n"
GOOD = ("{}0001,欧阳晓明,临床一班,,2026", "{}0002,王芳,临床一班,,2026")


def upload(client: FlaskClient, text: str, name: str = "名单.csv") -> str:
    """Upload a .csv; the address of the import is given back."""
    answer = send(client, HOME + "upload", file=(BytesIO(text.encode("utf-8-sig")), name))
    assert answer.status_code == 303
    return str(answer.headers["Location"])


def work(app: Flask, school: SchoolInfo, address: str, job: JobName = JobName.CHECK_IMPORT) -> None:
    """Do what the worker does."""
    with app.app_context():
        run_job(job.value, school.id, {"import_id": import_id(address)})


def import_id(address: str) -> int:
    """The number in the address of an import."""
    return int(re.findall(r"/(\d+)/", address)[0])


def students(school: SchoolInfo) -> dict[str, User]:
    """The school's students by name."""
    with school_scope(school.id) as session:
        found = session.scalars(select(User).where(User.kind == "student"))
        return {user.real_name: user for user in found}


def roster(school: SchoolInfo, *rows: str) -> str:
    """A file with these rows; ``{}`` stands for the unit code."""
    return HEADER + "".join(row.replace("{}", school.unit_code) + "\r\n" for row in rows)
