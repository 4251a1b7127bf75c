"""The tree of categories, for menus and breadcrumbs."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import select

from shop.db import db
from shop.models import Category


class Shelf:
    """A category that knows the shelf around it and the shelves in it."""

    def __init__(self, number: int, slug: str, name: str, parent: Shelf | None = None) -> None:
        self.number = number
        self.slug = slug
        self.name = name
        self.parent = parent
        self.children: list[Shelf] = []
        if parent is not None:
            parent.children.append(self)

    def walk(self) -> Iterator[Shelf]:
        """This shelf and all in it."""
        yield self
        for child in self.children:
            yield from child.walk()

    def trail(self) -> list[Shelf]:
        """The way from the entrance to this shelf."""
        return [*(self.parent.trail() if self.parent else []), self]

    def find(self, slug: str) -> Shelf:
        """The shelf called *slug*; old or unknown names lead to this one."""
        return next((shelf for shelf in self.walk() if shelf.slug == slug), self)


def tree() -> Shelf:
    """All shelves, below the entrance."""
    entrance = Shelf(0, "all", "All products")
    placed = {None: entrance}
    rows = select(Category.id, Category.slug, Category.name, Category.parent_id).order_by(Category.id)
    for number, slug, name, parent_id in db.session.execute(rows):
        placed[number] = Shelf(number, slug, name, placed[parent_id])
    return entrance
