import { expect, test } from 'vitest'
import { AnswerChecker, type CheckedAnswer } from './testing.ts'

const PROBLEM = { 'application/problem+json': { schema: { type: 'object' }, examples: { THING_GONE: {} } } }
const checker = new AnswerChecker({
  openapi: '3.1.0',
  info: { title: 'things', version: '1' },
  paths: {
    '/api/things/{id}': {
      get: {
        operationId: 'getThing',
        summary: 'A thing',
        tags: ['things'],
        responses: {
          200: {
            description: 'OK',
            content: { 'application/json': { schema: { $ref: '#/components/schemas/Thing' } } },
          },
          204: { description: 'Nothing' },
          410: { description: 'Gone', content: PROBLEM },
          default: { description: 'Other', content: { 'application/problem+json': { examples: { INTERNAL: {} } } } },
        },
      },
    },
  },
  components: { schemas: { Thing: { required: ['at'], properties: { at: { type: 'string', format: 'date-time' } } } } },
})

function answer(status: number, body: unknown, type?: string): CheckedAnswer {
  const headers = new Headers(type === undefined ? {} : { 'content-type': type })
  return { method: 'GET', path: '/api/things/7?deep=1', status, headers, body }
}

test.for([
  answer(200, { at: '2026-01-01T00:00:00Z' }, 'application/json; charset=utf-8'),
  answer(204, ''),
  answer(410, { code: 'THING_GONE' }, 'application/problem+json'),
  answer(500, { code: 'INTERNAL' }, 'application/problem+json'),
  { ...answer(404, {}), path: '/api/nothing' },
  { ...answer(200, 'ok', 'text/plain'), path: '/health' },
])('an answer that is as described passes: %j', (good) => {
  expect(() => checker.check(good)).not.toThrow()
})

test.for([
  [answer(200, {}, 'application/json'), "must have required property 'at'"],
  [answer(200, { at: 'soon' }, 'application/json'), 'must match format "date-time"'],
  [answer(200, '<p>', 'text/html'), 'described are application/json'],
  [answer(201, {}, 'application/json'), 'is not described'],
  [answer(204, 'x', 'text/plain'), 'none is described'],
  [answer(410, { code: 'THING_LOST' }, 'application/problem+json'), 'described are THING_GONE'],
  [answer(418, { code: 'THING_GONE' }, 'application/problem+json'), 'described are INTERNAL'],
  [{ ...answer(200, {}, 'application/json'), path: '/api/others' }, 'is not described'],
  [{ ...answer(200, {}, 'application/json'), method: 'PUT' }, 'is not described'],
] as const)('an answer that is not as described fails: %j', ([bad, reason]) => {
  expect(() => checker.check(bad)).toThrow(reason)
})
