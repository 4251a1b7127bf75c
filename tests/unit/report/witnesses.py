"""A witness for each entry of the catalogue: a leak that this entry, and no other, explains."""

from __future__ import annotations

from stopper.model.facts import LeakFacts
from stopper.model.finding import Cause


def facts(holder: str, *steps: str, line: str = "", **more) -> LeakFacts:
    """A leak of one object a request to `product`; the last step's type is what is leaked, unless said otherwise."""
    leaked = steps[-1].rpartition(": ")[2] if steps else ""
    known = {"leaked_type": leaked, "endpoints": ("product",), "function": "product", "file": "shop/views.py"}
    return LeakFacts(holder_path=holder, retaining_path=steps, line=42, source_line=line, **{**known, **more})


APP = ("module shop", ".app: flask.app.Flask")
SHOP = "module shop"

WITNESSES: dict[str, tuple[Cause, LeakFacts]] = {
    # registrations
    "logging-handler": ("registration", facts(
        "shop.tickets.handlers ('desk.tickets')", SHOP, ".tickets: logging.Logger", ".handlers: list",
        "[*]: logging.StreamHandler", holder_type="logging.Logger", owner_library="logging",
        line="    tickets.addHandler(logging.StreamHandler(buffer))",
    )),
    "logger-per-input": ("registration", facts(
        "logging.root.manager.loggerDict", "module logging", ".root: logging.RootLogger", ".manager: logging.Manager",
        ".loggerDict: dict", "[*]: logging.Logger", line='log = logging.getLogger(f"shop.order.{id}")',
    )),
    "logging-filter": ("registration", facts(
        "shop.log.filters", SHOP, ".log: logging.Logger", ".filters: list", "[*]: function",
        line="log.addFilter(lambda record: True)",
    )),
    "signal-receiver": ("registration", facts(
        "shop.user_signed_up.receivers ('user-signed-up')", SHOP, ".user_signed_up: blinker.base.NamedSignal",
        ".receivers: dict", "[*]: function", line="user_signed_up.connect(welcome, weak=False)",
    )),
    "finalize-bound-method": ("resource", facts(
        "weakref.finalize._registry", "module weakref", ".finalize: type", "._registry: dict",
        "{key}: weakref.finalize",
        unit="fd", line="weakref.finalize(self, self.close)",
    )),
    "atexit": ("registration", facts(
        "atexit", "atexit", "[*]: method", ".__self__: sqlalchemy.engine.base.Engine", unit="connection",
        line="atexit.register(engine.dispose)",
    )),
    "metric-labels": ("registration", facts(
        "shop.SEEN._metrics ('seen')", SHOP, ".SEEN: prometheus_client.metrics.Counter", "._metrics: dict",
        "[*]: prometheus_client.metrics.Counter", line="SEEN.labels(path=request.path).inc()",
    )),
    "metric-per-request": ("registration", facts(
        "prometheus_client.registry.REGISTRY._collector_to_names", "module prometheus_client.registry",
        ".REGISTRY: prometheus_client.registry.CollectorRegistry", "._collector_to_names: dict",
        "{key}: prometheus_client.metrics.Counter",
    )),
    "flask-hook": ("registration", facts(
        "shop.app.after_request_funcs[*]", *APP, ".after_request_funcs: collections.defaultdict", "[*]: list",
        "[*]: function", line="current_app.after_request(stamp)",
    )),
    "flask-route": ("registration", facts(
        "shop.app.view_functions", *APP, ".view_functions: dict", "[*]: function",
        line='app.add_url_rule(f"/p/{name}", name, page)',
    )),
    "jinja-registration": ("registration", facts(
        "shop.app.jinja_env.globals", *APP, ".jinja_env: flask.templating.Environment", ".globals: dict", "[*]: dict",
    )),
    "sqlalchemy-event": ("registration", facts(
        "sqlalchemy.event.registry._key_to_collection", "module sqlalchemy.event.registry",
        "._key_to_collection: collections.defaultdict", "[*]: dict", line='event.listen(engine, "begin", note)',
    )),
    "class-per-request": ("registration", facts(
        "shop.Payload.kinds", SHOP, ".Payload: type", ".kinds: list", "[*]: type", holder_type="list",
        holder_kind="class attribute", line='kind = type(name, (Payload,), {"fields": fields})',
    )),
    "warning-registry": ("global", facts(
        "shop.__warningregistry__", SHOP, ".__warningregistry__: dict", "{key}: tuple",
        line='warnings.warn(f"no price for {id}")',
    )),
    "line-cache": ("registration", facts("linecache.cache", "module linecache", ".cache: dict", "[*]: tuple")),
    # resources
    "sqlalchemy-engine": ("resource", facts(
        "shop.engines", SHOP, ".engines: list", "[*]: sqlalchemy.engine.base.Engine", unit="connection",
        line="engine = create_engine(URL)",
    )),
    "sqlalchemy-session": ("resource", facts(
        "shop.reservations", SHOP, ".reservations: dict", "[*]: sqlalchemy.orm.session.Session", unit="connection",
        line="session = Session(db.engine)",
    )),
    "db-connection": ("resource", facts(
        "shop.opened", SHOP, ".opened: list", "[*]: sqlite3.Connection", unit="connection",
        line='opened.append(sqlite3.connect("shop.db"))',
    )),
    "exit-stack": ("resource", facts(
        "shop.open_sources._exit_callbacks", SHOP, ".open_sources: contextlib.ExitStack",
        "._exit_callbacks: collections.deque", "[*]: tuple", unit="fd",
        line="source = open_sources.enter_context(open(path))",
    )),
    "http-session": ("resource", facts(
        "shop.clients", SHOP, ".clients: list", "[*]: requests.sessions.Session", unit="fd",
        line="client = requests.Session()",
    )),
    "socket": ("resource", facts("shop.links", SHOP, ".links: list", "[*]: socket.socket", unit="fd")),
    "temporary-file": ("resource", facts(
        "shop.parts", SHOP, ".parts: list", "[*]: tempfile._TemporaryFileWrapper", unit="fd",
    )),
    "event-loop": ("resource", facts(
        "shop.loops", SHOP, ".loops: list", "[*]: asyncio.unix_events._UnixSelectorEventLoop", unit="fd",
        line="loop = asyncio.new_event_loop()",
    )),
    "open-file": ("resource", facts(
        "shop.sources", SHOP, ".sources: list", "[*]: _io.TextIOWrapper", unit="fd", line="source = open(path)",
    )),
    # work
    "executor-per-request": ("thread", facts(
        "shop.jobs", SHOP, ".jobs: list", "[*]: shop.Job", ".pool: concurrent.futures.thread.ThreadPoolExecutor",
        unit="thread", line="pool = ThreadPoolExecutor(max_workers=2)",
    )),
    "timer-rearms": ("thread", facts(
        "threading._active", "module threading", "._active: dict", "[*]: threading.Timer", unit="thread",
        line="threading.Timer(30, check_opened).start()",
    )),
    "thread-on-queue": ("thread", facts(
        "threading._active", "module threading", "._active: dict", "[*]: threading.Thread", "._args: tuple",
        "[*]: queue.Queue", unit="thread", line="threading.Thread(target=deliver, args=(inbox,)).start()",
    )),
    "thread-of-a-kept-object": ("thread", facts(
        "shop.jobs", SHOP, ".jobs: dict", "[*]: shop.ResizeJob", unit="thread",
        line="jobs[id] = ResizeJob(path, width)",
    )),
    "thread-per-request": ("thread", facts(
        "threading._active", "module threading", "._active: dict", "[*]: threading.Thread", unit="thread",
        line="threading.Thread(target=deliver).start()",
    )),
    "process-not-waited-for": ("process", facts(
        "shop.running", SHOP, ".running: dict", "[*]: subprocess.Popen", unit="process",
        line='running[id] = subprocess.Popen(["gzip", path])',
    )),
    # memory
    "collector-off": ("cycle", facts(
        "garbage", "garbage", leaked_type="shop.Stop", collector="off", line="route.stops.append(Stop(route))",
    )),
    "collector-frozen": ("cycle", facts("garbage", "garbage", leaked_type="shop.Stop", collector="frozen")),
    "cycle": ("cycle", facts("garbage", "garbage", leaked_type="shop.Stop")),
    "native-ctypes": ("native", facts(
        "the C library's heap", unit="byte", line="handle = libc.iconv_open(b'UTF-8', b'ASCII')",
    )),
    "native": ("native", facts("the C library's heap", unit="byte", line="picture = decode(data)")),
    "allocator": ("allocator", facts("free memory", unit="byte")),
    # caches
    "lru-cache-on-method": ("cache", facts(
        "shop.Invoice.totals (lru_cache)", SHOP, ".Invoice: type", ".totals: functools._lru_cache_wrapper",
        "cache: dict",
        "{key}: shop.Invoice", holder_type="functools._lru_cache_wrapper", holder_kind="lru_cache",
    )),
    "lru-cache-unbounded": ("cache", facts(
        "shop.convert (lru_cache)", SHOP, ".convert: functools._lru_cache_wrapper", "cache: dict",
        "[*]: decimal.Decimal",
        holder_type="functools._lru_cache_wrapper", holder_kind="lru_cache", distinct_only=True,
    )),
    "simple-cache": ("cache", facts(
        "shop.cache.cache._cache", SHOP, ".cache: flask_caching.Cache", ".cache: flask_caching.backends.SimpleCache",
        "._cache: dict", "[*]: tuple", holder_type="flask_caching.backends.SimpleCache", distinct_only=True,
    )),
    "cachetools-size": ("cache", facts(
        "shop.sessions", SHOP, ".sessions: cachetools.TTLCache", "._Cache__data: dict", "[*]: dict",
        holder_type="cachetools.TTLCache",
    )),
    "weak-key-dict": ("global", facts(
        "shop.profiles", SHOP, ".profiles: weakref.WeakKeyDictionary", ".data: dict", "[*]: shop.Profile",
        holder_type="weakref.WeakKeyDictionary",
    )),
    "instance-memo": ("cache", facts(
        "shop.catalogue.by_query", SHOP, ".catalogue: shop.Catalogue", ".by_query: dict", "[*]: list",
        holder_type="dict",
        holder_kind="instance attribute", distinct_only=True, line="self.by_query[query] = found",
    )),
    "dict-memo": ("cache", facts(
        "shop._results", SHOP, "._results: dict", "[*]: list", holder_type="dict", holder_kind="module global",
        distinct_only=True, key_hint="the query argument `q`", line="_results[term] = rows",
    )),
    # containers
    "mutable-default": ("global", facts(
        "shop.quote.__defaults__", SHOP, ".quote: function", ".__defaults__: tuple", "[*]: list", "[*]: tuple",
        holder_type="list", holder_kind="default argument", line="    earlier.append((weight, price))",
    )),
    "kept-exception": ("global", facts(
        "shop.failures", SHOP, ".failures: list", "[*]: ValueError", ".__traceback__: traceback", holder_type="list",
        holder_kind="module global", line="failures.append(error)",
    )),
    "growing-text": ("global", facts(
        "shop.journal", SHOP, ".journal: str", holder_type="str", unit="byte", line="journal += entry",
    )),
    "growing-buffer": ("global", facts("shop.out", SHOP, ".out: _io.StringIO", holder_type="_io.StringIO",
        unit="byte")),
    "chain": ("global", facts(
        "shop.latest", SHOP, ".latest: shop.Revision", ".before: shop.Revision", holder_type="shop.Revision",
        line="latest = Revision(text, before=latest)",
    )),
    "app-container": ("global", facts(
        "shop.app.extensions['comparisons']", *APP, ".extensions: dict", "['comparisons']: list", "[*]: dict",
        holder_type="list", line='current_app.extensions["comparisons"].append(pair)',
    )),
    "queue-without-reader": ("global", facts(
        "shop.jobs", SHOP, ".jobs: queue.Queue", ".queue: collections.deque", "[*]: dict", holder_type="queue.Queue",
    )),
    "thread-or-context-local": ("global", facts(
        "shop.seen", SHOP, ".seen: _contextvars.ContextVar", "['seen']: list", "[*]: dict", holder_type="ContextVar",
    )),
    "frame-local": ("global", facts(
        "thread, frame run, local batch", "thread mailer", "frame run: frame", "local batch: list", "[*]: dict",
        holder_type="list", holder_kind="thread", endpoints=(),
    )),
    "class-attribute": ("global", facts(
        "shop.Delivery.history", SHOP, ".Delivery: type", ".history: list", "[*]: shop.Delivery", holder_type="list",
        holder_kind="class attribute", line="Delivery.history.append(self)",
    )),
    "function-state": ("global", facts(
        "shop.counted (closure variable seen)", SHOP, ".counted: function", "closure seen: list", "[*]: str",
        holder_type="list", holder_kind="closure variable",
    )),
    "deque-without-maxlen": ("global", facts(
        "shop.feed", SHOP, ".feed: collections.deque", "[*]: dict", holder_type="collections.deque",
    )),
    "list": ("global", facts(
        "shop.views._recent", "module shop.views", "._recent: list", "[*]: dict", holder_type="list",
        line="_recent.append(item)",
    )),
    "set": ("global", facts("shop.seen", SHOP, ".seen: set", "{key}: str", holder_type="set",
        line="seen.add(address)")),
    "dict-of-entries": ("global", facts(
        "shop.baskets", SHOP, ".baskets: dict", "[*]: list", holder_type="dict", line="baskets[session_id] = []",
    )),
    # what is left
    "global": ("global", facts("shop.tree", SHOP, ".tree: shop.Tree", ".nodes: pyrsistent.PVector",
        holder_type="pyrsistent.PVector",
    )),
    "cache": ("cache", facts(
        "shop.memo", SHOP, ".memo: lru.LRU", "[*]: str", holder_type="lru.LRU", distinct_only=True,
    )),
    "registration": ("registration", facts(
        "apscheduler.jobs", "module apscheduler", ".jobs: list", "[*]: apscheduler.Job", holder_type="list",
        owner_library="apscheduler", line="scheduler.add_job(look, seconds=30)",
    )),
    "resource": ("resource", facts("shop.handles", SHOP, ".handles: list", "[*]: int", holder_type="list", unit="fd")),
}  # fmt: skip
