import { MutationObserver, QueryClient } from '@tanstack/react-query'
import { expect, test } from 'vitest'
import { afterMutations } from './after-mutations.ts'

test('nothing is waited for when nothing is being changed', () => {
  const done: string[] = []
  afterMutations(new QueryClient(), () => done.push('news'))
  expect(done).toEqual(['news'])
})

test.for(['answered', 'refused'])('news wait for a change of ones own until it is %s', async (outcome) => {
  const queryClient = new QueryClient()
  const answer = Promise.withResolvers<void>()
  const done: string[] = []
  const changing = new MutationObserver(queryClient, {
    mutationFn: () => answer.promise,
    onSettled: () => void done.push('change'),
  })
  const changed = changing.mutate().catch(() => undefined)
  afterMutations(queryClient, () => done.push('news'))
  expect(done).toEqual([])
  if (outcome === 'answered') answer.resolve()
  else answer.reject(new Error('refused'))
  await changed
  expect(done).toEqual(['change', 'news'])
  await changing.mutate().catch(() => undefined)
  expect(done.filter((each) => each === 'news')).toHaveLength(1)
})
