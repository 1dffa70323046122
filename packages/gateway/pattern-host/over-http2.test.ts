import { once } from 'node:events'
import { type ClientHttp2Session, connect, type IncomingHttpHeaders, type OutgoingHttpHeaders } from 'node:http2'
import { expect, test } from 'vitest'
import { openTestUpstream } from '../testing.ts'
import { openTestHub } from './testing.ts'

async function ask(session: ClientHttp2Session, headers: OutgoingHttpHeaders): Promise<IncomingHttpHeaders> {
  const stream = session.request(headers)
  stream.end()
  const [answer] = await once(stream, 'response')
  stream.resume()
  return answer
}

test('over HTTP/2 a host is one of a workspace as well, its cookies in as many fields as the browser likes', async () => {
  const seen: (string | undefined)[] = []
  await using app = await openTestUpstream((request, response) => {
    seen.push(request.headers.cookie)
    response.writeHead(200, { 'set-cookie': ['a=1; Domain=hub.localhost', '__Host-portolan-session=x'] }).end()
  })
  await using hub = await openTestHub({
    workspaces: { alpha: { local: true, owner: 'user-1', siblings: [[5173, app.port]] } },
  })
  const browser = hub.browser(await hub.identity.signIn('user-1'))
  const host = hub.host(app.port, 'alpha')
  await browser.open(host)
  const client = connect(`http://127.0.0.1:${hub.port}`)
  try {
    const own = browser
      .cookies(host)
      .replace(/a=1(; )?/, '')
      .replace(/; $/, '')
    const asked = { ':path': '/', ':authority': host }
    const answer = await ask(client, { ...asked, cookie: ['theme=dark', own, '__Host-wealist-access=y'] })
    expect([answer[':status'], answer['set-cookie']]).toEqual([200, ['a=1']])
    expect(seen.at(-1)).toBe('theme=dark')
    expect((await ask(client, asked))[':status']).toBe(401)
    expect((await ask(client, { ...asked, cookie: [own, own] }))[':status']).toBe(401)
    expect((await ask(client, { ...asked, ':authority': '3000-a.b.hub.localhost' }))[':status']).toBe(421)
    const origin = hub.origin(5173, 'alpha')
    const preflight = { ...asked, ':method': 'OPTIONS', origin, 'access-control-request-method': 'PUT' }
    expect(await ask(client, preflight)).toMatchObject({ ':status': 204, 'access-control-allow-origin': origin })
  } finally {
    client.destroy()
  }
})
