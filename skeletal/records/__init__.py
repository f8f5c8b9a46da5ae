"""What reads return: typed, immutable values that know nothing of rows, caches or HTTP."""

from skeletal.records.base import SYSTEM, Count, Id, Made, Moment, Page, Principal, Record, Viewer

__all__ = ["SYSTEM", "Count", "Id", "Made", "Moment", "Page", "Principal", "Record", "Viewer"]
