"""LDBC's social network in our tables, and its stream of updates through the public writes."""

from skeletal.management.seeding.ldbc.ids import message_ids as message_ids
from skeletal.management.seeding.ldbc.ids import person_ids as person_ids
from skeletal.management.seeding.ldbc.network import Network as Network
from skeletal.management.seeding.ldbc.replay import replay as replay
