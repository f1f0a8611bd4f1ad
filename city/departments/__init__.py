"""The departments' databases and files, one module each: its schema, its codes, its habits."""

from importlib import import_module
from pkgutil import iter_modules

from city.tables import Department


def _found() -> dict[str, Department]:
    modules = (import_module(f"{__name__}.{each.name}") for each in iter_modules(__path__))
    return {module.DEPARTMENT.slug: module.DEPARTMENT for module in modules}


DEPARTMENTS: dict[str, Department] = _found()
"""Every department of the city by slug; each module of this folder has one, called ``DEPARTMENT``."""
