import type { Locale } from '../locale.ts'
import type { AuthDatabase, AuthTransaction } from '../store.ts'

/** A sign-in that was begun in some browser and is to come back from its provider. */
export interface OidcFlow {
  readonly stateHash: string
  /** Of the secret in the cookie of the browser that began it. */
  readonly browserHash: string
  readonly provider: string
  /** The nonce and the PKCE verifier. */
  readonly sealed: string
  readonly nextPath: string
  /** Of a new account, if it comes to one. */
  readonly locale: Locale
  readonly expiresAt: Date
}

export async function addFlow(db: AuthDatabase, flow: OidcFlow): Promise<void> {
  const { stateHash, browserHash, provider, sealed, nextPath, locale, expiresAt } = flow
  const values = { state_hash: stateHash, browser_hash: browserHash, provider, sealed, next_path: nextPath, locale }
  await db
    .insertInto('oidc_flows')
    .values({ ...values, expires_at: expiresAt })
    .execute()
}

/** Takes the flow out: an answer counts once. */
export async function takeFlow(db: AuthDatabase, stateHash: string, now: Date): Promise<OidcFlow | undefined> {
  const row = await db
    .deleteFrom('oidc_flows')
    .where('state_hash', '=', stateHash)
    .where('expires_at', '>', now)
    .returningAll()
    .executeTakeFirst()
  if (row === undefined) return undefined
  const { browser_hash: browserHash, provider, sealed, next_path: nextPath, locale, expires_at: expiresAt } = row
  return { stateHash, browserHash, provider, sealed, nextPath, locale, expiresAt }
}

/** Somebody as their provider knows them; the pair never changes and is never given to another person. */
export interface ProviderSubject {
  readonly provider: string
  readonly subject: string
}

export async function findLinkedAccount(
  tx: AuthTransaction,
  { provider, subject }: ProviderSubject,
): Promise<string | undefined> {
  const row = await tx
    .selectFrom('oidc_links')
    .select('account_id')
    .where('provider', '=', provider)
    .where('subject', '=', subject)
    .executeTakeFirst()
  return row?.account_id
}

/** Nothing happens when the subject is linked already: of two sign-ins at once, one links. */
export async function addLink(
  tx: AuthTransaction,
  { provider, subject }: ProviderSubject,
  { accountId, now }: { readonly accountId: string; readonly now: Date },
): Promise<void> {
  await tx
    .insertInto('oidc_links')
    .values({ provider, subject, account_id: accountId, created_at: now })
    .onConflict((conflict) => conflict.doNothing())
    .execute()
}
