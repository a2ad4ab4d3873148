"""``tutor new`` and ``tutor schema``: what an author starts from."""

from __future__ import annotations

import json
import os
from pathlib import Path

import click

from tutor.content.loader import load_course
from tutor.content.new import KINDS, CannotMake
from tutor.content.proofs.found import Finding
from tutor.content.proofs.written import written
from tutor.content.schema import schema
from tutor.text.messages import say

DONE, USAGE = 0, 2


def print_schema(kind: str) -> int:
    """Print the JSON schema of one kind of file."""
    click.echo(json.dumps(schema(kind), indent=1, ensure_ascii=False))
    return DONE


def make(kind: str, root: Path, name: str) -> int:
    """Make something new in a course; tell where it is and what it still lacks."""
    try:
        made = KINDS[kind](load_course(root), name)
    except CannotMake as error:
        click.echo(str(error), err=True)
        return USAGE
    path = os.path.relpath(made.path)
    path = str(made.path) if path.startswith("..") else path
    click.echo(say("validate.new.made", kind=kind, alias=made.alias, path=path, line=made.line))
    missing = [one for one in _missing(root, made.path) if one.line >= made.line]
    if missing:
        click.echo(say("validate.new.missing"))
    for one in missing:
        click.echo(f"  {path}:{one.line}: {one.message}")
    click.echo(say("validate.new.next", path=path))
    return DONE


def _missing(root: Path, path: Path) -> list[Finding]:
    return sorted(written(load_course(root), {path}))
