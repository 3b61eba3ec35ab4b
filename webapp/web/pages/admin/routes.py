"""The URLs of the administration: people, invitations, the portal's registration with providers."""

from flask import Blueprint

from webapp.web.pages.admin import oauth_client_views, user_views

admin = Blueprint("admin", __name__, url_prefix="/administration")

admin.before_request(user_views.only_administrators)
admin.get("/")(user_views.index)
admin.get("/people", endpoint="people")(user_views.people_list)
admin.route("/people/invite", methods=["GET", "POST"])(user_views.invite)
admin.get("/link")(user_views.link)
admin.post("/invitations/<id:link_id>/withdraw")(user_views.withdraw)
admin.get("/people/<id:person_id>")(user_views.person)
admin.post("/people/<id:person_id>/role")(user_views.change_role)
admin.post("/people/<id:person_id>/deactivate")(user_views.deactivate)
admin.post("/people/<id:person_id>/reactivate")(user_views.reactivate)
admin.post("/people/<id:person_id>/new-password-link")(user_views.new_password_link)
admin.context_processor(oauth_client_views.oauth_places)
admin.route("/oauth/<kind>", methods=["GET", "POST"])(oauth_client_views.oauth_client)
admin.post("/oauth/<kind>/check")(oauth_client_views.check_oauth_client)
admin.post("/oauth/<kind>/remove")(oauth_client_views.remove_oauth_client)
