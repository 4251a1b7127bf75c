"""Routes: what of a URL map can be driven, and what not, and why."""

from __future__ import annotations

from flask import Blueprint, Flask
from werkzeug.routing import BaseConverter, ValidationError

from stopper.drive.routes import routes_of


class Even(BaseConverter):
    """Takes no text that stopper would guess."""

    def to_url(self, value):
        if not str(value).isdigit():
            raise ValidationError
        return str(value)


def make_app(tmp_path) -> Flask:
    app = Flask(__name__, static_folder=str(tmp_path / "static"))
    app.url_map.converters["even"] = Even
    view = lambda **_: "ok"  # noqa: E731
    app.add_url_rule("/", endpoint="index", view_func=view)
    app.add_url_rule("/items/", endpoint="items", view_func=view)
    app.add_url_rule("/items/<int:page>", endpoint="items", view_func=view)
    app.add_url_rule("/pay", endpoint="pay", view_func=view, methods=["POST", "PUT"])
    app.add_url_rule("/even/<even:n>", endpoint="even", view_func=view)
    return app


def test_routes_of_an_app_are_its_get_rules_by_endpoint(tmp_path):
    """An endpoint with two rules is one route that uses both."""
    routes, _ = routes_of(make_app(tmp_path))
    assert [route.endpoint for route in routes] == ["index", "items"]
    items = routes[1]
    app = make_app(tmp_path)
    assert {items.url(app, number)[1] for number in (1, 2)} == {"/items/2", "/items/"} or len(items.rules) == 2


def test_routes_of_what_cannot_be_driven_is_said_with_the_reason(tmp_path):
    """Unsafe methods and unknown converters are listed, never silently left out."""
    _, skipped = routes_of(make_app(tmp_path))
    reasons = {entry.endpoint: entry.reason for entry in skipped}
    assert "POST/PUT only" in reasons["pay"]
    assert "Even" in reasons["even"]
    assert "give a scenario" in reasons["even"]


def test_routes_of_static_files_are_driven_only_where_there_are_some(tmp_path):
    """The static endpoint asks for files that exist; without any there is nothing to ask for."""
    assert "static" not in {route.endpoint for route in routes_of(make_app(tmp_path))[0]}
    (tmp_path / "static").mkdir()
    (tmp_path / "static" / "shop.css").write_text("body {}")
    app = make_app(tmp_path)
    static = next(route for route in routes_of(app)[0] if route.endpoint == "static")
    assert static.url(app, 5)[1] == "/static/shop.css"


def test_routes_of_blueprints_and_server_name_are_built_with_their_host():
    """An app that is bound to a host name is asked for by that name."""
    app = Flask(__name__)
    app.config["SERVER_NAME"] = "shop.example:5000"
    blueprint = Blueprint("admin", __name__, url_prefix="/admin")
    blueprint.add_url_rule("/<name>", endpoint="page", view_func=lambda name: name)
    app.register_blueprint(blueprint)
    (route,) = [route for route in routes_of(app)[0] if route.endpoint == "admin.page"]
    assert route.url(app, 3) == ("shop.example:5000", "/admin/word3")


def test_learn_after_misses_only_known_numbers_are_used_mostly():
    """Where ids above the seeded ones are 404, the route goes back to those that were answered."""
    app = Flask(__name__)
    app.add_url_rule("/p/<int:n>", endpoint="p", view_func=str)
    route = next(route for route in routes_of(app)[0] if route.endpoint == "p")
    for number in (1, 2):
        route.learn(number, 200)
    for number in range(3, 9):
        route.learn(number, 404)
    assert [route.next_number(number) for number in (101, 102, 103, 104)] == [2, 1, 2, 104]
