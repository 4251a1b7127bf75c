"""The native heap walker (csrc/module.c)."""

from typing import final

BUILT_FOR: str

@final
class Walker:
    objects: int
    def __new__(cls, *, package: str = "") -> Walker: ...
    def profile(self, roots: list[tuple[str, object]], own: list[object], *, interpreter: bool = True) -> bytes: ...
    def members(
        self,
        roots: list[tuple[str, object]],
        own: list[object],
        shape_ids: list[int],
        limit: int,
        *,
        interpreter: bool = True,
    ) -> list[tuple[int, object]]: ...
    def shapes_of(
        self, roots: list[tuple[str, object]], own: list[object], objects: list[object], *, interpreter: bool = True
    ) -> list[int]: ...
    def shapes(self, start: int = 0) -> list[tuple[int, str, str]]: ...

def items(obj: object, /) -> int: ...
def size_bytes(obj: object, /) -> int: ...
def supported() -> bool: ...
