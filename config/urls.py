"""Mounts each app once."""

from allauth.account.decorators import secure_admin_login
from django.contrib import admin
from django.urls import include, path

from config import views

admin.site.login = secure_admin_login(admin.site.login)  # type: ignore[method-assign]

handler500 = "optimization.api.errors.failed"

urlpatterns = [
    path("admin/", admin.site.urls),
    path("accounts/", include("allauth.urls")),
    path("api/", include("optimization.api.urls")),
    path("meta/optimization/", include("optimization.api.meta_urls")),
    path("sandbox/", views.sandbox, name="sandbox"),
    path("sandbox/forward/", views.fast_forward, name="sandbox_forward"),
    path("sandbox/stop/", views.stop_forward, name="sandbox_stop"),
    path("", include("optimization.urls")),
]
