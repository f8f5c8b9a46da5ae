"""Every setting, computed from the environment; importing this file starts nothing."""

import os
import secrets
import sys
from pathlib import Path

import django_stubs_ext

from daira import caching, databases, embedded
from daira.env import Environment, secret

django_stubs_ext.monkeypatch()

BASE_DIR = Path(__file__).resolve().parent.parent
ENV = Environment()
HOME = embedded.home()

# Who we are -----------------------------------------------------------------------------
PROFILE = ENV.choice("DAIRA_PROFILE", ("development", "production"))
PRODUCTION = PROFILE == "production"
PROCESS = ENV.choice("DAIRA_PROCESS", ("command", "web", "worker"))
DEBUG = ENV.boolean("DEBUG", default=False) and not PRODUCTION
HOST = ENV.text("HOST", "127.0.0.1")
PORT = ENV.integer("PORT", 8000, least=1, most=65535)
SERVE_WORKER = ENV.boolean("SERVE_WORKER", default=not PRODUCTION)
"""Whether `serve` runs a worker beside the web; in production it has a unit of its own."""
WEB_WORKERS = ENV.integer("WEB_WORKERS", 2, least=1, most=64)
WEB_THREADS = ENV.integer("WEB_THREADS", 4, least=1, most=256)

if PRODUCTION:
    for _name, _why in {
        "SECRET_KEY": "production needs a secret of its own of 50 characters or more",
        "ALLOWED_HOSTS": "production must know the names that it answers to",
        "DATABASE_URL": "production does not use the embedded PostgreSQL",
        "REDIS_URL": "production does not use the embedded Valkey",
        "QUEUE_URL": "queues need a server of their own that never evicts",
    }.items():
        ENV.required(_name, _why)

# Secrets --------------------------------------------------------------------------------
if PRODUCTION or ENV.has("SECRET_KEY"):
    SECRET_KEY = ENV.text("SECRET_KEY", "unset-" + secrets.token_urlsafe(48))
else:
    SECRET_KEY = secret(HOME, "secret_key", secrets.token_urlsafe(48))
SECRET_KEY_FALLBACKS = ENV.words("SECRET_KEY_FALLBACKS")
CURSOR_KEYS = [
    f"cursor:{key}".encode()
    for key in ENV.words("CURSOR_KEYS", (SECRET_KEY, *SECRET_KEY_FALLBACKS))
]
"""Keys that sign page tokens: the first signs, all verify."""

# Hosts and transport --------------------------------------------------------------------
ALLOWED_HOSTS = ENV.words(
    "ALLOWED_HOSTS", () if PRODUCTION else ("localhost", "127.0.0.1", "[::1]")
)
CSRF_TRUSTED_ORIGINS = ENV.words("CSRF_TRUSTED_ORIGINS")
SECURE_SSL_REDIRECT = SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = PRODUCTION
SECURE_REDIRECT_EXEMPT = [r"^(livez|readyz|metrics|health/.*)$"]
SECURE_HSTS_SECONDS = 31_536_000 if PRODUCTION else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = PRODUCTION
SECURE_PROXY_SSL_HEADER = (
    ("HTTP_X_FORWARDED_PROTO", "https") if ENV.boolean("BEHIND_PROXY", default=False) else None
)
SESSION_COOKIE_HTTPONLY = True
SESSION_ENGINE = "django.contrib.sessions.backends.db"
X_FRAME_OPTIONS = "DENY"

# Rooms ----------------------------------------------------------------------------------
ROOT_URLCONF = "daira.urls"
WSGI_APPLICATION = "daira.wsgi.application"
INSTALLED_APPS = [
    "daira",
    "skeletal.apps.SkeletalConfig",
    "pgtrigger",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "django_prometheus",
    "daira.admin.DairaAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.postgres",
    "django.contrib.staticfiles",
    *ENV.words("EXTRA_APPS"),
]
MIDDLEWARE = [
    "django_prometheus.middleware.PrometheusBeforeMiddleware",
    "daira.middleware.probes",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "daira.middleware.DatabaseGuard",
    "daira.middleware.RepeatedQueries",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_prometheus.middleware.PrometheusAfterMiddleware",
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ]
        },
    }
]
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
AUTH_USER_MODEL = "skeletal.User"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]

# PostgreSQL -----------------------------------------------------------------------------
_embedded = embedded.addresses(HOME) if embedded.needed(os.environ) else None
DATABASE_URL = ENV.postgres("DATABASE_URL", _embedded.database_url if _embedded else "")
DATABASE_OWNER_URL = (
    ENV.postgres("DATABASE_OWNER_URL", "")
    if ENV.has("DATABASE_OWNER_URL")
    else ENV.postgres("DATABASE_OWNER_URL", _embedded.owner_url)
    if _embedded and not ENV.has("DATABASE_URL")
    else DATABASE_URL
)
DATABASE_POOL_MIN = ENV.integer("DATABASE_POOL_MIN", 10, least=0, most=1000)
DATABASE_POOL_MAX = ENV.integer("DATABASE_POOL_MAX", 50, least=1, most=1000)
DATABASE_PREPARED = ENV.boolean("DATABASE_PREPARED", default=True)
"""Off: no prepared statements, for a PgBouncer before 1.21 in transaction mode."""
if DATABASE_POOL_MIN > DATABASE_POOL_MAX:
    ENV.wrong("DATABASE_POOL_MIN", f"is above DATABASE_POOL_MAX, {DATABASE_POOL_MAX}")
    DATABASE_POOL_MIN = DATABASE_POOL_MAX
DATABASE_POOL_TIMEOUT = ENV.integer("DATABASE_POOL_TIMEOUT", 5, least=1, most=60)
DATABASE_STATEMENT_TIMEOUT = ENV.integer("DATABASE_STATEMENT_TIMEOUT", 30, least=1, most=3600)


_serving = PROCESS != "command"
DATABASES = {
    "default": databases.database(
        DATABASE_URL,
        PROCESS,
        session={
            "statement_timeout": f"{DATABASE_STATEMENT_TIMEOUT}s",
            "idle_in_transaction_session_timeout": "60s",
            "pgtrigger.ignore": "{}",
        },
        pool={
            "min_size": DATABASE_POOL_MIN if _serving else 0,
            "max_size": DATABASE_POOL_MAX if _serving else min(4, DATABASE_POOL_MAX),
            "timeout": DATABASE_POOL_TIMEOUT,
            "max_waiting": 20 * DATABASE_POOL_MAX,
            "max_idle": 30,
            "max_lifetime": 1800,
            "reconnect_timeout": 2,
        },
    ),
    "maintenance": databases.database(
        DATABASE_OWNER_URL,
        PROCESS,
        session={"statement_timeout": "0", "lock_timeout": "3s", "pgtrigger.ignore": "{}"},
    ),
}
APPLICATION_ROLE = DATABASES["default"]["USER"]
"""The role whose rights `init` grants and verifies."""

# Redis ----------------------------------------------------------------------------------
REDIS_URL = ENV.redis("REDIS_URL", _embedded.redis_url if _embedded else "")
REDIS_PASSWORD = ENV.text("REDIS_PASSWORD") or None
QUEUE_URL = ENV.redis(
    "QUEUE_URL", REDIS_URL if ENV.has("REDIS_URL") or not _embedded else _embedded.queue_url
)
CACHE_PREFIX = ENV.text("CACHE_PREFIX", "daira")
CACHE_SECONDS = caching.seconds(ENV)
"""How long each tier keeps what is not given a time of its own."""
FEED_WINDOW_FOLLOWEES = ENV.integer("FEED_WINDOW_FOLLOWEES", 50, least=1, most=1_000_000)
"""A reader of fewer has no window: plain SQL is as fast."""
FEED_WINDOW_DEPTH = ENV.integer("FEED_WINDOW_DEPTH", 200, least=1, most=1000)
"""How many posts a new window holds; what is pushed makes it longer."""
FEED_PULL_FOLLOWERS = ENV.integer("FEED_PULL_FOLLOWERS", 10_000, least=1, most=100_000_000)
"""The posts of an author of so many are not pushed: their readers fetch them."""
ACCESS_TOKEN_SECONDS = ENV.integer("ACCESS_TOKEN_SECONDS", 3600, least=60, most=30 * 86_400)
REFRESH_TOKEN_SECONDS = ENV.integer(
    "REFRESH_TOKEN_SECONDS", 30 * 86_400, least=60, most=366 * 86_400
)
"""Without a rotation a sign-in ends; each one puts its end off."""
SIGN_IN_SECONDS = ENV.integer("SIGN_IN_SECONDS", 180 * 86_400, least=60, most=3660 * 86_400)
"""After so long one signs in anew, however often the tokens were rotated."""
VECTOR_DIMENSIONS = ENV.integer("VECTOR_DIMENSIONS", 8, least=1, most=4096)
CACHES = caching.caches(
    ENV, REDIS_URL, REDIS_PASSWORD if ENV.has("REDIS_URL") else None, CACHE_PREFIX
)

# HTTP -----------------------------------------------------------------------------------
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.AllowAny"],
    "DEFAULT_RENDERER_CLASSES": ["skeletal.api.rendering.RecordRenderer"],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "skeletal.api.exceptions.show",
    "UNAUTHENTICATED_USER": None,
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Daira's skeleton",
    "DESCRIPTION": "Users, content and the social graph of D-A-I-R-A. Ids are strings of digits.",
    "VERSION": "0.4.0",
    "OAS_VERSION": "3.1.1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "REDOC_DIST": "SIDECAR",
    "POSTPROCESSING_HOOKS": ["skeletal.api.schema.add_components"],
}

# Static files, time, language -----------------------------------------------------------
FIXTURE_DIRS = [BASE_DIR / "fixtures"]
STATIC_URL = "static/"
STATIC_ROOT = BASE_DIR / "staticfiles" if PRODUCTION else None
WHITENOISE_USE_FINDERS = not PRODUCTION
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"
        if PRODUCTION
        else "django.contrib.staticfiles.storage.StaticFilesStorage"
    },
}
USE_TZ = True
TIME_ZONE = "UTC"
LANGUAGE_CODE = "en"
USE_I18N = True

# Metrics and logs -----------------------------------------------------------------------
PROMETHEUS_EXPORT_MIGRATIONS = False
RETENTION = {
    name: ENV.integer(f"KEEP_{name.upper()}", days, least=1, most=36_500)
    for name, days in {
        "idempotency_keys": 7,
        "published_drafts": 30,
        "done_events": 7,
        "video_views": 90,
        "read_notifications": 180,
        "ended_sessions": 7,
    }.items()
}
"""Days."""
REPEATED_QUERIES = ENV.choice(
    "REPEATED_QUERIES", ("off", "warn", "raise") if PRODUCTION else ("warn", "raise", "off")
)
if _serving or ENV.has("PROMETHEUS_MULTIPROC_DIR"):
    # prometheus_client reads this once, when it is first imported: it must be set before.
    _metrics = Path(os.environ.setdefault("PROMETHEUS_MULTIPROC_DIR", str(HOME / "metrics")))
    _metrics.mkdir(mode=0o700, parents=True, exist_ok=True)
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "line": {"format": "{asctime} {levelname} {name}: {message}", "style": "{"},
    },
    "handlers": {
        "console": {"class": "logging.StreamHandler", "formatter": "line", "stream": sys.stderr}
    },
    "root": {
        "handlers": ["console"],
        "level": ENV.choice("LOG_LEVEL", ("WARNING", "DEBUG", "INFO", "ERROR")),
    },
}
