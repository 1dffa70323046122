import { mkdir, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { errorMessage } from '@portolan/errors'
import type { Logger } from '@portolan/service'
import { createTransport } from 'nodemailer'
import { mailFailed } from '../errors.ts'
import type { MailTransport } from './mail.ts'
import { letterOf, type Sender } from './smtp-transport.ts'

/**
 * For a stack without a mail server: every mail becomes a file that mail programs open, and its link a line in the log.
 * @param folder made when the first mail comes
 */
export function fileTransport(folder: string, sender: Sender, logger: Pick<Logger, 'info'>): MailTransport {
  const transporter = createTransport({ streamTransport: true, buffer: true, newline: 'unix' })
  return {
    delivery: 'log',
    async send(message) {
      const file = join(folder, `${message.id}.eml`)
      try {
        const { message: content } = await transporter.sendMail(letterOf(message, sender))
        await mkdir(folder, { recursive: true, mode: 0o700 })
        await writeFile(`${file}.new`, content, { mode: 0o600 })
        await rename(`${file}.new`, file) // whoever watches the folder finds whole mails
      } catch (cause) {
        throw mailFailed(errorMessage(cause), { cause, isPermanent: false })
      }
      const { to, subject, url } = message
      logger.info({ to, subject, link: url, file }, 'a mail was written to a file, since SMTP_URL is not set')
    },
    close: () => transporter.close(),
  }
}
