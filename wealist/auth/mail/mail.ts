import type { Locale } from '../locale.ts'

/** What waits to be sent. What is written in it is decided when it is sent, from what is true then. */
export const MAIL_JOBS = [
  /** To whoever has signed up, or an account's owner whose address somebody has signed up with. */
  'sign-up',
  'password-reset',
  'password-changed',
  'totp-enabled',
  'totp-disabled',
  'invitation',
] as const
export type MailJobKind = (typeof MAIL_JOBS)[number]

export interface MailJob {
  readonly template: MailJobKind
  /** As `parseEmailAddress` gives it. */
  readonly recipient: string
  readonly locale: Locale
  /** Never a token: those are made when the mail is sent. */
  readonly parameters: Readonly<Record<string, string>>
}

/** A job that was taken from the database to be tried. */
export interface ClaimedMail extends MailJob {
  readonly id: string
  /** With the one that begins now. */
  readonly attemptCount: number
  readonly createdAt: Date
  readonly expiresAt: Date
}

/** A mail that could not be sent yet, or was given up. */
export interface MailFailure {
  readonly id: string
  readonly template: string
  readonly recipient: string
  readonly attemptCount: number
  readonly reason: string
  readonly createdAt: Date
  /** Absent when it was given up. */
  readonly nextAttemptAt?: Date
}

/** What is in a mail of each kind. */
export interface MailParameters {
  readonly 'verify-email': { readonly name: string; readonly url: string }
  readonly 'address-taken': { readonly name: string; readonly url: string; readonly resetUrl: string }
  readonly 'password-reset': { readonly name: string; readonly url: string }
  readonly 'password-changed': { readonly name: string; readonly url: string }
  readonly 'totp-enabled': { readonly name: string; readonly url: string }
  readonly 'totp-disabled': { readonly name: string; readonly url: string }
  readonly invitation: { readonly inviter: string; readonly workspace: string; readonly url: string }
}

export type MailTemplate = keyof MailParameters

/** One mail in one language, before it has a form. */
export interface MailText {
  readonly subject: string
  readonly lines: readonly string[]
  readonly action: { readonly label: string; readonly url: string }
  /** Small, below the action. */
  readonly footnotes: readonly string[]
}

export type MailWords = { readonly [T in MailTemplate]: (parameters: MailParameters[T]) => MailText }

/** Ready to be handed over. */
export interface MailMessage {
  /** Stable over all attempts, so that a mail that arrives twice can be told to be one. */
  readonly id: string
  readonly to: string
  readonly subject: string
  readonly text: string
  readonly html: string
  /** The link of it: for the log of a stack that sends no mails. */
  readonly url: string
}

/** How a mail reaches its reader: by mail, or by somebody who reads the log of this service. */
export type MailDelivery = 'mail' | 'log'

/** Where mails are handed over. */
export interface MailTransport {
  readonly delivery: MailDelivery
  /** @throws AUTH_MAIL_FAILED; with `details.isPermanent` when another attempt would be refused as well */
  send(message: MailMessage): Promise<void>
  close(): void
}
