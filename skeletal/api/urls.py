"""Addresses under /api/."""

from django.urls import URLPattern, URLResolver, include, path, register_converter
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerView

from skeletal.api import content, social, users


class IdConverter:
    """An id in an address: digits of ASCII without leading zeros, within 63 bits."""

    regex = "[1-9][0-9]{0,18}"

    def to_python(self, value: str) -> int:
        number = int(value)
        if number >= 1 << 63:
            raise ValueError("not an id")
        return number

    def to_url(self, value: int) -> str:
        return str(value)


register_converter(IdConverter, "id")

reads: list[URLPattern] = [
    path("users/", users.Users.as_view(), name="users"),
    path("users/search/", users.UserSearch.as_view(), name="user-search"),
    path("users/<id:user_id>/", users.OneUser.as_view(), name="user"),
    path("users/<id:user_id>/posts/", content.UserPosts.as_view(), name="user-posts"),
    path("users/<id:user_id>/followers/", social.Followers.as_view(), name="followers"),
    path("users/<id:user_id>/following/", social.Following.as_view(), name="following"),
    path("posts/", content.Posts.as_view(), name="posts"),
    path("posts/search/", content.PostSearch.as_view(), name="post-search"),
    path("posts/<id:post_id>/", content.OnePost.as_view(), name="post"),
    path("posts/<id:post_id>/comments/", content.PostComments.as_view(), name="post-comments"),
    path("hashtags/search/", content.HashtagSearch.as_view(), name="hashtag-search"),
    path("videos/", content.Videos.as_view(), name="videos"),
    path("videos/<id:video_id>/", content.OneVideo.as_view(), name="video"),
]

urlpatterns: list[URLPattern | URLResolver] = [
    path("v1/", include(reads)),
    path("schema/", SpectacularAPIView.as_view(), name="schema"),
    path("docs/", SpectacularSwaggerView.as_view(url_name="schema"), name="docs"),
]
