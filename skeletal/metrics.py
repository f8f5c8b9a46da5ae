"""Every Prometheus metric of the skeleton, by name; only this file knows prometheus_client."""

from prometheus_client import Counter, Gauge

POOL = Gauge(
    "daira_pool_connections",
    "Connections by state (total, active, idle) and calls waiting, summed over processes",
    ["state"],
    multiprocess_mode="livesum",
)
POOL_ALERTS = Counter(
    "daira_pool_alerts_total", "Times that more than five calls waited for a connection"
)
DATABASE_REFUSALS = Counter(
    "daira_database_refusals_total",
    "Requests answered with 503 because the database could not be used, by cause",
    ["cause"],
)
