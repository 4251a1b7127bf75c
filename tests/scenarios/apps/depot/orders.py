"""A view that is a class."""

from flask.views import MethodView

from depot.settings import FIXED, KEPT


class Orders(MethodView):
    """Keeps what was looked at for all instances: a new one is made for each request."""

    looked_at = []  # noqa: RUF012 - the leak

    def get(self, number):
        self.looked_at.append({"number": number})  # leak: orders
        if FIXED:
            del self.looked_at[:-KEPT]
        return f"order {number}"
