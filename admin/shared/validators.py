"""Form validators with messages of our own."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext
from wtforms.validators import DataRequired, StopValidation


class Required(DataRequired):
    """Validator of a required field; a date that cannot be read gets a message about dates."""

    def __call__(self, form: Any, field: Any) -> None:  # noqa: ARG002
        """Stop the validation at an empty field."""
        is_number = type(field.data) is int  # zero counts as filled in
        if is_number or (field.data and (not isinstance(field.data, str) or field.data.strip())):
            return
        unreadable = any(str(value).strip() for value in field.raw_data or ())
        field.errors = []
        raise StopValidation(gettext("无法识别，请重新填写") if unreadable else gettext("请填写此项"))
