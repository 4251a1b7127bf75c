"""A package with a factory: what leaks hangs on the app, a blueprint, a view class, and a module two levels deep."""

from flask import Flask

from depot import orders, pages
from depot.settings import FIXED, KEPT
from depot.stock import levels


def create_app():
    app = Flask("depot")
    app.extensions["audit"] = {"rows": []}
    app.register_blueprint(pages.blueprint)
    app.add_url_rule("/orders/<int:number>", view_func=orders.Orders.as_view("orders"))

    @app.get("/audited")
    def audited():
        app.extensions["audit"]["rows"].append({"path": "/audited"})  # leak: audited
        if FIXED:
            del app.extensions["audit"]["rows"][:-KEPT]
        return "ok"

    @app.get("/level/<int:number>")
    def level(number):
        return str(levels.look_up(number))

    return app
