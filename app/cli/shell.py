"""What all commands share: the context of a person at the shell, addresses, and refusals as one line."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import NoReturn, cast

import click
from flask import current_app

from app.context import Actor, Context, system_clock
from app.errors import DomainError, Invalid
from app.jobs import Enqueue
from app.rules.permissions import Role
from app.uow import unit_of_work
from app.vault import Vault
from tenants.registry import SchoolInfo, find_alliance
from tenants.scope import school_scope

#: The exit code of a command that was refused; click uses it for a wrong command line, too.
REFUSED = 2

OPERATOR = Actor(role=Role.OPERATOR, name="operator")


def clock() -> Callable[[], datetime]:
    """The clock of commands: the machine's, or the one that a test has set."""
    return cast("Callable[[], datetime]", current_app.extensions.get("spoc_clock", system_clock))


@contextmanager
def shell_context(school: SchoolInfo) -> Iterator[Context]:
    """A context of the operator in a school, with a session of its own; nothing is committed by it."""
    with school_scope(school.id) as session:
        yield Context(
            session=session,
            school=school,
            actor=OPERATOR,
            now=clock(),
            enqueue=cast(Enqueue, current_app.extensions["spoc_enqueue"]),
            vault=cast(Vault, current_app.extensions["spoc_vault"]),
        )


@contextmanager
def shell_unit(school: SchoolInfo) -> Iterator[Context]:
    """A unit of work of the operator in a school; a refusal ends the command with one line."""
    try:
        with shell_context(school) as ctx, unit_of_work(ctx):
            yield ctx
    except DomainError as error:
        refuse(error)


def alliance() -> SchoolInfo:
    """The alliance; without one the command ends with the way to make it."""
    found = find_alliance()
    if found is None:
        click.echo("There is no alliance yet: flask setup alliance --name …", err=True)
        sys.exit(REFUSED)
    return found


def refuse(error: DomainError) -> NoReturn:
    """Say in one line which option was refused and why, and end the command."""
    option = f"--{error.field.replace('_', '-')}: " if isinstance(error, Invalid) else ""
    suggestion = getattr(error, "suggestion", None)
    hint = f" ({suggestion}?)" if suggestion else ""
    click.echo(f"{option}{error.message}{hint}", err=True)
    sys.exit(REFUSED)


def address_of(slug: str) -> str:
    """The address of a host: a school's, or the apex for an empty label."""
    config = current_app.config
    host = f"{slug}.{config['BASE_DOMAIN']}" if slug else config["BASE_DOMAIN"]
    port = f":{config['PUBLIC_PORT']}" if config["PUBLIC_PORT"] else ""
    return f"{config['PUBLIC_SCHEME']}://{host}{port}"
