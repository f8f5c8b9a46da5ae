"""Writes of what people make.

Each takes ids and plain values, validates them by `rules`, checks that the one who acts is active
and sees what they act upon, and tells it in the outbox within the same transaction.
"""

from skeletal.actions.content.answers import delete_comment as delete_comment
from skeletal.actions.content.answers import edit_comment as edit_comment
from skeletal.actions.content.comments import add_comment as add_comment
from skeletal.actions.content.drafts import delete_draft as delete_draft
from skeletal.actions.content.drafts import publish_draft as publish_draft
from skeletal.actions.content.drafts import publish_due as publish_due
from skeletal.actions.content.drafts import save_draft as save_draft
from skeletal.actions.content.drafts import schedule_draft as schedule_draft
from skeletal.actions.content.drafts import update_draft as update_draft
from skeletal.actions.content.editing import edit_post as edit_post
from skeletal.actions.content.polls import vote as vote
from skeletal.actions.content.posts import delete_post as delete_post
from skeletal.actions.content.posts import publish_post as publish_post
from skeletal.actions.content.reposts import repost as repost
from skeletal.actions.content.reposts import undo_repost as undo_repost
from skeletal.actions.content.videos import delete_video as delete_video
from skeletal.actions.content.videos import fail_video as fail_video
from skeletal.actions.content.videos import finish_video as finish_video
from skeletal.actions.content.videos import publish_video as publish_video
from skeletal.actions.content.videos import put_embedding as put_embedding
from skeletal.actions.content.videos import put_renditions as put_renditions
from skeletal.actions.content.videos import update_video as update_video
from skeletal.actions.content.views import record_view as record_view
