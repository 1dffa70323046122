import { expect, test } from 'vitest'
import { tasksOf } from './tasks.ts'

test('what is done is not asked for again, and what the role forbids is not offered', () => {
  const guest = tasksOf({ role: 'guest', hasAvatar: true, hasTotp: true })
  expect(guest.map(({ name }) => name)).toEqual(['taskMembers'])
  const owner = tasksOf({ role: 'owner', hasAvatar: false, hasTotp: false })
  expect(owner.map(({ name }) => name)).toContain('taskLog')
  expect(owner.map(({ name }) => name).slice(-2)).toEqual(['taskProfile', 'taskSecurity'])
})
