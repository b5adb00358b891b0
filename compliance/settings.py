"""One settings file. Safe on a fresh clone; PRODUCTION=1 asks for secrets and TLS."""

from datetime import timedelta
from importlib.util import find_spec
from pathlib import Path

import dj_database_url
from csp.constants import NONE, SELF
from whitenoise.compress import Compressor

from compliance import env, logs

BASE_DIR = Path(__file__).resolve().parent.parent
VAR_DIR = Path(env.text("VAR_DIR") or BASE_DIR / "var")
VAR_DIR.mkdir(mode=0o700, parents=True, exist_ok=True)  # keys, database and files: nobody else's
PRODUCTION = env.flag("PRODUCTION")

# Secrets and hosts -------------------------------------------------------------------------------------
if PRODUCTION:
    SECRET_KEY = env.required_secret(
        "SECRET_KEY", "Make one: python -c 'import secrets; print(secrets.token_urlsafe(50))'"
    )
    AUDIT_KEY = env.required_secret(
        "AUDIT_KEY",
        "Make one as for SECRET_KEY, but another; never change it, and keep a copy in a safe place",
        other_than=SECRET_KEY,
    )
    env.required("ALLOWED_HOSTS", "Name the host, for example tenken.example.jp")
    ALLOWED_HOSTS = env.words("ALLOWED_HOSTS", [])
    PUBLIC_URL = env.required("PUBLIC_URL", "The address people type, for example https://tenken.example.jp")
else:
    SECRET_KEY = env.development_key(VAR_DIR / "secret-key")
    AUDIT_KEY = env.secret("AUDIT_KEY") or env.development_key(VAR_DIR / "audit-key")
    ALLOWED_HOSTS = env.words("ALLOWED_HOSTS", ["127.0.0.1", "localhost", "[::1]"])
    PUBLIC_URL = env.text("PUBLIC_URL")
DEBUG = env.flag("DEBUG") and not PRODUCTION
PUBLIC_URL = PUBLIC_URL.rstrip("/")
CSRF_TRUSTED_ORIGINS = [PUBLIC_URL] if PUBLIC_URL else []

# Apps: compliance <- vendors <- checklist ---------------------------------------------------------------
INSTALLED_APPS = [
    "compliance",
    "vendors",
    "checklist",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.forms",
    "django_tasks",
    "django_tasks_db",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "crispy_forms",
    "crispy_bootstrap5",
    "django_htmx",
    "csp",
]
MIDDLEWARE = [
    "compliance.tracing.RequestLog",
    "compliance.headers.Headers",
    "csp.middleware.CSPMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "compliance.health.Probes",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "compliance.limits.Limits",
    "compliance.walls.OneTransaction",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "compliance.sessions.SessionLimits",
    "compliance.sessions.KeepTypedInput",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "compliance.sessions.NoStore",
    "compliance.failures.SayWhy",
]
ROOT_URLCONF = "compliance.urls"
WSGI_APPLICATION = "compliance.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "compliance.context.site",
            ],
            "builtins": ["compliance.templatetags.house", "compliance.templatetags.words"],
        },
    }
]
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"
CRISPY_ALLOWED_TEMPLATE_PACKS = "bootstrap5"
CRISPY_TEMPLATE_PACK = "bootstrap5"

# Database: one SQLite file, or what DATABASE_URL names -----------------------------------------------------
DATABASES = {
    "default": dj_database_url.parse(env.text("DATABASE_URL") or f"sqlite:///{VAR_DIR / 'db.sqlite3'}")
}
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    # IMMEDIATE: without it two writers meet as "database is locked". DELETE, not WAL: WAL before
    # SQLite 3.51.3 can corrupt the file.
    DATABASES["default"]["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": "PRAGMA journal_mode=DELETE; PRAGMA synchronous=EXTRA; PRAGMA foreign_keys=ON;",
    }
else:
    # Prepared statements: planning a page's queries behind row-level security takes longer than answering them.
    prepared = {"server_side_binding": True, "prepare_threshold": 5}
    DATABASES["default"]["OPTIONS"] = prepared | DATABASES["default"].get("OPTIONS", {})
    # A PostgreSQL that was started anew must not cost anybody a page.
    DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
DATABASES["default"]["CONN_MAX_AGE"] = 60
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
# Tries and used codes must be known to all workers. Nothing may push the counts of compliance.counting out of the table.
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "cache",
        "OPTIONS": {"MAX_ENTRIES": 10_000_000},
    }
}

# People ---------------------------------------------------------------------------------------------------
AUTH_USER_MODEL = "compliance.User"
AUTHENTICATION_BACKENDS = ["compliance.accounts.Backend"]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "compliance.passwords.UnlikeThePerson", "OPTIONS": {"user_attributes": ("email", "name")}},
    {"NAME": "compliance.passwords.LongEnough", "OPTIONS": {"min_length": 12}},
    {"NAME": "compliance.passwords.Uncommon"},
    {"NAME": "compliance.passwords.NotOnlyDigits"},
]
PASSWORD_RESET_TIMEOUT = int(timedelta(days=7).total_seconds())  # a one-time link of create_clinic
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "home"
ACCOUNT_ADAPTER = "compliance.accounts.Adapter"
ACCOUNT_FORMS = {
    "login": "compliance.account_forms.PlainLoginForm",
    "change_password": "compliance.account_forms.PlainChangePasswordForm",
    "reauthenticate": "compliance.account_forms.PlainReauthenticateForm",
}
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_REAUTHENTICATION_TIMEOUT = int(timedelta(minutes=15).total_seconds())
ACCOUNT_RATE_LIMITS = False  # compliance.limits counts what can be reached here, each by one statement
USERSESSIONS_TRACK_ACTIVITY = False
MFA_ADAPTER = "compliance.accounts.SecondFactors"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_FORMS = {
    "authenticate": "compliance.account_forms.PlainAuthenticateForm",
    "reauthenticate": "compliance.account_forms.PlainReauthenticateByCodeForm",
    "activate_totp": "compliance.account_forms.PlainActivateTOTPForm",
    "authenticate_webauthn": "compliance.account_forms.PlainAuthenticateWebAuthnForm",
    "reauthenticate_webauthn": "compliance.account_forms.PlainReauthenticateWebAuthnForm",
    "add_webauthn": "compliance.account_forms.PlainAddWebAuthnForm",
    "edit_webauthn": "compliance.account_forms.PlainEditWebAuthnForm",
}
MFA_TOTP_ISSUER = "医療情報システム自己点検"
MFA_TOTP_TOLERANCE = 1  # a clock may be 30 s off
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not PRODUCTION  # passkeys on http://localhost
SESSION_COOKIE_AGE = int(timedelta(hours=12).total_seconds())
SESSION_IDLE = timedelta(minutes=60)
SESSION_ABSOLUTE = timedelta(hours=12)
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_HTTPONLY = True
CSRF_FAILURE_VIEW = "compliance.views.csrf_failure"

# Transport and headers ----------------------------------------------------------------------------------
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = PRODUCTION
_OF_HOST = "__Host-" if PRODUCTION else ""  # the others' names: compliance.cookies
SESSION_COOKIE_NAME, CSRF_COOKIE_NAME = f"{_OF_HOST}sessionid", f"{_OF_HOST}csrftoken"
MESSAGE_STORAGE = "compliance.cookies.Messages"
SECURE_SSL_REDIRECT = PRODUCTION
SECURE_REDIRECT_EXEMPT = [r"^(healthz|readyz)$"]  # a probe asks the process itself, without TLS
SECURE_HSTS_SECONDS = int(timedelta(days=365).total_seconds()) if PRODUCTION else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = PRODUCTION
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if env.flag("BEHIND_PROXY") else None
TRUSTED_PROXIES = env.proxies("TRUSTED_PROXIES", 1 if env.flag("BEHIND_PROXY") else 0)
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
    }
}
DATA_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024
FILE_UPLOAD_HANDLERS = [
    "compliance.uploads.LimitedUpload",  # the line above does not count files
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "django.core.files.uploadhandler.TemporaryFileUploadHandler",
]

# Language, time, static files -----------------------------------------------------------------------------
LANGUAGE_CODE = "ja"
TIME_ZONE = "Asia/Tokyo"
USE_TZ = True
STATIC_URL = "/static/"
STATIC_ROOT = VAR_DIR / "static"
# Bootstrap's files come by pip; its package cannot be imported without pkg_resources, so only its place is asked.
BOOTSTRAP_CSS = (
    Path(next(iter(find_spec("xstatic.pkg").submodule_search_locations))) / "bootstrap" / "data" / "css"
)
STATICFILES_DIRS = [BASE_DIR / "static", ("bootstrap", BOOTSTRAP_CSS)]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
WHITENOISE_KEEP_ONLY_HASHED_FILES = True
WHITENOISE_ALLOW_ALL_ORIGINS = False
WHITENOISE_SKIP_COMPRESS_EXTENSIONS = (*Compressor.SKIP_COMPRESS_EXTENSIONS, "map")  # seconds, for nobody
MEDIA_ROOT = VAR_DIR / "files"
FILE_UPLOAD_PERMISSIONS, FILE_UPLOAD_DIRECTORY_PERMISSIONS = 0o600, 0o700
AUDIT_HEADS = VAR_DIR / "audit-heads"  # where each chain of 操作記録 ends; several machines share this folder
BACKUP_DIR = env.text("BACKUP_DIR")  # where `manage.py backup` writes without a name, and doctor looks
EMAIL_BACKEND = (
    "django.core.mail.backends.smtp.EmailBackend"
    if env.text("EMAIL_HOST")
    else "django.core.mail.backends.dummy.EmailBackend"
)
EMAIL_HOST = env.text("EMAIL_HOST")
CONTACT = env.text("CONTACT")  # whom to ask, in one line, as the help page and the quick guide print it
EMAIL_PORT = env.number("EMAIL_PORT", 25)
EMAIL_HOST_USER, EMAIL_HOST_PASSWORD = env.text("EMAIL_HOST_USER"), env.text("EMAIL_HOST_PASSWORD")
EMAIL_USE_TLS, EMAIL_USE_SSL = env.flag("EMAIL_USE_TLS"), env.flag("EMAIL_USE_SSL")
EMAIL_TIMEOUT = 20  # seconds; without one a silent server holds a page for ever
DEFAULT_FROM_EMAIL = env.text("DEFAULT_FROM_EMAIL") or "webmaster@localhost"

# The queue: at once by default; TASKS=database leaves it to `manage.py db_worker`
TASKS = {
    "default": {
        "BACKEND": "django_tasks_db.DatabaseBackend"
        if env.text("TASKS") == "database"
        else "django_tasks.backends.immediate.ImmediateBackend"
    }
}

# The guideline -------------------------------------------------------------------------------------------
GUIDELINES = BASE_DIR / "fixtures"  # guideline-*/, one folder for each edition, and source/
LOGGING = logs.config(as_json=env.flag("LOG_JSON"), everything=DEBUG)
