"""How long and how many: the numbers that actions enforce and forms show.

Lengths count code points, as PostgreSQL does. A test holds those that are columns equal to the
models' own.
"""

USERNAME = (3, 30)
PASSWORD = (8, 128)
"""Only its length is a rule here."""
DISPLAY_NAME = 50
BIO = 500
EMAIL = 254
EMAIL_LOCAL = 64
PHONE = 16
LOCALE = 35
URL = 2048

POST = 5000
COMMENT = 2000
MESSAGE = 5000
TITLE = 200
DESCRIPTION = 5000
ALT_TEXT = 1500
MIME = 100
BLURHASH = 60
HASHTAG = 100
POLL_OPTION = 100
CIRCLE_NAME = 50
LIST_NAME = 50
FOLDER_NAME = 50
NOTE = 1000
NONCE = 36
KEY = 64
VISITOR = 200
FINGERPRINT = 64

HASHTAGS_PER_POST = 30
MENTIONS_PER_POST = 50
MEDIA_PER_POST = 10
MEDIA_PER_MESSAGE = 10
RENDITIONS_PER_VIDEO = 50
OTHERS_PER_CONVERSATION = 49
POLL_OPTIONS = (2, 10)
POLL_SECONDS = (300, 2_592_000)
"""5 minutes to 30 days."""
DRAFTS = 500
"""Of one person, published ones aside."""
DRAFT_BYTES = 65_536
EDITS_PER_POST = 100
EVIDENCE_PER_REPORT = 10
EVENT_ATTEMPTS = 10
"""An event that failed so often is given up: an operator lets it be tried again."""

LASTING = (1, 315_360_000)
"""Seconds of what ends by itself, such as a mute: ten years at most."""
VIEW = 86_400_000
"""Milliseconds of one view of a video."""

JSON_BYTES = 16_384
JSON_DEPTH = 8
"""Arrays and objects within each other; a bare number has depth 0."""
