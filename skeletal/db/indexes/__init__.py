"""Indexes: which must stand and how they fare, which would help, which are in the way.

get_common_indexes()   list[CommonIndex], each with its state, size and scans
suggest_indexes()      Advice: what to create and to drop, each with planned costs
create_missing()       builds what is declared and missing, online
"""

from skeletal.db.indexes.advice import Advice as Advice
from skeletal.db.indexes.advice import suggest_indexes as suggest_indexes
from skeletal.db.indexes.common import CommonIndex as CommonIndex
from skeletal.db.indexes.common import get_common_indexes as get_common_indexes
from skeletal.db.indexes.declared import create_missing as create_missing
from skeletal.db.indexes.declared import declared_indexes as declared_indexes
from skeletal.db.indexes.declared import index_states as index_states
from skeletal.db.indexes.trials import Suggestion as Suggestion
