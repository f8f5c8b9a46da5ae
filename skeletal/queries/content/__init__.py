"""What people make, as others see it.

`viewer_id` is a person's id, None for one who is not signed in, or SYSTEM; `visibility` says who
sees what. Every list raises InvalidCursor, and InvalidInput for a limit outside 1..100.
"""

from skeletal.queries.content.drafts import list_drafts as list_drafts
from skeletal.queries.content.drafts import list_post_revisions as list_post_revisions
from skeletal.queries.content.polls import get_poll as get_poll
from skeletal.queries.content.posts import POST_COUNTS as POST_COUNTS
from skeletal.queries.content.posts import get_multiple_posts as get_multiple_posts
from skeletal.queries.content.posts import get_post_with_comments as get_post_with_comments
from skeletal.queries.content.posts import is_visible_post as is_visible_post
from skeletal.queries.content.posts import list_comments as list_comments
from skeletal.queries.content.posts import list_public_posts as list_public_posts
from skeletal.queries.content.posts import list_user_posts as list_user_posts
from skeletal.queries.content.search import search_hashtags as search_hashtags
from skeletal.queries.content.search import search_posts as search_posts
from skeletal.queries.content.similar import list_similar_videos as list_similar_videos
from skeletal.queries.content.trends import get_popular_posts as get_popular_posts
from skeletal.queries.content.trends import get_trending_hashtags as get_trending_hashtags
from skeletal.queries.content.trends import get_trending_posts as get_trending_posts
from skeletal.queries.content.trends import get_trending_videos as get_trending_videos
from skeletal.queries.content.videos import VIDEO_COUNTS as VIDEO_COUNTS
from skeletal.queries.content.videos import get_multiple_videos as get_multiple_videos
from skeletal.queries.content.videos import get_video_with_stats as get_video_with_stats
from skeletal.queries.content.videos import list_public_videos as list_public_videos
