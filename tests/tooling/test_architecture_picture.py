"""The picture of the architecture matches the code."""

from __future__ import annotations

import shutil
from pathlib import Path

from deploy import draw_architecture
from deploy.draw_architecture import PICTURE, PROJECT, draw, layers_of


def test_the_picture_shows_the_code_as_it_is() -> None:
    assert PICTURE.read_text(encoding="utf-8") == draw(), "run `make picture`"


def test_every_subject_of_a_layer_is_shown() -> None:
    picture = draw()
    for layer in draw_architecture.SUBJECTS:
        for folder in (PROJECT / layer.replace(".", "/")).iterdir():
            if (folder / "__init__.py").exists():
                assert f">{folder.name}</text>" in picture


def test_a_new_subject_changes_the_picture(tmp_path: Path) -> None:
    shutil.copy(PROJECT / "pyproject.toml", tmp_path)
    (tmp_path / "app" / "services" / "grades").mkdir(parents=True)
    (tmp_path / "app" / "services" / "grades" / "__init__.py").touch()
    assert ">grades</text>" in draw(tmp_path)
    assert ">grades</text>" not in draw()


def test_layers_are_read_from_the_contracts_the_highest_first() -> None:
    layers = layers_of("packages")
    assert layers == [["admin", "workers"], ["app"], ["tenants"]]
