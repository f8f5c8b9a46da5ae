"""What the tests of transactions share: work that counts its runs, and what it leaves."""

import threading
from collections.abc import Callable
from typing import Any

from django.db import (
    connection,
)

from skeletal import metrics
from skeletal.models import User

REPEATABLE_READ = "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ"


class Runs:
    """A callback that notes each run and lets `work` know the number of it."""

    def __init__(self, work: Callable[[int], object]) -> None:
        self.work = work
        self.count = 0

    def __call__(self) -> int:
        self.count += 1
        self.work(self.count)
        return self.count


def retries(cause: str) -> float:
    counter: Any = metrics.TRANSACTION_RETRIES.labels(cause)
    return float(counter._value.get())


def name(row: User, value: str) -> None:
    User.objects.filter(pk=row.pk).update(username=value)


def names() -> set[str]:
    return set(User.objects.values_list("username", flat=True))


def in_threads(*work: Callable[[], object]) -> list[BaseException]:
    """Run each in a thread of its own and return what they raised."""
    failures: list[BaseException] = []

    def run(each: Callable[[], object]) -> None:
        try:
            each()
        except BaseException as error:
            failures.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(each,)) for each in work]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return failures
