"""Every account has a profile when its transaction ends: reads join the two without a doubt."""

from typing import ClassVar

from django.db import migrations

MISSING = """
INSERT INTO user_profiles (user_id, display_name, bio, trust_score, badges, updated_at)
SELECT id, username, '', 50, '{}', now() FROM users
WHERE NOT EXISTS (SELECT FROM user_profiles WHERE user_id = users.id)
"""
ADD = """
ALTER TABLE users ADD CONSTRAINT users_have_profiles FOREIGN KEY (id)
REFERENCES user_profiles (user_id) DEFERRABLE INITIALLY DEFERRED NOT VALID
"""
VALIDATE = "ALTER TABLE users VALIDATE CONSTRAINT users_have_profiles"
DROP = "ALTER TABLE users DROP CONSTRAINT users_have_profiles"


class Migration(migrations.Migration):
    atomic = False

    dependencies: ClassVar = [("skeletal", "0006_read_indexes")]

    operations: ClassVar = [
        migrations.RunSQL(MISSING, migrations.RunSQL.noop),
        migrations.RunSQL(ADD, DROP),
        migrations.RunSQL(VALIDATE, migrations.RunSQL.noop),
    ]
