"""Reports as a shop with four leaks would get them, and the shortest ones."""

from __future__ import annotations

from stopper.model.facts import LeakFacts
from stopper.model.finding import (
    Bounded,
    Cause,
    EndpointShare,
    Finding,
    Growth,
    Holder,
    Location,
    NotExercised,
    Report,
    Unit,
)
from stopper.report.advice import advise, explain


def finding(
    cause: Cause,
    facts: LeakFacts,
    *,
    rule: str = "/",
    length: int | None = 600,
    source: tuple[str, ...] = (),
    fingerprint: str = "",
) -> Finding:
    """A finding that tells these facts; *source* surrounds the line, beginning two lines above it."""
    excerpt = tuple((facts.line - 2 + index, text) for index, text in enumerate(source))
    return Finding(
        fingerprint=fingerprint or f"{cause}-{facts.holder_path}",
        cause=cause,
        endpoints=tuple(EndpointShare(e, rule, "GET", 1 / len(facts.endpoints)) for e in facts.endpoints),
        growth=Growth(facts.unit, facts.per_request, facts.bytes_per_request, 600),
        holder=Holder(facts.holder_path, facts.holder_type, facts.holder_kind, length),
        leaked_type=facts.leaked_type,
        retaining_path=facts.retaining_path,
        location=Location(facts.file, facts.line, facts.function, excerpt) if facts.file else None,
        explanation=explain(cause, facts),
        fix=advise(cause, facts),
        every_request=facts.every_request,
    )


def leak(
    path: str,
    *,
    kind: str,
    kept_in: str,
    leaked: str,
    steps: tuple[str, ...],
    at: tuple[str, int, str],
    line: str,
    endpoint: str,
    unit: Unit = "object",
    bytes_per_request: float,
    distinct: bool = False,
    library: str | None = None,
) -> LeakFacts:
    """Facts of a leak of one unit a request."""
    return LeakFacts(
        holder_path=path, holder_kind=kind, holder_type=kept_in, leaked_type=leaked, retaining_path=steps,
        file=at[0], line=at[1], function=at[2], source_line=line, endpoints=(endpoint,), unit=unit,
        per_request=1.0, bytes_per_request=bytes_per_request, distinct_only=distinct, owner_library=library,
    )  # fmt: skip


TRAIL = leak(
    "shop.audit.trail", kind="module global", kept_in="list", leaked="dict", endpoint="product",
    bytes_per_request=3120.0,
    steps=("module shop.audit", ".trail: list", "[*]: dict"), at=("shop/audit.py", 18, "record"),
    line="    trail.append(entry)",
)  # fmt: skip

RENDER = leak(
    "shop.prices.render (lru_cache)", kind="lru_cache", kept_in="functools._lru_cache_wrapper", leaked="str",
    endpoint="price", bytes_per_request=412.0, distinct=True,
    steps=("module shop.prices", ".render: functools._lru_cache_wrapper", "cache: dict", "[*]: str"),
    at=("shop/prices.py", 9, "render"), line="@lru_cache(maxsize=None)",
)  # fmt: skip

SIGNAL = leak(
    "shop.signals.order_viewed.receivers", kind="registry of blinker", kept_in="dict", leaked="function",
    endpoint="order", bytes_per_request=1290.0, library="blinker",
    steps=(
        "module shop.signals", ".order_viewed: blinker.base.NamedSignal", ".receivers: dict", "[*]: function",
        "closure order: shop.models.Order",
    ),
    at=("shop/views.py", 57, "order"), line="    order_viewed.connect(remember, weak=False)",
)  # fmt: skip

SEARCH = leak(
    "shop.catalogue.by_query", kind="instance attribute", kept_in="dict", leaked="list", endpoint="search",
    bytes_per_request=6840.0, distinct=True,
    steps=("module shop", ".catalogue: shop.services.Catalogue", ".by_query: dict", "[*]: list"),
    at=("shop/services.py", 31, "find"), line="            self.by_query[query] = self._find(query)",
)  # fmt: skip


def shop() -> Report:
    """A shop with four leaks: a list, an unbounded lru_cache, a signal handler a request, a cache in an instance."""
    return Report(
        target="shop:create_app()",
        verdict="leaking",
        requests=5_460,
        seconds=7.84,
        findings=(
            finding("global", TRAIL, rule="/product/<int:id>", length=1804, source=(
                "def record(kind, what):", '    entry = {"kind": kind, "what": what, "at": time.time()}',
                "    trail.append(entry)", '    log.debug("%s %s", kind, what)', "",
            )),
            finding("cache", RENDER, rule="/price/<int:id>/<currency>", length=None, source=(
                "", "", "@lru_cache(maxsize=None)", "def render(cents, currency):",
                "    return format_currency(cents / 100, currency)",
            )),
            finding("registration", SIGNAL, rule="/order/<int:id>", length=640, source=(
                "    def remember(sender):", "        sender.last_seen = order",
                "    order_viewed.connect(remember, weak=False)", "    order_viewed.send(current_app)",
                '    return render_template("order.html", order=order)',
            )),
            finding("cache", SEARCH, rule="/search", length=1210, source=(
                "    def find(self, query):", "        if query not in self.by_query:",
                "            self.by_query[query] = self._find(query)", "        return self.by_query[query]", "",
            )),
        ),
        bounded=(
            Bounded("shop.prices.rate (lru_cache)", "functools._lru_cache_wrapper", 256, 84_000, "maxsize=256"),
            Bounded("shop.views.recent", "collections.deque", 200, 412_000, "maxlen=200"),
            Bounded("shop.stock.levels", "dict", None, 9_100, "stopped growing after 1,000 entries"),
        ),
        errors=(
            NotExercised("account.index", "302 to /login: give a scenario"),
            NotExercised("account.orders", "302 to /login: give a scenario"),
            NotExercised("admin.export", "500 on each request: KeyError 'month'"),
        ),
        exercised=("home", "product", "price", "order", "search", "category", "stock", "health", "sitemap", "basket"),
        notes=("POST routes were not called: a scenario can do that.",),
    )  # fmt: skip


def clean() -> Report:
    """A shop that leaks nothing."""
    return Report("shop:app", "clean", 4_800, 6.31, exercised=("home", "product", "search"))


def inconclusive() -> Report:
    """A run in which nothing answered."""
    return Report(
        "shop:create_app()",
        "inconclusive",
        12,
        0.4,
        errors=(NotExercised("home", "500 on each request: OperationalError"),),
    )
