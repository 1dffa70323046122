import { expect, test } from 'vitest'
import { isVerifierOf, scramVerifier } from './scram.ts'

test('a verifier knows its password and no other', async () => {
  const verifier = await scramVerifier('correct horse')
  expect(verifier).toMatch(/^SCRAM-SHA-256\$4096:/)
  expect(await isVerifierOf(verifier, 'correct horse')).toBe(true)
  expect(await isVerifierOf(verifier, 'correct horsE')).toBe(false)
  expect(await isVerifierOf('md5a3556571e93b0d20722ba62be61e8c2d', 'correct horse')).toBe(false)
})
