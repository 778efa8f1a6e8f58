from odoo import http
from odoo.http import request


class Health(http.Controller):
    @http.route("/clinic/health", type="http", auth="none", save_session=False)
    def health(self):
        """Answer the load balancer. Says nothing about anyone, so it needs no login."""
        return request.make_response('{"status": "ok"}', [("Content-Type", "application/json")])
