"""People: account, profile, settings, devices, sessions, roles."""

from skeletal.models.users.accounts import User as User
from skeletal.models.users.accounts import UserProfile as UserProfile
from skeletal.models.users.accounts import UserSettings as UserSettings
from skeletal.models.users.interests import UserVector as UserVector
from skeletal.models.users.roles import Role as Role
from skeletal.models.users.roles import RoleAssignment as RoleAssignment
from skeletal.models.users.sessions import UserDevice as UserDevice
from skeletal.models.users.sessions import UserSession as UserSession
