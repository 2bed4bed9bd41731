"""Helpers of all commands: the operator's context and unit of work, addresses, and one-line refusals."""

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

#: The exit code of a refused command; click also uses it for a wrong command line.
REFUSED = 2

OPERATOR = Actor(role=Role.OPERATOR, name="operator")


def clock() -> Callable[[], datetime]:
    """Return the clock of commands: the machine's, or a clock that a test has set."""
    return cast("Callable[[], datetime]", current_app.extensions.get("spoc_clock", system_clock))


@contextmanager
def shell_context(school: SchoolInfo) -> Iterator[Context]:
    """Open a context of the operator in a school, with a session of its own, which commits nothing."""
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
    """Open a unit of work of the operator in a school; a refusal ends the command with one line."""
    try:
        with shell_context(school) as ctx, unit_of_work(ctx):
            yield ctx
    except DomainError as error:
        refuse(error)


def alliance() -> SchoolInfo:
    """Return the alliance, or end the command with a hint on how to create it."""
    found = find_alliance()
    if found is None:
        click.echo("There is no alliance yet: flask setup alliance --name …", err=True)
        sys.exit(REFUSED)
    return found


def refuse(error: DomainError) -> NoReturn:
    """Print in one line which option was refused and why, and end the command."""
    option = f"--{error.field.replace('_', '-')}: " if isinstance(error, Invalid) else ""
    suggestion = getattr(error, "suggestion", None)
    hint = f" ({suggestion}?)" if suggestion else ""
    click.echo(f"{option}{error.message}{hint}", err=True)
    sys.exit(REFUSED)


def address_of(slug: str) -> str:
    """Return the address of a school, or of the apex for an empty slug."""
    config = current_app.config
    host = f"{slug}.{config['BASE_DOMAIN']}" if slug else config["BASE_DOMAIN"]
    port = f":{config['PUBLIC_PORT']}" if config["PUBLIC_PORT"] else ""
    return f"{config['PUBLIC_SCHEME']}://{host}{port}"
