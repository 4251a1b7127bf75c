"""Requests into a WSGI callable, without a server."""

from __future__ import annotations

from flask import Flask, Response, request, stream_with_context

from stopper.drive.wsgi import CHUNKS_LIMIT, get


def make_app() -> tuple[Flask, list[str]]:
    app, events = Flask(__name__), []

    @app.get("/hello/<name>")
    def hello(name):
        return f"{name} {request.args.get('q')} {request.host} {sorted(request.cookies)}"

    @app.get("/stream")
    def stream():
        def ticks():
            try:
                while True:
                    yield "tick"
            finally:
                events.append("closed")

        return Response(stream_with_context(ticks()))

    @app.get("/away")
    def away():
        return "", 302, {"Location": "/login"}

    return app, events


def test_get_answers_as_a_server_would():
    """Path, query and host reach the view; a visitor has no cookies."""
    app, _ = make_app()
    answer = get(app, "shop.example:8000", "/hello/J%C3%BCrgen?q=1".replace("%C3%BC", "\u00c3\u00bc"))
    assert answer.status == 200
    assert answer.size_bytes == len("Jürgen 1 shop.example:8000 []".encode())


def test_get_a_body_without_end_is_cut_and_closed():
    """A view that streams for ever is left after so many chunks, and its generator is closed."""
    app, events = make_app()
    answer = get(app, "localhost", "/stream")
    assert answer.endless
    assert answer.size_bytes <= len("tick") * (CHUNKS_LIMIT + 1)
    assert events == ["closed"]


def test_get_tells_where_a_redirect_leads():
    """A redirect's target is kept: it tells a login from a detour."""
    app, _ = make_app()
    assert get(app, "localhost", "/away")[:2] == (302, "/login")


def test_get_what_a_view_raises_is_answered_by_the_app():
    """An app that does not propagate exceptions answers 500."""
    app, _ = make_app()
    app.add_url_rule("/bad", view_func=lambda: 1 // 0, endpoint="bad")
    assert get(app, "localhost", "/bad").status == 500
