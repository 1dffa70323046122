import { createServer } from 'node:http'
import { listOperations, type OpenApiDocument, parseDocument } from '@portolan/openapi'
import { listDescribedRoutes } from '@portolan/openapi/testing'
import { Validator } from '@seriousme/openapi-schema-validator'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openTestServices, type TestServices } from '../testing.ts'
import { DOCS_PATHS } from './docs-page.ts'
import { openDocs } from './docs-world.ts'

let services: TestServices
beforeAll(async () => {
  services = await openTestServices()
})
afterAll(() => services[Symbol.asyncDispose]())

async function documentOf(origin: string): Promise<OpenApiDocument> {
  const answer = await fetch(`${origin}/api/docs/openapi.json`)
  expect(answer.status).toBe(200)
  expect(answer.headers.get('content-type')).toBe('application/json; charset=utf-8')
  return parseDocument(await answer.json(), 'all')
}

test('one valid document has every operation of every service, each with an id of its own', async () => {
  await using docs = await openDocs(services)
  const document = await documentOf(docs.origin)
  const ofServices = await Promise.all(
    [`${services.authUrl}/api/auth/openapi.json`, `${services.userUrl}/api/users/openapi.json`].map(async (url) =>
      listDescribedRoutes(parseDocument(await (await fetch(url)).json(), url)),
    ),
  )
  const routes = listDescribedRoutes(document)
  expect(routes).toEqual(ofServices.flat().toSorted())
  expect(routes.filter((route) => !/^[A-Z]+ \/api\//.test(route))).toEqual([])
  const ids = listOperations(document).map(({ operation }) => operation.operationId)
  expect(new Set(ids).size).toBe(ids.length)
  expect(await new Validator().validate(structuredClone(document))).toMatchObject({ valid: true })
})

test('every operation says what it takes, what it gives and how it refuses, and every tag is explained', async () => {
  await using docs = await openDocs(services)
  const document = await documentOf(docs.origin)
  const tags = new Set(document.tags?.map(({ name }) => name))
  for (const { path, method, operation } of listOperations(document)) {
    const { responses, requestBody, security } = operation
    const good = Object.entries(responses).filter(([status]) => /^[23]/.test(status))
    const bodies = [requestBody?.content, ...good.map(([, { content }]) => content)].flatMap((content) =>
      Object.values(content ?? {}).map(({ schema }) => schema),
    )
    for (const schema of bodies) expect(Object.keys(schema ?? {}), `${method} ${path}`).not.toEqual([])
    expect(operation.tags.filter((tag) => !tags.has(tag))).toEqual([])
    expect(Object.keys(responses)).toContain('default')
    if ((security ?? []).length > 0)
      expect(Object.keys(responses)).toEqual(expect.arrayContaining(['401', '403', '503']))
  }
})

test('while a service is away the document is a problem that names it, and comes back with it', async () => {
  let isAway = true
  await using passing = createServer((request, response): void => {
    if (isAway) return void response.destroy()
    const passOn = async () => response.end(await (await fetch(new URL(request.url ?? '/', services.userUrl))).text())
    void passOn() // what fails here fails the test by its answer
  }).listen(0, '127.0.0.1')
  await expect.poll(() => passing.listening).toBe(true)
  const address = passing.address()
  const port = typeof address === 'object' ? address?.port : undefined
  await using docs = await openDocs(services, { userUrl: `http://127.0.0.1:${port}` })
  const refused = await fetch(`${docs.origin}/api/docs/openapi.json`)
  expect(refused.headers.get('retry-after')).toBe('2')
  expect(await refused.json()).toMatchObject({
    status: 503,
    code: 'API_DOCS_SERVICE_UNAVAILABLE',
    title: 'A service does not describe itself at the moment',
    details: { service: 'user' },
  })
  isAway = false
  expect(listOperations(await documentOf(docs.origin)).length).toBeGreaterThan(40)
  isAway = true // what was put together is given out for some seconds
  expect(listOperations(await documentOf(docs.origin)).length).toBeGreaterThan(40)
})

test.for([
  ['hangs', (): string | undefined => undefined],
  ['answers something else', (): string | undefined => '<html></html>'],
] as const)('a service that %s is no description either', async ([, answerOf]) => {
  await using other = createServer((_request, response) => {
    const answer = answerOf()
    if (answer !== undefined) response.end(answer)
  }).listen(0, '127.0.0.1')
  await expect.poll(() => other.listening).toBe(true)
  const address = other.address()
  const port = typeof address === 'object' ? address?.port : undefined
  await using docs = await openDocs(services, { authUrl: `http://127.0.0.1:${port}`, timeoutMs: 200 })
  const refused = await docs.app.inject('/api/docs/openapi.json')
  expect(refused.json()).toMatchObject({
    status: 503,
    code: 'API_DOCS_SERVICE_UNAVAILABLE',
    details: { service: 'auth' },
  })
  expect(refused.body).not.toContain(String(port))
  expect(docs.log.join('')).toContain('API_DOCS_SERVICE_UNAVAILABLE')
  other.closeAllConnections()
})

test('the page and all it loads come from this origin, compressed, under a policy that allows nothing else', async () => {
  await using docs = await openDocs(services)
  const page = await fetch(`${docs.origin}/api/docs`)
  const policy = page.headers.get('content-security-policy') ?? ''
  expect(policy).toContain("script-src 'self';")
  expect(policy).not.toMatch(/unsafe|https?:|\*/)
  const links = [...(await page.text()).matchAll(/(?:src|href)="([^"]+)"/g)].map(([, link]) => link)
  expect(links.filter((link) => link?.startsWith('/') !== true)).toEqual([])
  for (const path of DOCS_PATHS) {
    const answer = await fetch(docs.origin + path, { headers: { 'accept-encoding': 'br' } })
    expect([path, answer.status, answer.headers.get('content-encoding')]).toEqual([path, 200, 'br'])
    const etag = answer.headers.get('etag') ?? ''
    expect((await fetch(docs.origin + path, { headers: { 'if-none-match': etag } })).status).toBe(304)
  }
  const slash = await fetch(`${docs.origin}/api/docs/`, { redirect: 'manual' })
  expect([slash.status, slash.headers.get('location')]).toEqual([308, '/api/docs'])
})
