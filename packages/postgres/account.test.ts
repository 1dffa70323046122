import { expect, test } from 'vitest'
import { parsePasswd } from './account.ts'

test('accounts are read with unsigned numbers, and comments are passed over', () => {
  const text = '# comment\nroot:x:0:0:root:/root:/bin/sh\nnobody:*:-2:-2:Unprivileged:/var/empty:/usr/bin/false\n\n'
  expect([...parsePasswd(text)]).toEqual([
    ['root', { uid: 0, gid: 0 }],
    ['nobody', { uid: 4_294_967_294, gid: 4_294_967_294 }],
  ])
})
