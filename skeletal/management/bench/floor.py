"""The floor: each read as one would write it by hand for psycopg, prepared, binary, tuples."""

from collections.abc import Callable
from operator import attrgetter
from typing import Any

from skeletal.management.bench.parts import (
    ACTIVE,
    AUDIENCE,
    AUTHOR,
    CARD,
    COMMENT,
    LIVE,
    POST,
    PUBLIC,
    UNBLOCKED,
    UNMUTED,
    VIDEO,
    VIDEO_AUDIENCE,
    opened,
)
from skeletal.management.bench.subjects import Ask

Cursor = Any
Rows = list[tuple[Any, ...]]
Floor = Callable[[Cursor, Ask], Rows]


def hand(sql: str, names: str) -> Floor:
    """A call that sends `sql` prepared with these attributes of the Ask, in order."""
    values = attrgetter(*names.split(), "viewer", "viewer")  # of two names or more it makes a tuple
    count = len(names.split())

    def call(cursor: Cursor, ask: Ask) -> Rows:
        rows: Rows = cursor.execute(sql, values(ask)[:count], prepare=True).fetchall()
        return rows

    return call


def many(*calls: Floor) -> Floor:
    """Several statements, their rows one after the other."""
    return lambda cursor, ask: [row for call in calls for row in call(cursor, ask)]


USER = hand(
    f"""
    SELECT {CARD}, p.bio, p.badges, u.created_at, p.followers_count + o.followers_count,
           p.following_count + o.following_count, p.posts_count + o.posts_count
    FROM users u JOIN user_profiles p ON p.user_id = u.id
    {opened("user_profile", "u.id", "followers_count", "following_count", "posts_count")}
    WHERE u.id = %s AND {ACTIVE} AND {UNBLOCKED}
    """,
    "one viewer viewer",
)
USERS = hand(
    f"""
    SELECT {CARD} FROM users u JOIN user_profiles p ON p.user_id = u.id
    WHERE u.id = ANY(%s) AND {ACTIVE} AND {UNBLOCKED}
    """,
    "many viewer viewer",
)
STATS = hand(
    f"""
    SELECT p.user_id, p.followers_count + o.followers_count,
           p.following_count + o.following_count, p.posts_count + o.posts_count
    FROM user_profiles p
    {opened("user_profile", "p.user_id", "followers_count", "following_count", "posts_count")}
    WHERE p.user_id = %s
    """,
    "one",
)
BATCH_STATS = hand(
    """
    SELECT user_id, followers_count, following_count, posts_count
    FROM user_profiles WHERE user_id = ANY(%s)
    """,
    "many",
)
FOLDED = 'daira_fold({0}) COLLATE "C"'
BEGINS = f"{FOLDED} >= %s AND {FOLDED} < %s || '\U0010ffff'"
SEARCH = hand(
    f"""
    SELECT {CARD} FROM (
      (SELECT u.id, 0 AS kind FROM users u
       WHERE {BEGINS.format("u.username")} AND {ACTIVE} AND {UNBLOCKED}
       ORDER BY {FOLDED.format("u.username")} LIMIT 20)
      UNION
      (SELECT u.id, 0 FROM user_profiles p JOIN users u ON u.id = p.user_id
       WHERE {BEGINS.format("p.display_name")} AND {ACTIVE} AND {UNBLOCKED}
       ORDER BY {FOLDED.format("p.display_name")}, p.user_id LIMIT 20)
    ) f JOIN users u ON u.id = f.id JOIN user_profiles p ON p.user_id = u.id
    ORDER BY NOT ({BEGINS.format("u.username")}), {FOLDED.format("u.username")} LIMIT 20
    """,
    "text text viewer viewer text text viewer viewer text text",
)
POST_ALONE = hand(
    f"""
    SELECT x.id, {CARD}, x.content, x.media_urls, x.hashtags, x.language, x.visibility,
           x.likes_count + o.likes_count, x.comments_count + o.comments_count,
           x.reposts_count + o.reposts_count, x.created_at, x.edited_at
    FROM posts x {AUTHOR}
    {opened("post", "x.id", "likes_count", "comments_count", "reposts_count")}
    WHERE x.id = %s AND {LIVE} AND {AUDIENCE} AND {UNBLOCKED} AND {UNMUTED}
    """,
    "one viewer viewer viewer viewer viewer viewer",
)
COMMENTS = hand(
    f"""
    SELECT {COMMENT} FROM comments x {AUTHOR}
    WHERE x.post_id = %s AND {LIVE} AND {UNBLOCKED} AND {UNMUTED} ORDER BY x.id LIMIT 21
    """,
    "one viewer viewer viewer",
)
POST_WITH_COMMENTS = many(POST_ALONE, COMMENTS)
POSTS = hand(
    f"""
    SELECT {POST} FROM posts x {AUTHOR}
    WHERE x.id = ANY(%s) AND {LIVE} AND {AUDIENCE} AND {UNBLOCKED} AND {UNMUTED}
    """,
    "many viewer viewer viewer viewer viewer viewer",
)
POPULAR = hand(
    f"""
    SELECT {POST} FROM posts x {AUTHOR}
    WHERE x.id >= %s AND {LIVE} AND {PUBLIC} AND {UNBLOCKED} AND {UNMUTED}
    ORDER BY x.likes_count DESC, x.id DESC LIMIT 20
    """,
    "since viewer viewer viewer viewer viewer",
)
PUBLIC_POSTS = hand(
    f"""
    SELECT {POST} FROM posts x {AUTHOR}
    WHERE {LIVE} AND {PUBLIC} AND {UNBLOCKED} AND {UNMUTED}
    ORDER BY x.id DESC LIMIT 21
    """,
    "viewer viewer viewer viewer viewer",
)
FOUND = f"""
SELECT {POST} FROM posts x {AUTHOR}
WHERE x.id = ANY(ARRAY(SELECT daira_newest_posts(%s::tsquery, {2**63 - 1}, {{most}})))
  AND {LIVE} AND {PUBLIC} AND {UNBLOCKED} AND {UNMUTED}
"""
FOUND_NEWEST = hand(
    f"{FOUND.format(most=100)} ORDER BY x.id DESC LIMIT 21",
    "words viewer viewer viewer viewer viewer",
)
FOUND_RELEVANT = hand(
    f"""
    {FOUND.format(most=250)}
    ORDER BY x.likes_count + x.comments_count + x.reposts_count DESC, x.id DESC LIMIT 21
    """,
    "words viewer viewer viewer viewer viewer",
)
FOUND_HASHTAGS = hand(
    """
    SELECT id, name, display_name, posts_count FROM hashtags
    WHERE name COLLATE "C" >= %s AND name COLLATE "C" < %s || '\U0010ffff' AND usable
    AND posts_count > 0 ORDER BY posts_count DESC, name COLLATE "C" LIMIT 20
    """,
    "text text",
)
USER_POSTS = hand(
    f"""
    SELECT {POST} FROM posts x {AUTHOR}
    WHERE x.author_id = %s AND {LIVE} AND {AUDIENCE} AND {UNBLOCKED} AND {UNMUTED}
    ORDER BY x.id DESC LIMIT 21
    """,
    "one viewer viewer viewer viewer viewer viewer",
)
VIDEO_ALONE = hand(
    f"""
    SELECT x.id, {CARD}, x.title, x.description, x.hls_url, x.duration, x.resolution, x.visibility,
           x.views_count + o.views_count, x.likes_count + o.likes_count,
           x.comments_count + o.comments_count, x.created_at, x.published_at
    FROM videos x {AUTHOR}
    {opened("video", "x.id", "views_count", "likes_count", "comments_count")}
    WHERE x.id = %s AND {LIVE} AND {VIDEO_AUDIENCE} AND {UNBLOCKED} AND {UNMUTED}
    """,
    "one viewer viewer viewer viewer viewer",
)
VIDEOS = hand(
    f"""
    SELECT {VIDEO} FROM videos x {AUTHOR}
    WHERE x.id = ANY(%s) AND {LIVE} AND {VIDEO_AUDIENCE} AND {UNBLOCKED} AND {UNMUTED}
    """,
    "many viewer viewer viewer viewer viewer",
)
TRENDING_POSTS = hand(
    f"""
    SELECT {POST} FROM post_trends t JOIN posts x ON x.id = t.post_id {AUTHOR}
    WHERE t.score >= %s AND {LIVE} AND {PUBLIC} AND {UNBLOCKED} AND {UNMUTED}
    ORDER BY t.score DESC, x.id DESC LIMIT 20
    """,
    "coldest viewer viewer viewer viewer viewer",
)
TRENDING = hand(
    f"""
    SELECT {VIDEO} FROM video_trends t JOIN videos x ON x.id = t.video_id {AUTHOR}
    WHERE t.score >= %s AND {LIVE} AND {PUBLIC} AND {UNBLOCKED} AND {UNMUTED}
    ORDER BY t.score DESC, x.id DESC LIMIT 20
    """,
    "coldest viewer viewer viewer viewer viewer",
)
TRENDING_HASHTAGS = hand(
    """
    SELECT x.id, x.name, x.display_name, x.posts_count
    FROM hashtag_trends t JOIN hashtags x ON x.id = t.hashtag_id
    WHERE t.score >= %s AND x.usable AND x.trendable ORDER BY t.score DESC, x.id DESC LIMIT 20
    """,
    "coldest",
)
OWNER = f"""
EXISTS (SELECT FROM users u WHERE u.id = %s AND {ACTIVE} AND {UNBLOCKED})
"""
FOLLOWERS = hand(
    f"""
    SELECT {CARD}, x.created_at FROM follows x
    JOIN users u ON u.id = x.follower_id AND {ACTIVE} JOIN user_profiles p ON p.user_id = u.id
    WHERE x.followee_id = %s AND {UNBLOCKED} AND {OWNER} ORDER BY x.id DESC LIMIT 51
    """,
    "one viewer viewer one viewer viewer",
)
FOLLOWED = hand(
    f"""
    SELECT {CARD}, x.created_at FROM follows x
    JOIN users u ON u.id = x.followee_id AND {ACTIVE} JOIN user_profiles p ON p.user_id = u.id
    WHERE x.follower_id = %s AND {UNBLOCKED} AND {OWNER} ORDER BY x.id DESC LIMIT 51
    """,
    "one viewer viewer one viewer viewer",
)
IS_FOLLOWING = hand(
    "SELECT true FROM follows WHERE follower_id = %s AND followee_id = %s", "viewer one"
)
IS_BLOCKED = hand("SELECT true FROM blocks WHERE blocker_id = %s AND blocked_id = %s", "viewer one")
HIDDEN = "(SELECT %s::bigint)"
"""A value that the planner does not see: after five calls one plan stays, as planning takes longer
than the page itself."""
FEED = hand(
    f"""
    WITH newest AS (
      SELECT n.id FROM (
        SELECT t.id FROM follows w JOIN users u ON u.id = w.followee_id AND {ACTIVE}
        CROSS JOIN LATERAL (
          SELECT x.id FROM posts x
          WHERE x.author_id = w.followee_id AND {LIVE}
            AND (x.visibility IN ('public', 'followers') OR x.visibility = 'circle' AND
                 (SELECT true FROM circle_members
                  WHERE circle_id = x.circle_id AND member_id = %s))
          ORDER BY x.id DESC LIMIT 21) t
        WHERE w.follower_id = %s AND {UNBLOCKED} AND {UNMUTED}
        UNION ALL
        (SELECT x.id FROM posts x JOIN users u ON u.id = x.author_id AND {ACTIVE}
         WHERE x.author_id = %s AND {LIVE} ORDER BY x.id DESC LIMIT 21)) n
      ORDER BY n.id DESC LIMIT 21)
    SELECT {POST} FROM newest JOIN posts x ON x.id = newest.id {AUTHOR} ORDER BY x.id DESC
    """.replace("%s", HIDDEN),
    "viewer viewer viewer viewer viewer viewer",
)
PLATFORM = hand(
    """
    SELECT users_count + coalesce(sum(delta) FILTER (WHERE counter = 'users_count'), 0),
           posts_count + coalesce(sum(delta) FILTER (WHERE counter = 'posts_count'), 0),
           videos_count + coalesce(sum(delta) FILTER (WHERE counter = 'videos_count'), 0),
           follows_count + coalesce(sum(delta) FILTER (WHERE counter = 'follows_count'), 0),
           transactions_count
             + coalesce(sum(delta) FILTER (WHERE counter = 'transactions_count'), 0)
    FROM platform_totals t
    LEFT JOIN counter_deltas d ON d.object_type = 'platform' AND d.object_id = t.id GROUP BY t.id
    """,
    "",
)
