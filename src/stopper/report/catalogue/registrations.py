"""What a library keeps because it was told to: handlers, signals, hooks, classes, labels, callbacks."""

from __future__ import annotations

from stopper.report.catalogue.entry import Entry

ENTRIES = (
    Entry(
        id="logging-handler",
        causes=("registration", "global", "resource"),
        path=r"logging\.\w*Logger[^\n]*\n\.handlers: |^logging\.(root\.handlers|_handler)",
        why=(
            "{Who} adds a handler to a logger{at}. `logging` keeps loggers for the life of the process, and a logger "
            "keeps each handler in `handlers` until `removeHandler`. Every further log line is also written once more "
            "for each of them, so requests get slower too."
        ),
        fix="Add the handler once, when the app is created; give the request's data to the log line with `extra`.",
        line="logger.addHandler(handler)",
        own_line=r"addHandler\(",
        example=(
            "# before, in {function}()\n{line}\n# after, once, in create_app()\n"
            '{caller}.addHandler(handler)\n# and in {function}()\n{caller}.info("seen", extra={{"id": id}})'
        ),
    ),
    Entry(
        id="logger-per-input",
        causes=("registration", "cache", "global"),
        path=r"loggerDict|logging\.(Manager|PlaceHolder)",
        why=(
            "{Who} asks for a logger under a new name{at}. `logging.getLogger` makes one for each name it has not seen "
            "and keeps it for the life of the process, so names must not be made of what a request brings."
        ),
        fix="Use one logger for the module, and put what varies into the message or into `extra`.",
        line='logging.getLogger(f"shop.{{name}}").info("seen")',
        own_line=r"getLogger\(",
        example='# before\n{line}\n# after\nlogging.getLogger(__name__).info("seen %s", name)',
    ),
    Entry(
        id="logging-filter",
        causes=("registration", "global"),
        path=r"logging\.\w*(Logger|Handler)[^\n]*\n\.filters: ",
        why=(
            "{Who} adds a filter to a logger or handler{at}. These live as long as the process, and keep each filter "
            "in `filters` until `removeFilter`; each is asked for every further log line."
        ),
        fix="Add one filter when the app is created, and let it read what varies from `flask.g`.",
        line="logger.addFilter(add_request_id)",
        own_line=r"addFilter\(",
        example="# before, in {function}()\n{line}\n# after, once, in create_app()\n"
        "{caller}.addFilter(RequestFilter())",
    ),
    Entry(
        id="signal-receiver",
        causes=("registration", "global"),
        path=r"blinker|^\.receivers: dict|^\._by_(sender|receiver): ",
        why=(
            "{Who} connects a receiver to the signal `{signal}`{at}. With `weak=False` blinker keeps the receiver "
            "itself in `receivers` until `disconnect`, and with a closure all the variables that it uses. Every "
            "receiver is called on every further signal, so requests get slower too."
        ),
        fix="Connect one receiver at import; what it needs of the request comes as an argument of `send`.",
        line="{signal}.connect(remember, weak=False)",
        own_line=r"\.connect\(",
        example=(
            "# before, in {function}()\n{line}\n# after, once, at import\n@{signal}.connect\n"
            "def {receiver}(sender, **data): ..."
        ),
    ),
    Entry(
        id="finalize-bound-method",
        causes=("registration", "resource", "global", "thread"),
        path=r"weakref\.finalize|^module weakref\n\.finalize",
        why=(
            "{Who} calls `weakref.finalize(obj, obj.method)`{at}. The registry of `finalize` keeps the callback until "
            "the object dies, but a bound method refers to its object: the object is kept alive by what was to clean "
            "up after it, until the interpreter ends."
        ),
        fix="Give `finalize` a function that does not refer to the object, only to what must be closed; or use `with`.",
        line="weakref.finalize(self, self.close)",
        own_line=r"finalize\(",
        example=(
            "# before\n{line}\n# after: refers to the socket, not to self\nweakref.finalize(self, self.socket.close)"
        ),
    ),
    Entry(
        id="atexit",
        causes=("registration", "resource", "global"),
        path=r"atexit",
        why=(
            "{Who} registers a function with `atexit`{at}. It is kept, with its arguments and, if it is a "
            "bound method, with the whole object, until the process ends; the list lies inside the interpreter, "
            "where no module variable shows it."
        ),
        fix="Clean up at the end of the request; register with `atexit` only what is made once, at import.",
        line="atexit.register(engine.dispose)",
        own_line=r"atexit\.register\(|^register\(",
        example="# before\n{line}\n# after: when it is done with\ntry:\n    ...\nfinally:\n    {argument}()",
    ),
    Entry(
        id="metric-labels",
        causes=("registration", "cache", "global"),
        path=r"^\._metrics: |\.labels\(",
        why=(
            "{Who} uses a metric with label values not seen before{at}. prometheus_client keeps a child for each "
            "distinct combination of label values, for ever, because a counter must not be forgotten; each is also "
            "sent at every scrape."
        ),
        fix=(
            "Use labels with few possible values: the endpoint or the rule, never an id, a path, a user or a "
            "search term."
        ),
        line="seen.labels(path=request.path).inc()",
        own_line=r"\.labels\(",
        example="# before\n{line}\n# after: as many children as there are endpoints\n"
        "{caller}.labels(endpoint=request.endpoint).inc()",
    ),
    Entry(
        id="metric-per-request",
        causes=("registration", "global"),
        path=r"prometheus_client|_names_to_collectors|_collector_to_names|opentelemetry",
        why=(
            "{Who} makes a metric{at}. Each metric enters itself into a registry that lives as long as the process "
            "and keeps it until it is unregistered."
        ),
        fix="Make metrics at import, and only count in the view.",
        example='# before, in {function}()\nseen = Counter(name, "pages seen")\n# after, once, at import\n'
        'seen = Counter("seen", "pages seen")\n# and in {function}()\nseen.inc()',
    ),
    Entry(
        id="flask-hook",
        causes=("registration", "global"),
        path=(
            r"(before|after|teardown)_(request|app_request)_funcs|teardown_appcontext_funcs|error_handler_spec|"
            r"template_context_processors|url_default_functions|url_value_preprocessors|shell_context_processors|"
            r"deferred_functions"
        ),
        why=(
            "{Who} registers a hook with the app{at}. Hooks are for the life of the app: Flask keeps each in a list "
            "and calls all of them in every request. The request gets a hook of its own and can never give it back."
        ),
        fix="Register one hook when the app is created; for this request only, use `flask.after_this_request`.",
        line="current_app.after_request(add_header)",
        own_line=r"(before|after|teardown)_\w*request|teardown_appcontext|errorhandler|context_processor",
        example="# before, in {function}()\n{line}\n# after: for this request only\n@after_this_request\n"
        "def add_header(response):\n    return response",
    ),
    Entry(
        id="flask-route",
        causes=("registration", "global"),
        path=r"view_functions|url_map\b|werkzeug\.routing|^\.blueprints: dict",
        why=(
            "{Who} adds a route to the app{at}. The app keeps each rule and its view for good, and matching a path "
            "gets slower with every one."
        ),
        fix=(
            "Register one rule with a variable part when the app is created, and look up in the view what it "
            "stands for."
        ),
        line='app.add_url_rule(f"/page/{{name}}", view_func=page)',
        own_line=r"add_url_rule|\.route\(|register_blueprint",
        example='# before\n{line}\n# after, once, at import\n@app.get("/page/<name>")\ndef page(name): ...',
    ),
    Entry(
        id="jinja-registration",
        causes=("registration", "global", "cache"),
        path=r"jinja_env\b|jinja2\.environment|jinja_loader",
        why=(
            "{Who} registers a filter, test or global under a new name with the template environment{at}. The "
            "environment belongs to the app and keeps it, with all that it refers to."
        ),
        fix="Register it once, when the app is created, and pass what varies to the template.",
        line='app.jinja_env.globals[f"basket_{{user}}"] = basket',
        own_line=r"jinja_env|template_(filter|test|global)",
        example="# before\n{line}\n# after: lives as long as the page is made\n"
        'return render_template("page.html", basket=basket)',
    ),
    Entry(
        id="sqlalchemy-event",
        causes=("registration", "global"),
        path=r"sqlalchemy\.event|_key_to_collection|_stored_in_collection",
        why=(
            "{Who} listens to a SQLAlchemy event{at}. A listener on an engine, a mapper or the session class is "
            "kept for as long as that lives, and is called at every further event."
        ),
        fix="Listen once, at import; in a request, `event.remove` the listener at its end.",
        line='event.listen(engine, "begin", note)',
        own_line=r"\.listen",
        example="# before, in {function}()\n{line}\n# after, once, at import\n"
        '@event.listens_for(Engine, "begin")\ndef note(connection): ...',
    ),
    Entry(
        id="class-per-request",
        causes=("registration", "global", "cache", "cycle"),
        leaked=r"^(type|abc\.ABCMeta|enum\.EnumType|\w[\w.]*Meta(class)?)$",
        why=(
            "{Who} makes a class{at}, with `type()`, a `class` statement in a function, `namedtuple` or "
            "`create_model`. {holder} registers it, as a base class does in `__init_subclass__`, and so keeps it. "
            "A class is large: its dict, its method table, its descriptors."
        ),
        fix="Make each class once: at module level, or through a function with `lru_cache(maxsize=…)`.",
        line='kind = type("Row", (Base,), fields)',
        own_line=r"type\(|namedtuple\(|create_model\(|make_dataclass\(",
        example=(
            "# before\n{line}\n# after: one class for each distinct set of fields\n"
            '@lru_cache(maxsize=256)\ndef kind_of(fields):\n    return type("Row", (Base,), dict(fields))'
        ),
    ),
    Entry(
        id="warning-registry",
        causes=("registration", "global", "cache"),
        path=r"__warningregistry__|onceregistry",
        why=(
            "{Who} gives a warning whose text differs each time{at}. To show each text only once, Python keeps all "
            "texts seen in the `__warningregistry__` of the module that is warned about."
        ),
        fix="Keep what varies out of the text of the warning, or write it to the log instead.",
        line='warnings.warn(f"no price for {{id}}")',
        own_line=r"warn\(",
        example='# before\n{line}\n# after\nlog.warning("no price for %s", id)',
    ),
    Entry(
        id="line-cache",
        causes=("registration", "global", "cache"),
        path=r"module linecache|linecache\.cache",
        why=(
            "{Who} compiles code under a file name not seen before{at}, and `linecache` keeps the source of every file "
            "name it is asked for, to show it in tracebacks."
        ),
        fix="Compile once, and reuse the code object; or compile under one constant file name.",
        example='# before\ncode = compile(source, f"<rule {{id}}>", "eval")\n# after\n'
        'code = compile(source, "<rule>", "eval")',
    ),
)
