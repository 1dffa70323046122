import type { Account } from '../accounts/account.ts'
import { findAccountByEmail } from '../accounts/account-repository.ts'
import { addOneTimeToken, RESET_LIFETIME_MS } from '../accounts/one-time-token-repository.ts'
import { findSignUp } from '../accounts/sign-up-repository.ts'
import type { Locale } from '../locale.ts'
import { createRandomToken } from '../random-token.ts'
import type { AuthTransaction } from '../store.ts'
import type { ClaimedMail, MailMessage, MailParameters, MailTemplate } from './mail.ts'
import { mailName, renderMail } from './mail-rendering.ts'

export interface PreparationContext {
  readonly publicOrigin: string
  readonly now: Date
}

/**
 * Decides what is sent. It happens here and not in the request, so that a request does the same work for an address
 * that is known and for one that is not. Tokens go into the fragment of a link, which no server gets to see.
 * @returns undefined when there is nothing to say to this address
 */
export async function prepareMail(
  tx: AuthTransaction,
  mail: ClaimedMail,
  context: PreparationContext,
): Promise<MailMessage | undefined> {
  const account = await findAccountByEmail(tx, mail.recipient)
  switch (mail.template) {
    case 'sign-up':
      return account === undefined ? verification(tx, mail, context) : addressTaken(mail, account, context)
    case 'password-reset':
      return account === undefined ? undefined : passwordReset(tx, { mail, account }, context)
    case 'invitation':
      return invitation(mail, context)
    case 'password-changed':
      return notice(mail, account, { template: mail.template, url: `${context.publicOrigin}/forgot-password` })
    case 'totp-enabled':
    case 'totp-disabled':
      return notice(mail, account, { template: mail.template, url: `${context.publicOrigin}/settings/security` })
  }
}

interface Letter<T extends MailTemplate> {
  readonly locale: Locale
  readonly template: T
  readonly parameters: MailParameters[T]
}

function messageOf<T extends MailTemplate>(mail: ClaimedMail, letter: Letter<T>, url: string): MailMessage {
  const rendered = renderMail(letter.locale, letter.template, letter.parameters)
  return { id: mail.id, to: mail.recipient, ...rendered, url }
}

async function verification(
  tx: AuthTransaction,
  mail: ClaimedMail,
  { publicOrigin, now }: PreparationContext,
): Promise<MailMessage | undefined> {
  const signUp = await findSignUp(tx, mail.parameters.signUpId ?? '', now)
  if (signUp === undefined) return undefined
  const { text, hash } = createRandomToken()
  await addOneTimeToken(tx, { hash, subject: { signUpId: signUp.id }, expiresAt: signUp.expiresAt })
  const url = `${publicOrigin}/verify-email#token=${text}`
  const parameters = { name: mailName(signUp.name), url }
  return messageOf(mail, { locale: signUp.locale, template: 'verify-email', parameters }, url)
}

function addressTaken(mail: ClaimedMail, account: Account, { publicOrigin }: PreparationContext): MailMessage {
  const url = `${publicOrigin}/sign-in`
  const parameters = { name: mailName(account.name), url, resetUrl: `${publicOrigin}/forgot-password` }
  return messageOf(mail, { locale: account.locale, template: 'address-taken', parameters }, url)
}

async function passwordReset(
  tx: AuthTransaction,
  { mail, account }: { readonly mail: ClaimedMail; readonly account: Account },
  { publicOrigin, now }: PreparationContext,
): Promise<MailMessage> {
  const { text, hash } = createRandomToken()
  const expiresAt = new Date(now.getTime() + RESET_LIFETIME_MS)
  await addOneTimeToken(tx, { hash, subject: { accountId: account.id }, expiresAt })
  const url = `${publicOrigin}/reset-password#token=${text}`
  const parameters = { name: mailName(account.name), url }
  return messageOf(mail, { locale: account.locale, template: 'password-reset', parameters }, url)
}

interface Notice {
  readonly template: 'password-changed' | 'totp-enabled' | 'totp-disabled'
  readonly url: string
}

function notice(mail: ClaimedMail, account: Account | undefined, { template, url }: Notice): MailMessage | undefined {
  if (account === undefined) return undefined
  return messageOf(mail, { locale: account.locale, template, parameters: { name: mailName(account.name), url } }, url)
}

function invitation(mail: ClaimedMail, { publicOrigin }: PreparationContext): MailMessage {
  const { inviter = '', workspace = '', path = '/' } = mail.parameters
  const url = publicOrigin + path
  const parameters = { inviter, workspace, url } // made names of a mail when they were queued
  return messageOf(mail, { locale: mail.locale, template: 'invitation', parameters }, url)
}
