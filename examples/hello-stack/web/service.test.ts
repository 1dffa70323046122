import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Type from 'typebox'
import { Parse } from 'typebox/value'
import { expect, test } from 'vitest'
import { startClock, startModule, startTides } from '../testing.ts'

const Stack = Type.Object({
  services: Type.Array(
    Type.Object({ service: Type.String(), state: Type.String(), missingProgram: Type.Optional(Type.String()) }),
  ),
})
const PAGE = new URL('./page/', import.meta.url)
const NOBODY = 'http://127.0.0.1:9' // the discard port: nothing listens there

test('the page and everything in its folder is served under a strict policy', async () => {
  await using web = startModule('web', { CLOCK_URL: NOBODY, TIDES_URL: NOBODY, GUESTBOOK_URL: NOBODY })
  const origin = await web.origin()
  for (const name of await readdir(PAGE)) {
    const answer = await fetch(name === 'index.html' ? origin : `${origin}/${name}`)
    expect([name, answer.status]).toEqual([name, 200])
    expect(answer.headers.get('content-security-policy')).toMatch(/^default-src 'none'; script-src 'self';/)
    expect(await answer.text()).toBe(await readFile(new URL(name, PAGE), 'utf8'))
  }
})

test('a file that has not changed is not sent again', async () => {
  await using web = startModule('web', { CLOCK_URL: NOBODY, TIDES_URL: NOBODY, GUESTBOOK_URL: NOBODY })
  const origin = await web.origin()
  const etag = (await fetch(`${origin}/page.css`)).headers.get('etag') ?? ''
  expect((await fetch(`${origin}/page.css`, { headers: { 'if-none-match': etag } })).status).toBe(304)
})

test('a service that nothing here can run is told from one that does not answer', async () => {
  const urls = { CLOCK_URL: NOBODY, TIDES_URL: NOBODY, GUESTBOOK_URL: NOBODY }
  const programs = await mkdtemp(join(tmpdir(), 'hello-stack-'))
  await using web = startModule('web', { ...urls, PATH: programs })
  const origin = await web.origin()
  const tides = async () => {
    const { services } = Parse(Stack, await (await fetch(`${origin}/api/stack`)).json())
    return services.find(({ service }) => service === 'tides')
  }
  await expect.poll(tides, { timeout: 10_000 }).toMatchObject({ state: 'unhealthy', missingProgram: 'python3' })
  await writeFile(join(programs, 'python3'), '', { mode: 0o755 })
  await expect.poll(tides, { timeout: 10_000 }).not.toHaveProperty('missingProgram')
  expect(await tides()).toMatchObject({ state: 'unhealthy' })
  await rm(programs, { recursive: true })
})

test('the stack is seen live: what works, what does not, and what nobody can see', async () => {
  await using clock = startClock()
  await using tides = startTides()
  const urls = { CLOCK_URL: await clock.origin(), TIDES_URL: await tides.origin(), GUESTBOOK_URL: NOBODY }
  await using web = startModule('web', urls)
  const origin = await web.origin()
  const states = async () => {
    const { services } = Parse(Stack, await (await fetch(`${origin}/api/stack`)).json())
    return services.map((one) => `${one.service} ${one.state}`)
  }
  const rest = ['guestbook unhealthy', 'postgres unknown', 'web healthy']
  await expect.poll(states, { timeout: 10_000 }).toEqual(['clock healthy', 'tides healthy', ...rest])
  await tides.stop()
  await expect.poll(states, { timeout: 10_000 }).toEqual(['clock healthy', 'tides unhealthy', ...rest])
})
