import { defineMigrations } from '@portolan/postgres'
import { profiles } from './migrations/0001-profiles.ts'
import { workspaces } from './migrations/0002-workspaces.ts'
import { invitations } from './migrations/0003-invitations.ts'
import { audit } from './migrations/0004-audit.ts'

export const USER_MIGRATIONS = defineMigrations('user', [profiles, workspaces, invitations, audit])
