"""The API's paths, under /api/."""

from django.contrib.auth.decorators import login_required
from django.urls import URLPattern, path, re_path
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView

from optimization.api import daily, exports, offline, performance, structure
from optimization.api.errors import Unknown

urlpatterns: list[URLPattern] = [
    path("schema/", SpectacularAPIView.as_view(), name="api-schema"),
    path("docs/", login_required(SpectacularSwaggerSplitView.as_view(url_name="api-schema")), name="api-docs"),
    path("accounts", structure.Accounts.as_view(), name="api-accounts"),
    path("campaigns", structure.Campaigns.as_view(), name="api-campaigns"),
    path("adsets", structure.AdSets.as_view(), name="api-adsets"),
    path("ads", structure.Ads.as_view(), name="api-ads"),
    path("intelligence/performance/<str:level>/<str:id>/trend", performance.TrendView.as_view(), name="api-trend"),
    path(
        "intelligence/performance/<str:level>/<str:id>/compare", performance.CompareView.as_view(), name="api-compare"
    ),
    path("intelligence/creatives/top", performance.TopCreativesView.as_view(), name="api-creatives-top"),
    path("metrics/blended-roas", performance.BlendedView.as_view(), name="api-blended"),
    path("metrics/<str:level>/<str:id>", performance.MetricsView.as_view(), name="api-metrics"),
    path("reports/daily", daily.DailyView.as_view(), name="api-daily"),
    path("offline-conversions", offline.OfflineConversions.as_view(), name="api-offline"),
    path("export/trend/<str:level>/<str:id>.csv", exports.TrendExport.as_view(), name="api-export-trend"),
    re_path(r"^export/(?P<level>campaign|adset|ad)\.csv$", exports.TableExport.as_view(), name="api-export"),
    re_path("", Unknown.as_view(), name="api-unknown"),
]
