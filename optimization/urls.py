"""Pages of the product."""

from django.urls import URLPattern, path

from optimization.views import case, dashboard, decide, live, queue, resolve, stop

urlpatterns: list[URLPattern] = [
    path("", dashboard.dashboard, name="dashboard"),
    path("actions/", queue.queue, name="actions"),
    path("actions/decide/", queue.bulk, name="actions-bulk"),
    path("actions/<uuid:public_id>/", case.case, name="action"),
    path("actions/<uuid:public_id>/card/", decide.card_now, name="action-card"),
    path("actions/<uuid:public_id>/approve/", decide.approve, name="action-approve"),
    path("actions/<uuid:public_id>/reject/", decide.reject, name="action-reject"),
    path("actions/<uuid:public_id>/modify/", decide.modify, name="action-modify"),
    path("actions/<uuid:public_id>/cancel/", decide.cancel, name="action-cancel"),
    path("actions/<uuid:public_id>/undo/", decide.undo, name="action-undo"),
    path("actions/<uuid:public_id>/resolve/", resolve.resolve, name="action-resolve"),
    path("actions/<uuid:public_id>/back/", decide.back, name="action-back"),
    path("stop/", stop.stop, name="stop"),
    path("live/version", live.live_version, name="live-version"),
]
