import type { Account } from '../accounts/account.ts'
import { addAccount, findAccount, findAccountByEmail } from '../accounts/account-repository.ts'
import { removeSignUps } from '../accounts/sign-up-repository.ts'
import { providerEmailUnverified } from '../errors.ts'
import { localeOf } from '../locale.ts'
import { mailName } from '../mail/mail-rendering.ts'
import type { AuthTransaction } from '../store.ts'
import type { FinishedFlow } from './oidc-flow.ts'
import { addLink, findLinkedAccount } from './oidc-repository.ts'

/**
 * The account of somebody whom a provider has sent: the linked one; else the one with their address, which is linked;
 * else a new one. An address counts only if the provider vouches for it: whoever enters somebody else's there must not
 * get into their account here. Our own side of the address is confirmed, or there would be no account.
 * @throws AUTH_PROVIDER_EMAIL_UNVERIFIED
 */
export async function resolveAccount(tx: AuthTransaction, finished: FinishedFlow, now: Date): Promise<Account> {
  const { provider, claims } = finished
  const subject = { provider: provider.id, subject: claims.subject }
  const linkedId = await findLinkedAccount(tx, subject)
  const linked = linkedId === undefined ? undefined : await findAccount(tx, linkedId)
  if (linked !== undefined) return linked
  const { verifiedEmail: email } = claims
  if (email === undefined) throw providerEmailUnverified(provider.id)
  const account = (await addAccount(tx, draftOf(finished, email), now)) ?? (await findAccountByEmail(tx, email))
  if (account === undefined) throw new TypeError('An account that could not be added is there.')
  await removeSignUps(tx, email)
  await addLink(tx, subject, { accountId: account.id, now })
  return account
}

function draftOf({ claims, flow }: FinishedFlow, email: string) {
  const given = mailName(claims.name ?? '')
  const name = given === '' ? email.slice(0, email.lastIndexOf('@')).slice(0, 80) : given
  return { email, name, locale: claims.locale === undefined ? flow.locale : localeOf(claims.locale) }
}
