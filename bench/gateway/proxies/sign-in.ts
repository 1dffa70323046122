import { once } from 'node:events'
import { type IncomingMessage, request } from 'node:http'

const MOST_STEPS = 10
const PAGE = { accept: 'text/html', 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'document' } as const

interface SigningIn {
  readonly port: number
  /** The preview host. */
  readonly host: string
  /** Of a session of the platform. */
  readonly platformCookie: string
}

/** Opens a preview host as a browser does that is signed in to the platform. @returns the cookies of that host */
export async function signIn({ port, host, platformCookie }: SigningIn): Promise<string> {
  const cookiesByHost = new Map<string, Map<string, string>>()
  let url = new URL(`http://${host}/`)
  for (let step = 0; step < MOST_STEPS; step += 1) {
    const kept = cookiesByHost.get(url.host) ?? new Map<string, string>()
    cookiesByHost.set(url.host, kept)
    const own = [...kept].map(([name, value]) => `${name}=${value}`).join('; ')
    const cookie = url.host === host ? own : platformCookie
    const headers = { ...PAGE, host: url.host, ...(cookie === '' ? {} : { cookie }) }
    const answer = await ask(port, `${url.pathname}${url.search}`, headers)
    for (const line of answer.headers['set-cookie'] ?? []) {
      const [, name = '', value = ''] = /^([^=]*)=([^;]*)/.exec(line) ?? []
      if (/max-age=0/i.test(line)) kept.delete(name)
      else kept.set(name, value)
    }
    if (answer.headers.location === undefined) {
      if (own === '') throw new Error(`${host} let nobody in: it answered ${answer.statusCode}.`)
      return own
    }
    url = new URL(answer.headers.location, url)
  }
  throw new Error(`${host} sends in circles.`)
}

async function ask(port: number, path: string, headers: Readonly<Record<string, string>>): Promise<IncomingMessage> {
  const outgoing = request({ port, host: '127.0.0.1', path, headers, agent: false })
  outgoing.end()
  const [answer]: IncomingMessage[] = await once(outgoing, 'response')
  if (answer === undefined) throw new Error('There is no answer.')
  answer.resume()
  return answer
}
