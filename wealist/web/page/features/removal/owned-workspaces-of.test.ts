import { AppError } from '@portolan/errors'
import { expect, test } from 'vitest'
import { ownedWorkspacesOf } from './owned-workspaces-of.ts'

test('the workspaces that need another owner are read from the error, and nothing that has another form', () => {
  const crew = { id: 'w1', name: 'Crew' }
  const error = new AppError('USER_OWNS_WORKSPACES', 'x', { details: { workspaces: [crew, { id: 1 }, null] } })
  expect(ownedWorkspacesOf(error)).toEqual([crew])
  expect(ownedWorkspacesOf(new AppError('USER_CONFIRMATION_WRONG', 'x'))).toEqual([])
  expect(ownedWorkspacesOf(new TypeError('x'))).toEqual([])
})
