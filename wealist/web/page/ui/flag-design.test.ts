import fc from 'fast-check'
import { expect, test } from 'vitest'
import { flagOf, hashOf } from './flag-design.ts'

test('an id has the same flag everywhere and always', () => {
  expect(flagOf('0190b6a0-0000-7000-8000-000000000001')).toMatchInlineSnapshot(`
    {
      "charge": "land",
      "ground": "ink",
      "path": "M0 0h12v12H0zM12 12h12v12H12z",
    }
  `)
})

test('the charge is always seen on its ground: one of the two is light', () => {
  const light = ['land', 'shallow']
  fc.assert(
    fc.property(fc.string(), (id) => {
      const { ground, charge } = flagOf(id)
      return light.includes(ground) !== light.includes(charge)
    }),
  )
})

test('workspaces are told apart: four hundred ids have most of the ninety-six flags', () => {
  const flags = Array.from({ length: 400 }, (_, index) => flagOf(`workspace-${index}`))
  expect(new Set(flags.map(({ path, ground, charge }) => `${path} ${ground} ${charge}`)).size).toBeGreaterThan(80)
})

// draft-eastlake-fnv, section 6
test.for([
  ['', 0x811c9dc5],
  ['a', 0xe40c292c],
  ['foobar', 0xbf9cf968],
] as const)('the hash of "%s" is that of the standard', ([text, hash]) => {
  expect(hashOf(text)).toBe(hash)
})
