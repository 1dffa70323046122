import { errorCode, errorMessage } from '@portolan/errors'
import { createTransport, type Transporter } from 'nodemailer'
import { mailFailed } from '../errors.ts'
import type { MailMessage, MailTransport } from './mail.ts'

const LIMITS = { connectionTimeout: 10_000, greetingTimeout: 10_000, socketTimeout: 30_000 } as const
// Neither a file of this machine nor a URL gets into a mail, whatever a message says.
const CLOSED = { disableFileAccess: true, disableUrlAccess: true } as const

/** The words of a mail's headers that are the same in all of them. */
export interface Sender {
  /** `weAlist <no-reply@example.com>` */
  readonly from: string
  /** What follows the @ in a Message-ID. */
  readonly domain: string
}

/** What nodemailer is given. It encodes headers; addresses and texts have been made single lines before. */
export function letterOf({ id, to, subject, text, html }: MailMessage, { from, domain }: Sender) {
  return {
    from,
    to: { name: '', address: to },
    subject,
    text,
    html,
    messageId: `<${id}@${domain}>`,
    // Out-of-office replies to it help nobody (RFC 3834 §5).
    headers: { 'Auto-Submitted': 'auto-generated' },
  }
}

/** @param url SMTP_URL: `smtp://user:password@host:587?requireTLS=true`, or `smtps://` */
export function smtpTransport(url: string, sender: Sender): MailTransport {
  const transporter: Transporter = createTransport({ url, ...LIMITS, ...CLOSED })
  return {
    delivery: 'mail',
    async send(message) {
      try {
        await transporter.sendMail(letterOf(message, sender))
      } catch (cause) {
        throw failureOf(cause)
      }
    },
    close: () => transporter.close(),
  }
}

/** An answer of 5xx to the recipient or the text is final (RFC 5321 §4.2.1); one to our own login is not the mail's. */
function failureOf(cause: unknown) {
  const answer = typeof cause === 'object' && cause !== null && 'responseCode' in cause ? cause.responseCode : undefined
  const isAboutTheMail = ['EENVELOPE', 'EMESSAGE'].includes(errorCode(cause) ?? '')
  const isPermanent = isAboutTheMail && typeof answer === 'number' && answer >= 500
  return mailFailed(errorMessage(cause), { cause, isPermanent })
}
