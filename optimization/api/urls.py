"""The API's paths, under /api/."""

from django.contrib.auth.decorators import login_required
from django.urls import URLPattern, path, re_path
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView

from optimization.api import (
    daily,
    exports,
    jobs,
    offline,
    performance,
    rule_files,
    rule_looks,
    rule_templates,
    rules,
    structure,
)
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
    path("intelligence/rules", rules.Rules.as_view(), name="api-rules"),
    path("intelligence/rules/templates", rule_templates.TemplatesView.as_view(), name="api-rule-templates"),
    path("intelligence/rules/templates/<slug:key>", rule_templates.AdoptView.as_view(), name="api-rule-adopt"),
    path("intelligence/rules/preview", rule_looks.PreviewOfDocument.as_view(), name="api-rules-preview"),
    path("intelligence/rules/why", rule_looks.WhyView.as_view(), name="api-rules-why"),
    path("intelligence/rules/export.yaml", rule_files.RulesExport.as_view(), name="api-rules-export"),
    path("intelligence/rules/import", rule_files.RulesImport.as_view(), name="api-rules-import"),
    path("intelligence/rules/<uuid:id>", rules.RuleView.as_view(), name="api-rule"),
    path("intelligence/rules/<uuid:id>/toggle", rules.ToggleView.as_view(), name="api-rule-toggle"),
    path("intelligence/rules/<uuid:id>/versions", rules.Versions.as_view(), name="api-rule-versions"),
    path("intelligence/rules/<uuid:id>/preview", rule_looks.PreviewOfRule.as_view(), name="api-rule-preview"),
    path("intelligence/rules/<uuid:id>/backtest", jobs.BacktestView.as_view(), name="api-rule-backtest"),
    path("optimization/rules", rules.OptimizationRules.as_view(), name="api-optimization-rules"),
    path("optimization/simulate", jobs.SimulateView.as_view(), name="api-simulate"),
    path("optimization/simulate/<uuid:id>", jobs.SimulationView.as_view(), name="api-simulation"),
    path("optimization/simulate/<uuid:id>/cancel", jobs.SimulationCancel.as_view(), name="api-simulation-cancel"),
    path("jobs", jobs.Jobs.as_view(), name="api-jobs"),
    path("jobs/<uuid:id>", jobs.JobView.as_view(), name="api-job"),
    path("jobs/<uuid:id>/cancel", jobs.CancelView.as_view(), name="api-job-cancel"),
    path("metrics/blended-roas", performance.BlendedView.as_view(), name="api-blended"),
    path("metrics/<str:level>/<str:id>", performance.MetricsView.as_view(), name="api-metrics"),
    path("reports/daily", daily.DailyView.as_view(), name="api-daily"),
    path("offline-conversions", offline.OfflineConversions.as_view(), name="api-offline"),
    path("export/trend/<str:level>/<str:id>.csv", exports.TrendExport.as_view(), name="api-export-trend"),
    re_path(r"^export/(?P<level>campaign|adset|ad)\.csv$", exports.TableExport.as_view(), name="api-export"),
    re_path("", Unknown.as_view(), name="api-unknown"),
]
