"""The door for an ASGI server."""

import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "daira.settings")
os.environ.setdefault("DAIRA_PROCESS", "web")

from django.core.asgi import get_asgi_application

from daira.serving import prepare

application = get_asgi_application()
prepare()
