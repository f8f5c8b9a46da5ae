"""What follows from an event, outside the transaction that made it."""

from skeletal.jobs.running import Ran as Ran
from skeletal.jobs.running import run_pending as run_pending
