import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'

const PASSWORD = 'a quiet harbour at dawn'
const MAIL_LIMIT_MS = 30_000
const LOOK_MS = 50

/** Somebody with a confirmed address, who can sign in again and again. */
export class BenchPerson {
  readonly #origin: string
  readonly #email: string

  private constructor(origin: string, email: string) {
    this.#origin = origin
    this.#email = email
  }

  /** @param outbox the folder that auth writes its mails into */
  static async create(origin: string, email: string, outbox: string): Promise<BenchPerson> {
    const person = new BenchPerson(origin, email)
    await person.#post('sign-up', { email, password: PASSWORD, name: 'Bench', locale: 'en' })
    await person.#post('email/verify', { token: await tokenOf(email, outbox), password: PASSWORD })
    return person
  }

  /** @returns the access token */
  async signIn(): Promise<string> {
    const answer = await this.#post('sign-in', { email: this.#email, password: PASSWORD })
    const cookie = answer.headers.getSetCookie().find((text) => text.startsWith('__Host-wealist-access='))
    const token = cookie?.slice(cookie.indexOf('=') + 1, cookie.indexOf(';'))
    if (token === undefined) throw new Error('The sign-in gave no access token.')
    return token
  }

  async #post(path: string, body: object): Promise<Response> {
    const answer = await fetch(`${this.#origin}/api/auth/${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', origin: this.#origin },
      body: JSON.stringify(body),
    })
    const text = await answer.text()
    if (!answer.ok) throw new Error(`${path} answered ${answer.status}: ${text}`)
    return answer
  }
}

async function tokenOf(email: string, outbox: string): Promise<string> {
  const endsAt = performance.now() + MAIL_LIMIT_MS
  while (performance.now() < endsAt) {
    const found = (await mailsIn(outbox)).find((mail) => mail.includes(`To: ${email}`))
    // Quoted-printable breaks long lines with "=" and writes "=" itself as "=3D" (RFC 2045 §6.7).
    const token = /#token=([\w.-]+)/.exec(found?.replaceAll(/=\r?\n/g, '').replaceAll('=3D', '=') ?? '')?.[1]
    if (token !== undefined) return token
    await delay(LOOK_MS)
  }
  throw new Error(`No mail to ${email} came.`)
}

async function mailsIn(outbox: string): Promise<readonly string[]> {
  const names = await readdir(outbox).catch(() => []) // made with the first mail
  return Promise.all(names.map((name) => readFile(join(outbox, name), 'utf8')))
}
