"""The words that a column, an action and an input allow; a test holds them equal to the CHECKs."""

POST_AUDIENCES = ("public", "followers", "circle", "private")
VIDEO_AUDIENCES = ("public", "followers", "private")
FILES = ("image", "video", "audio")
RENDITIONS = ("hls", "mp4", "caption", "thumb", "storyboard")
RENDITION_STATES = ("pending", "ready", "failed")
LIKEABLE = ("post", "video", "comment")
BOOKMARKABLE = ("post", "video")
CIRCLES = ("custom", "close_friends")
MUTES = ("all", "notifications")
FILTERS = ("hide", "warn")
