"""The URLs of connections: list, form, test, detail; the sign-in panel has a blueprint of its own."""

from flask import Blueprint

from webapp.web.pages.connections import check_views, consent_link_views, detail_views, edit_views, list_views

connections = Blueprint("connections", __name__, url_prefix="/connections")

connections.get("/")(list_views.index)
connections.get("/new")(edit_views.new)
connections.post("/fields")(edit_views.fields)
connections.post("/server")(edit_views.server)
connections.post("/new")(edit_views.create)
connections.get("/<id:connection_id>/edit")(edit_views.edit)
connections.post("/<id:connection_id>/edit")(edit_views.update)
connections.route("/<id:connection_id>/delete", methods=["GET", "POST"])(edit_views.delete)
connections.post("/test")(check_views.check_unsaved)
connections.post("/<id:connection_id>/edit/test")(check_views.check_edited)
connections.post("/<id:connection_id>/test")(check_views.check_saved)
connections.get("/<id:connection_id>")(detail_views.show)
connections.get("/<id:connection_id>/reports/<id:report_id>")(detail_views.report)
connections.get("/consent/<token>")(consent_link_views.consent_link_page)
