"""Models: what memctx knows by name, where weights lie, and how they get there."""

from .catalogue import Catalogue, CatalogueEntry, shipped_catalogue
from .progress import Progress
from .pull import pull
from .resolve import ModelState, ResolvedModel, list_models, resolve

__all__ = [
    "Catalogue",
    "CatalogueEntry",
    "ModelState",
    "Progress",
    "ResolvedModel",
    "list_models",
    "pull",
    "resolve",
    "shipped_catalogue",
]
