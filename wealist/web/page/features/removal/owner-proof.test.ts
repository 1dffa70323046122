import { expect, test } from 'vitest'
import { proofOf } from './owner-proof.ts'

const typed = new FormData()
typed.set('password', ' a pass ')
typed.set('code', '123 456')

test.for([
  { hasPassword: true, hasTotp: true, proof: { password: ' a pass ' } },
  { hasPassword: true, hasTotp: false, proof: { password: ' a pass ' } },
  { hasPassword: false, hasTotp: true, proof: { code: '123456' } },
  { hasPassword: false, hasTotp: false, proof: {} },
])('an account with password $hasPassword and app $hasTotp shows $proof', ({ proof, ...factors }) => {
  expect(proofOf(factors, typed)).toEqual(proof)
})
