"""The look of the management side: our own templates under Flask-Admin's views."""

from __future__ import annotations

from dataclasses import dataclass

from flask_admin.theme import Theme

from app.rules.schools.colours import accent_theme


@dataclass
class SpocTheme(Theme):
    """Names our templates to Flask-Admin; the pages themselves are in ``admin/templates/spoc``."""

    folder: str = "spoc"
    base_template: str = "spoc/admin/base.html"

    def colours(self, accent: str) -> dict[str, str]:
        """The accent's colours; Flask-Admin gives its templates this object where others have those colours.

        Args:
            accent: ``#rrggbb`` of the school.
        """
        return accent_theme(accent)
