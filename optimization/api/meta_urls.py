"""[B]'s paths, under /meta/optimization/."""

from django.urls import URLPattern, path

from optimization.api import meta_execute, meta_queue, meta_run

urlpatterns: list[URLPattern] = [
    path("queue", meta_queue.Queue.as_view(), name="meta-queue"),
    path("stats", meta_queue.StatsView.as_view(), name="meta-stats"),
    path("execute/<uuid:id>", meta_execute.ExecuteView.as_view(), name="meta-execute"),
    path("approve/<uuid:id>", meta_queue.ApproveView.as_view(), name="meta-approve"),
    path("run", meta_run.RunView.as_view(), name="meta-run"),
    path("cancel/<uuid:id>", meta_queue.CancelView.as_view(), name="meta-cancel"),
]
