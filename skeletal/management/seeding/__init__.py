"""Worlds for tests, demonstrations and measurements: made up, or read from published data."""

from skeletal.management.seeding import progress as progress
from skeletal.management.seeding import sources as sources
from skeletal.management.seeding.ldbc import replay as replay
from skeletal.management.seeding.loading import Source as Source
from skeletal.management.seeding.loading import load as load
from skeletal.management.seeding.report import Report as Report
