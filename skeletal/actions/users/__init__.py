"""Every write on accounts and sign-ins."""

from skeletal.actions.users.accounts import create_administrator as create_administrator
from skeletal.actions.users.accounts import register_user as register_user
from skeletal.actions.users.accounts import update_profile as update_profile
from skeletal.actions.users.interests import refresh_interest as refresh_interest
from skeletal.actions.users.sessions import close_session as close_session
from skeletal.actions.users.sessions import close_sessions as close_sessions
from skeletal.actions.users.sessions import open_session as open_session
from skeletal.actions.users.sessions import rotate_session as rotate_session
from skeletal.actions.users.standing import restore_user as restore_user
from skeletal.actions.users.standing import settle_change as settle_change
from skeletal.actions.users.standing import suspend_user as suspend_user
