"""Measures each public read against hand-written psycopg and ordinary ORM code, in one run."""

from skeletal.management.bench.contest import run as run
from skeletal.management.bench.report import Report as Report
