"""The theme of the management side: our own templates under Flask-Admin's views."""

from __future__ import annotations

from dataclasses import dataclass

from flask_admin.theme import Theme

from app.rules.schools.colours import accent_theme


@dataclass
class SpocTheme(Theme):
    """The theme that names our templates to Flask-Admin; the pages are in ``admin/templates/spoc``."""

    folder: str = "spoc"
    base_template: str = "spoc/admin/base.html"

    def colours(self, accent: str) -> dict[str, str]:
        """Return the accent's colours.

        Flask-Admin passes this object to its templates in place of its own theme's colours.

        Args:
            accent: ``#rrggbb`` of the school.
        """
        return accent_theme(accent)
