import { expect, test } from 'vitest'
import { highestScope } from './token-scope.ts'

test('the highest scope says what a token may do', () => {
  expect(highestScope(['read', 'admin', 'write'])).toBe('admin')
  expect(highestScope(['write'])).toBe('write')
  expect(highestScope([])).toBe('read')
})
