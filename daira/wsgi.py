"""The door for a WSGI server."""

import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "daira.settings")
os.environ.setdefault("DAIRA_PROCESS", "web")

from django.core.wsgi import get_wsgi_application

from daira.serving import prepare

application = get_wsgi_application()
prepare()
