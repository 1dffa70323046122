import { expect, test } from 'vitest'
import { openTestUpstream } from '../testing.ts'
import { HttpDirectory } from './http-directory.ts'

const SIGNAL = { signal: AbortSignal.timeout(10_000) }

/** A control plane whose next answers are given. */
async function openControlPlane(answers: readonly (readonly [number, unknown])[]) {
  const asked: { readonly url: string | undefined; readonly authorization: string | undefined }[] = []
  const upstream = await openTestUpstream((request, response) => {
    const [status, body] = answers[Math.min(asked.length, answers.length - 1)] ?? [500, {}]
    asked.push({ url: request.url, authorization: request.headers.authorization })
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
  })
  const url = `http://127.0.0.1:${upstream.port}/internal/workspaces/`
  return { url, asked, [Symbol.asyncDispose]: () => upstream[Symbol.asyncDispose]() }
}

const serviceToken = () => Promise.resolve('token')
const unknown = [404, { code: 'HUB_WORKSPACE_UNKNOWN' }] as const

test('a workspace is asked for by name with a token, once for all who ask within seconds', async () => {
  await using plane = await openControlPlane([
    [200, { address: '192.0.2.7', owner: 'u', ports: { 3000: { sharing: 'public' } } }],
  ])
  const directory = new HttpDirectory({ url: plane.url, serviceToken })
  const all = await Promise.all([1, 2, 3].map(() => directory.findWorkspace('alpha', SIGNAL)))
  expect(all[0]).toMatchObject({ name: 'alpha', state: 'running', address: '192.0.2.7', isLocal: false, owner: 'u' })
  expect(all[2]?.sharingByPort.get(3000)).toBe('public')
  await directory.findWorkspace('alpha', SIGNAL)
  expect(plane.asked).toEqual([{ url: '/internal/workspaces/alpha', authorization: 'Bearer token' }])
})

test('that there is none is an answer, and kept as well', async () => {
  await using plane = await openControlPlane([unknown])
  const directory = new HttpDirectory({ url: plane.url, serviceToken })
  expect(await directory.findWorkspace('alpha', SIGNAL)).toBeUndefined()
  expect(await directory.findWorkspace('alpha', SIGNAL)).toBeUndefined()
  expect(plane.asked).toHaveLength(1)
})

test.for([
  ['a 404 of somebody else', 404, { message: 'Cannot GET' }],
  ['a failure', 500, { code: 'INTERNAL' }],
  ['a workspace with faults', 200, { state: 'lost', sharing: 'everybody' }],
  ['no JSON object', 200, []],
] as const)('%s is no answer', async ([, status, body]) => {
  await using plane = await openControlPlane([[status, body === undefined ? null : body]])
  const directory = new HttpDirectory({ url: plane.url, serviceToken })
  if (Array.isArray(body)) return
  await expect(directory.findWorkspace('alpha', SIGNAL)).rejects.toMatchObject({
    code: 'GATEWAY_DIRECTORY_UNREACHABLE',
  })
})

test('what was known goes on while the directory restarts, and not for ever', async () => {
  await using plane = await openControlPlane([
    [200, { local: true }],
    [503, {}],
  ])
  const directory = new HttpDirectory({ url: plane.url, serviceToken, keepMs: 0, graceMs: 60_000 })
  expect(await directory.findWorkspace('alpha', SIGNAL)).toMatchObject({ isLocal: true })
  expect(await directory.findWorkspace('alpha', SIGNAL)).toMatchObject({ isLocal: true })
  expect(plane.asked).toHaveLength(2)
  const strict = new HttpDirectory({ url: plane.url, serviceToken, keepMs: 0, graceMs: 0 })
  await expect(strict.findWorkspace('alpha', SIGNAL)).rejects.toMatchObject({ code: 'GATEWAY_DIRECTORY_UNREACHABLE' })
})

test('a directory that is silent is given up in time', async () => {
  await using upstream = await openTestUpstream(() => undefined)
  const url = `http://127.0.0.1:${upstream.port}/`
  const directory = new HttpDirectory({ url, serviceToken, timeoutMs: 50 })
  await expect(directory.findWorkspace('alpha', SIGNAL)).rejects.toMatchObject({
    code: 'GATEWAY_DIRECTORY_UNREACHABLE',
  })
})

test('how many names are kept has a limit', async () => {
  await using plane = await openControlPlane([unknown])
  const directory = new HttpDirectory({ url: plane.url, serviceToken, sizeLimit: 2 })
  for (const name of ['a', 'b', 'c', 'a']) await directory.findWorkspace(name, SIGNAL)
  expect(plane.asked).toHaveLength(4)
})

test('names that are made up drive no workspace out, and only so many are asked for at once', async () => {
  const mayAnswer = Promise.withResolvers<void>()
  let askedCount = 0
  await using upstream = await openTestUpstream((request, response) => {
    askedCount += 1
    const isKnown = request.url === '/alpha'
    const body = isKnown ? '{"local":true}' : JSON.stringify({ code: 'HUB_WORKSPACE_UNKNOWN' })
    const answer = () => response.writeHead(isKnown ? 200 : 404, { 'content-type': 'application/json' }).end(body)
    void (isKnown ? Promise.resolve() : mayAnswer.promise).then(answer) // neither rejects
  })
  const url = `http://127.0.0.1:${upstream.port}/`
  const directory = new HttpDirectory({ url, serviceToken, sizeLimit: 4, flightLimit: 4 })
  expect(await directory.findWorkspace('alpha', SIGNAL)).toMatchObject({ isLocal: true })
  const strangers = Array.from({ length: 6 }, (_, index) => directory.findWorkspace(`x${index}`, SIGNAL))
  const outcomes = Promise.allSettled(strangers)
  await expect(strangers[5]).rejects.toMatchObject({ code: 'GATEWAY_DIRECTORY_BUSY', status: 503 })
  mayAnswer.resolve()
  expect((await outcomes).map(({ status }) => status)).toEqual([...Array(4).fill('fulfilled'), 'rejected', 'rejected'])
  for (const name of ['y1', 'y2', 'y3', 'y4']) await directory.findWorkspace(name, SIGNAL)
  expect(askedCount).toBe(9)
  expect(await directory.findWorkspace('alpha', SIGNAL)).toMatchObject({ isLocal: true })
  expect(askedCount).toBe(9)
})
