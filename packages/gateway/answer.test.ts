import { expect, test } from 'vitest'
import { preferredLanguage, prefersHtml } from './accept.ts'
import { answerOf } from './answer.ts'
import { badRequest, hostUnknown, noRoute, upstreamTimeout, upstreamUnreachable } from './errors.ts'
import { tooManyLasting } from './limits/limit-errors.ts'
import {
  cookieAmbiguous,
  foreignPageRefused,
  patternHostInvalid,
  workspaceAddressRefused,
} from './pattern-host/errors.ts'
import { WORDS } from './words.ts'

const BROWSER = 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8'
const REFUSED = Object.assign(new Error('connect ECONNREFUSED 192.0.2.7:8000'), { code: 'ECONNREFUSED' })

test.for([
  [undefined, false],
  ['*/*', false],
  [BROWSER, true],
  ['application/json', false],
  ['text/html;q=0.5, application/json', false],
  ['application/json;q=0.5, text/html', true],
  ['text/html;q=0', false],
  ['TEXT/HTML', true],
  [`${'a/b,'.repeat(31)}text/html`, true],
  [`${'a/b,'.repeat(32)}text/html`, false],
] as const)('Accept "%s" wishes for a page: %s', ([accept, wishes]) => {
  expect(prefersHtml(accept)).toBe(wishes)
})

test.for([
  [undefined, 'en'],
  ['ko', 'ko'],
  ['ko-KR,ko;q=0.9,en-US;q=0.8', 'ko'],
  ['en-US,en;q=0.9,ko;q=0.8', 'en'],
  ['fr, ko;q=0.4, en;q=0.2', 'ko'],
  ['ko;q=0, en;q=0.1', 'en'],
  ['kok', 'en'],
  [`${'fr,'.repeat(32)}ko`, 'en'],
] as const)('Accept-Language "%s" is answered in %s', ([header, language]) => {
  expect(preferredLanguage(header)).toBe(language)
})

test('a program gets a problem with the code, the service and the request id, and no internal address', () => {
  const { status, headers, body } = answerOf(upstreamUnreachable('board', REFUSED), { requestId: 'request-1' })
  expect(status).toBe(502)
  expect(headers.join('\n')).toMatch(/X-Request-Id\nrequest-1[\s\S]*application\/problem\+json/)
  expect(JSON.parse(body)).toMatchObject({
    status: 502,
    title: 'The service cannot be reached',
    code: 'GATEWAY_UPSTREAM_UNREACHABLE',
    requestId: 'request-1',
    details: { service: 'board' },
  })
  expect(body).not.toMatch(/192\.0\.2\.7|8000|ECONNREFUSED/)
})

test('what is not an error of ours says nothing of itself', () => {
  const { status, body } = answerOf(new Error('password=secret'), { requestId: 'request-1' })
  expect(status).toBe(500)
  expect(body).not.toContain('secret')
})

test.for(['en', 'ko'] as const)('a reader of %s gets a page that retries with and without a script', (language) => {
  const { status, headers, body } = answerOf(upstreamTimeout('board', { forMs: 1 }), pageAsked(language))
  expect(status).toBe(504)
  expect(headers).toContain('text/html; charset=utf-8')
  expect(body).toContain(`<html lang="${language}">`)
  expect(body).toContain(WORDS[language].pages.slow.heading('board'))
  expect(body).toContain('role="status"')
  expect(body).toContain('<noscript><meta http-equiv="refresh"')
  expect(body).toContain('<script>')
  expect(body).toContain('request-1')
  expect(body).not.toMatch(/(src|href)="(https?:)?\/\//)
})

test('a page never repeats what was posted', () => {
  const { body } = answerOf(upstreamUnreachable('board', REFUSED), { ...pageAsked('en'), method: 'POST' })
  expect(body).toContain(WORDS.en.notRepeated)
  expect(body).not.toMatch(/<script>|http-equiv="refresh"/)
})

test('a path is shown on the page as text, never as markup', () => {
  const { status, body } = answerOf(noRoute('/<script>alert(1)</script>"'), pageAsked('en'))
  expect(status).toBe(404)
  expect(body).toContain('/&#60;script&#62;alert(1)&#60;/script&#62;&#34;')
  expect(body).not.toContain('<script>')
})

test.for([
  [hostUnknown('shop.test'), 'nameless', 421],
  [patternHostInvalid('alpha.hub.localhost:3000', { fault: 'form', domain: 'hub.localhost' }), 'formless', 421],
  [badRequest('the path holds "%zz"'), 'garbled', 400],
  [workspaceAddressRefused('alpha', new Error('127.0.0.1')), 'misplaced', 502],
  [cookieAmbiguous('session'), 'ambiguous', 401],
  [foreignPageRefused('https://evil.example'), 'foreign', 403],
] as const)('%s is a page in both languages', ([error, kind, expected]) => {
  for (const language of ['en', 'ko'] as const) {
    const { status, headers, body } = answerOf(error, pageAsked(language))
    expect(status).toBe(expected)
    expect(headers).toContain('text/html; charset=utf-8')
    expect(body).toContain(WORDS[language].pages[kind].explanation)
    expect(body).not.toMatch(/127\.0\.0\.1|<script>/)
  }
})

test('the page of a misspelt workspace shows how such an address is written, with the port that was asked', () => {
  const error = patternHostInvalid('80-alpha.hub.localhost:3000', { fault: 'port', domain: 'hub.localhost' })
  const { body } = answerOf(error, pageAsked('ko'))
  expect(body).toContain('<dt>예시</dt><dd>5173-alpha.hub.localhost:3000</dd>')
  expect(body).toContain('80-alpha.hub.localhost:3000 주소는')
})

function pageAsked(language: string) {
  return { requestId: 'request-1', method: 'GET', accept: BROWSER, acceptLanguage: language }
}

test('a page that refuses for a while does not say that nobody answers', () => {
  const asked = { requestId: 'request-1', method: 'GET', accept: BROWSER, acceptLanguage: 'ko' }
  const { status, body } = answerOf(tooManyLasting('client', 500), asked)
  expect(status).toBe(429)
  expect(body).toContain(WORDS.ko.chain.refuses)
  expect(body).not.toContain(WORDS.ko.chain.fails)
})
