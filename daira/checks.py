"""Tells as system checks what is wrong with the environment."""

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Warning

from daira.env import Environment


def check_environment(**_: Any) -> list[CheckMessage]:
    """One Error for each unusable setting; a Warning where queue and cache share a server."""
    environment: Environment = settings.ENV
    messages: list[CheckMessage] = [
        Error(problem.sentence, id=problem.id) for problem in environment.problems
    ]
    if settings.QUEUE_URL == settings.REDIS_URL:
        messages.append(
            Warning(
                "QUEUE_URL and REDIS_URL are one server: a cache that evicts would lose jobs.",
                hint="Set QUEUE_URL to a server with maxmemory-policy noeviction.",
                id="daira.W001",
            )
        )
    return messages
