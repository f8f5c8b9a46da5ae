"""What follows from an event, outside the transaction that made it."""

from skeletal.jobs.running import Ran as Ran
from skeletal.jobs.running import run_pending as run_pending
from skeletal.jobs.running import tend_windows as tend_windows
from skeletal.jobs.running import turn as turn
from skeletal.jobs.running import turn_or_wait as turn_or_wait
