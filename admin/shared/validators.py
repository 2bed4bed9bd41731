"""Checks of forms that need our own words."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext
from wtforms.validators import DataRequired, StopValidation


class Required(DataRequired):
    """The field must be filled in; a date that cannot be read is said to be one."""

    def __call__(self, form: Any, field: Any) -> None:  # noqa: ARG002
        """Stop at an empty field."""
        is_number = type(field.data) is int  # zero is filled in, too
        if is_number or (field.data and (not isinstance(field.data, str) or field.data.strip())):
            return
        typed = any(str(value).strip() for value in field.raw_data or ())
        field.errors = []
        raise StopValidation(gettext("无法识别，请重新填写") if typed else gettext("请填写此项"))
