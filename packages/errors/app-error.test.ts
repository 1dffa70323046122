import { expect, test } from 'vitest'
import { AppError, errorCode, errorMessage, isAppError } from './app-error.ts'
import { problemOf } from './problem.ts'

test('an error keeps its code, status, cause and details', () => {
  const cause = new Error('below')
  const error = new AppError('A_B', 'It broke.', { status: 409, cause, details: { port: 4100 } })
  expect(error).toMatchObject({ code: 'A_B', status: 409, cause, details: { port: 4100 }, message: 'It broke.' })
})

test('an error of another copy of the package is recognised, an error of Node is not', () => {
  const foreign = Object.assign(new Error('x'), { code: 'A_B', status: 400, details: {} })
  expect(isAppError(foreign)).toBe(true)
  expect(isAppError(Object.assign(new Error('x'), { code: 'ENOENT' }))).toBe(false)
})

test('whatever was thrown has a message, and a code only if it says one', () => {
  expect([errorMessage('text'), errorMessage(undefined), errorMessage(new Error('e'))]).toEqual([
    'text',
    'undefined',
    'e',
  ])
  expect([errorCode(null), errorCode({ code: 3 }), errorCode({ code: 'ENOENT' })]).toEqual([
    undefined,
    undefined,
    'ENOENT',
  ])
})

test('a problem says what an error of ours says', () => {
  const error = new AppError('A_B', 'It broke.', { status: 409, details: { port: 4100 } })
  expect(problemOf(error, { title: 'Broken', requestId: 'r1' })).toEqual({
    type: 'about:blank',
    title: 'Broken',
    status: 409,
    detail: 'It broke.',
    code: 'A_B',
    requestId: 'r1',
    details: { port: 4100 },
  })
})

test('a problem says nothing of what is no error of ours', () => {
  const problem = problemOf(new Error('password=hunter2 at 10.0.0.7'), { requestId: 'r1' })
  expect(problem).toMatchObject({ status: 500, code: 'INTERNAL', requestId: 'r1' })
  expect(JSON.stringify(problem)).not.toMatch(/hunter2|10\.0/)
})
