import { defineMigrations } from '@portolan/postgres'
import { accounts } from './migrations/0001-accounts.ts'
import { sessions } from './migrations/0002-sessions.ts'
import { signingKeys } from './migrations/0003-signing-keys.ts'
import { secondFactor } from './migrations/0004-second-factor.ts'
import { personalTokens } from './migrations/0005-personal-tokens.ts'
import { oidc } from './migrations/0006-oidc.ts'
import { mails } from './migrations/0007-mails.ts'

export const AUTH_MIGRATIONS = defineMigrations('auth', [
  accounts,
  sessions,
  signingKeys,
  secondFactor,
  personalTokens,
  oidc,
  mails,
])
