import type { Scope } from '@portolan/identity'
import type { ColumnType, Generated, JSONColumnType } from 'kysely'
import type { Locale } from './locale.ts'

/** The tables of auth_db. A table's rows stay inside the repository of its aggregate. */
export interface AuthSchema {
  accounts: AccountTable
  sign_ups: SignUpTable
  one_time_tokens: OneTimeTokenTable
  sessions: SessionTable
  ended_sessions: EndedSessionTable
  signing_keys: SigningKeyTable
  totp_secrets: TotpSecretTable
  recovery_codes: RecoveryCodeTable
  second_factor_challenges: ChallengeTable
  personal_tokens: PersonalTokenTable
  oidc_links: OidcLinkTable
  oidc_flows: OidcFlowTable
  mails: MailTable
}

interface AccountTable {
  id: string
  email: string
  password_hash: string | null
  name: string
  locale: Locale
  /** Grows with each change of password or second factor: a sign-in that began before it must not end after it. */
  credential_version: Generated<number>
  created_at: Date
}

interface SignUpTable {
  id: string
  email: string
  password_hash: string
  name: string
  locale: Locale
  next_path: string | null
  created_at: Date
  expires_at: Date
}

interface OneTimeTokenTable {
  hash: string
  sign_up_id: string | null
  account_id: string | null
  expires_at: Date
}

interface SessionTable {
  id: string
  account_id: string
  root_hash: string
  current_hashes: readonly string[]
  previous_hash: string | null
  started_at: Date
  rotated_at: Date
  expires_at: Date
  device: string
  address: string
  ended_at: Date | null
  end_reason: 'reuse' | 'revoked' | 'expired' | null
}

interface EndedSessionTable {
  id: string
  ended_at: Date
}

interface SigningKeyTable {
  kid: string
  sealed: string
  created_at: Date
}

interface TotpSecretTable {
  account_id: string
  sealed: string
  /** A bigint, which the driver hands over as text. */
  last_step: ColumnType<string | null, number | null, number | null>
  confirmed_at: Date | null
}

interface RecoveryCodeTable {
  account_id: string
  hash: string
}

interface ChallengeTable {
  hash: string
  account_id: string
  credential_version: number
  failure_count: Generated<number>
  expires_at: Date
}

interface PersonalTokenTable {
  id: string
  account_id: string
  hash: string
  hint: string
  name: string
  scopes: readonly Scope[]
  created_at: Date
  expires_at: Date | null
  last_used_at: Date | null
}

interface OidcLinkTable {
  provider: string
  subject: string
  account_id: string
  created_at: Date
}

interface OidcFlowTable {
  state_hash: string
  browser_hash: string
  provider: string
  sealed: string
  next_path: string
  locale: Locale
  expires_at: Date
}

interface MailTable {
  id: string
  template: string
  recipient: string
  locale: Locale
  parameters: JSONColumnType<Record<string, string>>
  state: Generated<'waiting' | 'failed'>
  attempt_count: Generated<number>
  next_attempt_at: Date
  last_error: string | null
  created_at: Date
  expires_at: Date
}
