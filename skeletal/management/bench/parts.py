"""Parts of the statements by hand: what a row shows, and who may see it."""

CARD = "u.id, u.username, p.display_name, u.avatar_url, u.verified"
ACTIVE = "u.status = 'active' AND u.deleted_at IS NULL"
UNBLOCKED = """
NOT EXISTS (SELECT FROM blocks WHERE blocker_id = %s AND blocked_id = u.id)
AND NOT EXISTS (SELECT FROM blocks WHERE blocked_id = %s AND blocker_id = u.id)
"""
UNMUTED = """
NOT EXISTS (SELECT FROM mutes WHERE muter_id = %s AND muted_id = u.id AND scope = 'all'
            AND (expires_at IS NULL OR expires_at > now()))
"""
LIVE = "x.status = 'published' AND x.deleted_at IS NULL"
AUDIENCE = """
(x.visibility = 'public' AND NOT u.is_private OR x.author_id = %s
 OR x.visibility IN ('public', 'followers') AND
    (SELECT true FROM follows WHERE follower_id = %s AND followee_id = x.author_id)
 OR x.visibility = 'circle' AND
    (SELECT true FROM circle_members WHERE circle_id = x.circle_id AND member_id = %s))
"""
VIDEO_AUDIENCE = """
(x.visibility = 'public' AND NOT u.is_private OR x.author_id = %s
 OR x.visibility IN ('public', 'followers') AND
    (SELECT true FROM follows WHERE follower_id = %s AND followee_id = x.author_id))
"""
PUBLIC = """
x.visibility = 'public' AND (NOT u.is_private OR x.author_id = %s OR
    (SELECT true FROM follows WHERE follower_id = %s AND followee_id = x.author_id))
"""
AUTHOR = f"JOIN users u ON u.id = x.author_id AND {ACTIVE} JOIN user_profiles p ON p.user_id = u.id"
POST = f"""
x.id, {CARD}, x.content, x.media_urls, x.hashtags, x.language, x.visibility,
x.likes_count, x.comments_count, x.reposts_count, x.created_at, x.edited_at
"""
COMMENT = f"""
x.id, {CARD}, x.post_id, x.video_id, x.parent_id, x.root_id, x.depth, x.content,
x.likes_count, x.replies_count, x.created_at, x.edited_at
"""
VIDEO = f"""
x.id, {CARD}, x.title, x.description, x.hls_url, x.duration, x.resolution, x.visibility,
x.views_count, x.likes_count, x.comments_count, x.created_at, x.published_at
"""


def opened(kind: str, key: str, *counters: str) -> str:
    """All open differences of one object in one look at the log."""
    sums = ", ".join(
        f"coalesce(sum(delta) FILTER (WHERE counter = '{name}'), 0) AS {name}" for name in counters
    )
    return (
        f"CROSS JOIN LATERAL (SELECT {sums} FROM counter_deltas"
        f" WHERE object_type = '{kind}' AND object_id = {key}) o"
    )
