"""Hot reads: a QuerySet with late-bound parameters, compiled once, run below the cursor.

    @read(UserCard)
    def _cards(sight: Sight) -> QuerySet[User]:
        return visible(User.objects.all(), sight).filter(pk__any=Param("ids", BIGINTS))

    _cards(Sight.PERSON).all(ids=[1, 2], viewer=7)  # list[UserCard], one round trip

The arguments of the function are the statement's shape: each shape is compiled on its first call
in a process, and prepared on its first call on a connection. What the shape leaves open are its
`Param`s, given by name to `all`, `first` and `up_to`.
"""

from skeletal.db.prepared.lookups import AnyOf as AnyOf
from skeletal.db.prepared.lookups import Begins as Begins
from skeletal.db.prepared.lookups import Matches as Matches
from skeletal.db.prepared.parameters import BIGINT as BIGINT
from skeletal.db.prepared.parameters import BIGINTS as BIGINTS
from skeletal.db.prepared.parameters import MOMENT as MOMENT
from skeletal.db.prepared.parameters import TEXT as TEXT
from skeletal.db.prepared.parameters import TEXTS as TEXTS
from skeletal.db.prepared.parameters import TRUTH as TRUTH
from skeletal.db.prepared.parameters import Param as Param
from skeletal.db.prepared.reads import READS as READS
from skeletal.db.prepared.reads import Read as Read
from skeletal.db.prepared.reads import handwritten as handwritten
from skeletal.db.prepared.reads import read as read
from skeletal.db.prepared.statements import Statement as Statement
from skeletal.db.prepared.writes import Command as Command
from skeletal.db.prepared.writes import Write as Write
from skeletal.db.prepared.writes import write as write
