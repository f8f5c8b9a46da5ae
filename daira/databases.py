"""An entry of DATABASES."""

from typing import Any


def database(
    parts: dict[str, Any], process: str, *, session: dict[str, str], **options: Any
) -> dict[str, Any]:
    """Build an entry from a URL's parts for a kind of process.

    `session` are PostgreSQL settings of its connections, `options` go to psycopg and the pool.
    """
    extra = {
        k: v for k, v in parts.items() if k not in {"dbname", "user", "password", "host", "port"}
    }
    flags = " ".join(f"-c {name}={value}" for name, value in session.items())
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": parts.get("dbname", "unset"),
        "USER": parts.get("user", ""),
        "PASSWORD": parts.get("password", ""),
        "HOST": parts.get("host", ""),
        "PORT": parts.get("port", ""),
        "CONN_MAX_AGE": 0,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {
            "connect_timeout": 5,
            "tcp_user_timeout": 3000,
            "application_name": f"daira-{process}",
            **extra,
            **options,
            "options": f"{extra.get('options', '')} {flags}".strip(),
        },
    }
