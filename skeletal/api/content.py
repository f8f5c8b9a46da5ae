"""GET posts, comments, videos and hashtags."""

from rest_framework.request import Request
from rest_framework.response import Response

from skeletal.api.pagination import PAGED
from skeletal.api.reading import ReadView
from skeletal.queries import content
from skeletal.records import Page
from skeletal.records.content import (
    CommentRecord,
    HashtagRecord,
    PostRecord,
    PostWithComments,
    VideoRecord,
)


class Posts(ReadView):
    """Everybody's public posts, newest first."""

    operation, tag, answers, takes = "list_posts", "posts", Page[PostRecord], PAGED

    def get(self, request: Request) -> Response:
        return Response(content.list_public_posts(**self.page()))


class UserPosts(ReadView):
    """A person's public posts, newest first."""

    operation, tag, answers, takes = "list_user_posts", "posts", Page[PostRecord], PAGED

    def get(self, request: Request, user_id: int) -> Response:
        return Response(content.list_user_posts(user_id, **self.page()))


class OnePost(ReadView):
    """A post with counts exact at this moment, and its first comments, `limit` at most.

    The comments' `next_cursor` goes on in the list of the post's comments.
    """

    operation, tag, answers, takes = "get_post", "posts", PostWithComments, ("limit",)

    def get(self, request: Request, post_id: int) -> Response:
        return Response(content.get_post_with_comments(post_id, limit=self.limit()))


class PostComments(ReadView):
    """All comments of a post in one list, oldest first; `parent_id` and `depth` show the thread."""

    operation, tag, answers, takes = "list_comments", "comments", Page[CommentRecord], PAGED

    def get(self, request: Request, post_id: int) -> Response:
        return Response(content.list_comments(post_id, **self.page()))


class Videos(ReadView):
    """Everybody's public videos, newest first."""

    operation, tag, answers, takes = "list_videos", "videos", Page[VideoRecord], PAGED

    def get(self, request: Request) -> Response:
        return Response(content.list_public_videos(**self.page()))


class OneVideo(ReadView):
    """A video with counts exact at this moment."""

    operation, tag, answers = "get_video", "videos", VideoRecord

    def get(self, request: Request, video_id: int) -> Response:
        return Response(content.get_video_with_stats(video_id))


class PostSearch(ReadView):
    """Public posts that hold all words of the query, in any spelling of them."""

    operation, tag, answers = "search_posts", "posts", Page[PostRecord]
    takes = ("query", "order", *PAGED)

    def get(self, request: Request) -> Response:
        order = request.query_params.get("order", "newest")
        return Response(content.search_posts(self.sought("query"), **self.page(), order=order))


class HashtagSearch(ReadView):
    """Hashtags whose names begin so, most used first, in one page."""

    operation, tag, answers = "search_hashtags", "hashtags", Page[HashtagRecord]
    takes = ("prefix", "limit")

    def get(self, request: Request) -> Response:
        found = content.search_hashtags(self.sought("prefix"), limit=self.limit())
        return Response(Page(data=found, next_cursor=None, has_more=False))
