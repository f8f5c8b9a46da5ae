"""What people make: posts, videos, comments, and what hangs on them."""

from skeletal.models.content.comments import Comment as Comment
from skeletal.models.content.drafts import Draft as Draft
from skeletal.models.content.drafts import PostRevision as PostRevision
from skeletal.models.content.hashtags import Hashtag as Hashtag
from skeletal.models.content.hashtags import Mention as Mention
from skeletal.models.content.hashtags import PostHashtag as PostHashtag
from skeletal.models.content.polls import Poll as Poll
from skeletal.models.content.polls import PollVote as PollVote
from skeletal.models.content.posts import MediaAttachment as MediaAttachment
from skeletal.models.content.posts import Post as Post
from skeletal.models.content.posts import Repost as Repost
from skeletal.models.content.trends import HashtagTrend as HashtagTrend
from skeletal.models.content.trends import PostTrend as PostTrend
from skeletal.models.content.trends import Trend as Trend
from skeletal.models.content.trends import VideoTrend as VideoTrend
from skeletal.models.content.videos import Video as Video
from skeletal.models.content.videos import VideoRendition as VideoRendition
from skeletal.models.content.videos import VideoView as VideoView
