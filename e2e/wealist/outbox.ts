import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { errorCode } from '@portolan/errors'
import PostalMime, { type Email } from 'postal-mime'
import { vi } from 'vitest'

/** The pages that the links of mails lead to. */
export const LINK_KINDS = ['verify-email', 'reset-password', 'invitation', 'forgot-password', 'settings'] as const
export type LinkKind = (typeof LINK_KINDS)[number]

/** A mail as the file outbox has it. */
export interface Mail {
  /** The name of its file: each mail has its own. */
  readonly file: string
  readonly to: readonly string[]
  readonly subject: string
  readonly text: string
  /** Byte for byte, for tests of the format itself. */
  readonly raw: string
}

const LINK = /https?:\/\/\S+/g
const WAIT = { timeout: 20_000, interval: 50 } as const

/** The mails that auth writes into files when it has no mail server. A link that was asked for once is not found again. */
export class Outbox {
  readonly #folder: string
  readonly #parsed = new Map<string, Mail>()
  readonly #taken = new Set<string>()

  /** @param serviceFolder what the stack gives auth as DATA_FOLDER */
  constructor(serviceFolder: string) {
    this.#folder = join(serviceFolder, 'outbox')
  }

  /** All that were ever sent, in no order. */
  async mails(): Promise<readonly Mail[]> {
    for (const file of await this.#files()) {
      if (!this.#parsed.has(file)) this.#parsed.set(file, await this.#read(file))
    }
    return [...this.#parsed.values()]
  }

  /** Waits for a mail to that address with a link to that page. */
  async linkOf(email: string, kind: LinkKind): Promise<URL> {
    // Not `expect.poll`, which only works inside a test: `beforeAll` signs people up as well.
    return vi.waitFor(async () => {
      const mail = (await this.mails()).find((each) => each.to.includes(email) && this.#isFresh(each, kind))
      const link = mail === undefined ? undefined : linkIn(mail, kind)
      if (mail === undefined || link === undefined) throw new Error(`No mail to ${email} leads to "${kind}".`)
      this.#taken.add(mail.file)
      return link
    }, WAIT)
  }

  #isFresh(mail: Mail, kind: LinkKind): boolean {
    return !this.#taken.has(mail.file) && linkIn(mail, kind) !== undefined
  }

  async #files(): Promise<readonly string[]> {
    try {
      return (await readdir(this.#folder)).filter((name) => name.endsWith('.eml'))
    } catch (error) {
      if (errorCode(error) === 'ENOENT') return [] // made with the first mail
      throw error
    }
  }

  async #read(file: string): Promise<Mail> {
    const raw = await readFile(join(this.#folder, file), 'utf8')
    const { to = [], subject = '', text = '' }: Email = await PostalMime.parse(raw)
    return { file, subject, text, raw, to: to.map(({ address = '' }) => address) }
  }
}

function linkIn({ text }: Mail, kind: LinkKind): URL | undefined {
  const links = [...text.matchAll(LINK)].map(([link]) => new URL(link))
  return links.find(({ pathname }) => pathname === `/${kind}` || pathname.startsWith(`/${kind}/`))
}

/** The token that a link carries in its fragment, which no server gets to see. */
export function tokenOf({ hash }: URL): string {
  const token = new URLSearchParams(hash.slice(1)).get('token')
  if (token === null) throw new Error('The link carries no token.')
  return token
}
