"""Tables of /operations/: how fresh, how much was asked, what is missing, who is connected, what pixels hear."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db.models import Sum
from django.urls import reverse
from django.utils.html import format_html

from intelligence.models import Freshness, Gap, QualityState
from intelligence.models.pixel_hour import ALL_EVENTS, PixelHour, PixelQuality
from metaads.clock import machine_now
from metaads.graph.budget import CALLS_PER_HOUR
from metaads.models import AdAccount, ApiUsage, Breaker, Connection, Level, Pixel
from metaads.selectors import side_reads
from optimization.views import table, words
from optimization.views.table import Cell, Head, Row, Table

Accounts = Sequence[AdAccount]
Nows = Mapping[int, datetime]
GAPS_MOST = 300


def freshness(accounts: Accounts, nows: Nows) -> Table:
    """Every level of every account, the never-read ones too."""
    rows = {(row.account_id, row.level): row for row in Freshness.objects.filter(account__in=accounts)}
    made = [
        _fresh(account, level, rows.get((account.pk, level.value)), nows[account.pk])
        for account in accounts
        for level in Level
    ]
    heads = (Head("Account"), Head("Level"), Head("State"), Head("Age", num=True, csv="Age (minutes)"))
    more = (Head("Last complete read"), Head("Past from"), Head("Problem"))
    limit = settings.LIMITS["MAX_DATA_AGE_HOURS"]
    note = f"machines decide on nothing older than {limit:g} hours"
    return Table("freshness", "Data freshness", (*heads, *more), made, note, "No account is connected.")


def _fresh(account: AdAccount, level: Level, row: Freshness | None, now: datetime) -> Row:
    read = row.read_at if row else None
    limit = timedelta(hours=settings.LIMITS["MAX_DATA_AGE_HOURS"])
    age = None if read is None else max(now - read, timedelta(0))
    word, tone = ("never read", "watch") if age is None else ("too old", "bad") if age > limit else ("fresh", "good")
    problem = row.problem if row else ""
    if problem and tone == "good":
        word, tone = "last read failed", "watch"
    since = row.history_from if row else None
    return (
        table.text(account.name),
        table.text(f"{level.label}s"),
        table.text(word, dot=tone),
        table.unknown() if age is None else Cell(words.span(age), int(age.total_seconds() // 60), num=True),
        table.moment(read, account),
        table.text(f"{since.day} {since:%b %Y}" if since else ""),
        table.text(problem),
    )


def beside(accounts: Accounts) -> Table:
    """What is read beside figures and structure."""
    by_id = {account.pk: account for account in accounts}
    heads = (Head("Account"), Head("What"), Head("State"), Head("Last complete read"), Head("Problem"))
    rows = [
        (
            table.text(by_id[one.account_id].name),
            table.text(one.name),
            table.text("failed" if one.problem else "read", dot="bad" if one.problem else "good"),
            table.moment(one.read_at, by_id[one.account_id]),
            table.text(one.problem),
        )
        for one in side_reads(accounts)
    ]
    return Table("side-reads", "Read beside the figures", heads, rows, empty="Nothing of it was read yet.")


def usage(accounts: Accounts) -> Table:
    """Calls and Meta's own headers, per account. Blocks are in machine time."""
    by_account = {row.account_id: row for row in ApiUsage.objects.filter(account__in=accounts)}
    now = machine_now()
    hour = now.replace(minute=0, second=0, microsecond=0)
    heads = (
        Head("Account"),
        Head("State"),
        Head("Calls this hour", num=True, title=f"collection stops at {CALLS_PER_HOUR}, execution does not"),
        Head("Of Meta's limit", num=True, csv="Of Meta's limit (%)"),
        Head("Blocked until", title="machine time"),
        Head("Reports blocked until", title="machine time"),
        Head("Last answer"),
        Head("Headers"),
    )
    rows = [_usage(account, by_account.get(account.pk), now, hour) for account in accounts]
    note = f"at 75 % the past waits, at 90 % or {CALLS_PER_HOUR} calls only changes go on"
    return Table("usage", "Calls to Meta", heads, rows, note, "No account is connected.")


def _usage(account: AdAccount, row: ApiUsage | None, now: datetime, hour: datetime) -> Row:
    if row is None:
        blank = [table.text("")] * 4
        return (
            table.text(account.name),
            table.text("not asked yet", dot="quiet"),
            table.count(0),
            table.unknown(),
            *blank,
        )
    blocked = [at for at in (row.blocked_until, row.insights_blocked_until) if at and at > now]
    percent = row.percent
    tone = "bad" if blocked else "watch" if percent is not None and percent >= 75 else "good"
    word = "blocked by Meta" if blocked else "slowed" if tone == "watch" else "free"
    told = ", ".join(sorted(row.headers)) if isinstance(row.headers, dict) else ""
    return (
        table.text(account.name),
        table.text(word, dot=tone),
        table.count(row.calls if row.hour >= hour else 0),
        table.unknown() if percent is None else Cell(f"{percent:.0f} %", percent, num=True),
        table.moment(row.blocked_until if row.blocked_until in blocked else None, account, never="–"),
        table.moment(row.insights_blocked_until if row.insights_blocked_until in blocked else None, account, never="–"),
        table.moment(row.updated_at, account),
        Cell("–", "", hush=True) if not told else _headers(row),
    )


def _headers(row: ApiUsage) -> Cell:
    text = str(row.headers)
    folded = format_html('<details class="more"><summary>show</summary><pre class="raw">{}</pre></details>', text)
    return Cell(folded, text)


def gaps(accounts: Accounts) -> Table:
    """Hours that passed unread, open ones first."""
    rows = Gap.objects.filter(account__in=accounts).select_related("account").order_by("-since")[:GAPS_MOST]
    heads = (Head("Account"), Head("From"), Head("Until"), Head("Hours", num=True), Head("State"), Head("Found"))
    made = [
        (
            table.text(row.account.name),
            table.moment(row.since, row.account),
            table.moment(row.until, row.account),
            table.count((row.until - row.since) / timedelta(hours=1)),
            table.text("filled" if row.filled_at else "open", dot="good" if row.filled_at else "watch"),
            table.moment(row.found_at, row.account),
        )
        for row in rows
    ]
    note = "their sums are known; Meta's hourly breakdown fills them at campaign level, without reach and web purchases"
    return Table("gaps", "Hours that were missed", heads, made, note, "No hour was missed.")


def quality(accounts: Accounts, nows: Nows) -> Table:
    """Whether each account's figures may be trusted."""
    by_account = {row.account_id: row for row in QualityState.objects.filter(account__in=accounts)}
    heads = (Head("Account"), Head("State"), Head("Since"), Head("Reasons"), Head("Checked"))
    rows = []
    for account in accounts:
        row = by_account.get(account.pk)
        since = row.doubtful_since if row else None
        reasons = " ".join(str(reason.get("sentence", "")) for reason in row.reasons) if row and since else ""
        word, tone = ("in doubt", "bad") if since else ("trusted", "good") if row else ("not checked yet", "watch")
        rows.append(
            (
                table.text(account.name),
                table.text(word, dot=tone),
                table.moment(since, account, never="–"),
                table.text(reasons),
                table.moment(row.checked_at if row else None, account),
            )
        )
    note = "while an account is in doubt, nothing that moves money is proposed or done by machines there"
    return Table("quality", "Trust in the data", heads, rows, note, "No account is connected.")


def connections(accounts: Accounts, nows: Nows, admin: bool) -> Table:
    """Tokens are never shown; how long they last is."""
    held: dict[UUID, list[AdAccount]] = {}
    for account in accounts:
        held.setdefault(account.connection_id, []).append(account)
    heads = (Head("Connection"), Head("State"), Head("Token expires"), Head("Accounts"), Head("Scopes"), Head("Host"))
    links = [of[0].connection for of in held.values()]
    down = {row.connection_id: row for row in Breaker.objects.filter(opened_at__isnull=False, connection__in=links)}
    rows = [_connection(of[0].connection, of, nows[of[0].pk], admin, down.get(key)) for key, of in held.items()]
    return Table("connections", "Connections and tokens", heads, rows, empty="No connection yet.")


def _connection(link: Connection, of: Sequence[AdAccount], now: datetime, admin: bool, breaker: Breaker | None) -> Row:
    tones = {Connection.State.OK: "good", Connection.State.BROKEN: "bad"}
    href = reverse("admin:metaads_connection_change", args=[link.pk]) if admin else ""
    ends = link.token_expires_at
    expiry = table.moment(ends, of[0]) if ends else Cell("does not expire", "")
    return (
        table.text(link.name, link=href, small="check it in admin" if admin else ""),
        table.text("Meta does not work", dot="bad", small=breaker.sentence(of[0].zone))
        if breaker
        else table.text(link.get_state_display(), dot=tones.get(Connection.State(link.state), "watch")),
        expiry if not ends or ends > now else Cell(f"expired {words.ago(ends, now)}", ends, tone="bad"),
        table.text(", ".join(account.name for account in of)),
        table.text(", ".join(str(scope) for scope in link.scopes)),
        table.text(link.graph_url, small="sandbox" if link.sandbox else ""),
    )


def pixels(accounts: Accounts, nows: Nows) -> Table:
    """What each pixel heard in 24 hours, and its newest match quality."""
    by_id = {account.pk: account for account in accounts}
    rows = list(Pixel.objects.filter(account__in=accounts, deleted_at=None).order_by("account__name", "name"))
    since = min(nows.values(), default=machine_now()) - timedelta(hours=24)
    heard = dict(
        PixelHour.objects.filter(pixel__in=rows, event=ALL_EVENTS, hour__gte=since)
        .values_list("pixel_id")
        .annotate(n=Sum("count"))
    )
    best: dict[int, list[float]] = {}
    newest = PixelQuality.objects.filter(pixel__in=rows, score__isnull=False, read_at__gte=since - timedelta(days=7))
    for pixel_id, score in newest.order_by("day").values_list("pixel_id", "score"):
        best.setdefault(pixel_id, []).append(float(score or 0))
    heads = (
        Head("Pixel"),
        Head("Account"),
        Head("State"),
        Head("Last fired"),
        Head("Events in 24 h", num=True),
        Head("Match quality", num=True, title="newest of its events, of 10"),
        Head("Read"),
    )
    made = [
        _pixel(row, by_id[row.account_id], nows[row.account_id], heard.get(row.pk), best.get(row.pk)) for row in rows
    ]
    return Table("pixels", "Pixels", heads, made, empty="No pixel is known of these accounts.")


def _pixel(row: Pixel, account: AdAccount, now: datetime, heard: int | None, scores: list[float] | None) -> Row:
    silent = row.last_fired_at is None or now - row.last_fired_at > timedelta(hours=24)
    word, tone = ("unavailable", "bad") if row.unavailable else ("silent", "watch") if silent else ("hears", "good")
    return (
        table.text(row.name or row.meta_id, small=f"Meta id {row.meta_id}"),
        table.text(account.name),
        table.text(word, dot=tone),
        table.moment(row.last_fired_at, account),
        table.count(heard),
        table.ratio(scores[-1] if scores else None, sign=""),
        table.moment(row.synced_at, account),
    )
