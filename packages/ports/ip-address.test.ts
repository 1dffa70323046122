import fc from 'fast-check'
import { expect, test } from 'vitest'
import { isWildcard, parseAddress } from './ip-address.ts'

const anyGroups = fc.array(fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 0xffff })), {
  minLength: 8,
  maxLength: 8,
})

/** An independent reading of IPv6 text: the WHATWG URL host serialiser, which follows RFC 5952. */
function urlSpelling(text: string): string {
  return new URL(`http://[${text}]/`).hostname.slice(1, -1)
}

test.for([
  ['192.0.2.1', 'ipv4', '192.0.2.1'],
  ['0.0.0.0', 'ipv4', '0.0.0.0'],
  ['::', 'ipv6', '::'],
  ['0:0:0:0:0:0:0:0', 'ipv6', '::'],
  ['::1', 'ipv6', '::1'],
  ['2001:DB8:0:0:1:0:0:1', 'ipv6', '2001:db8::1:0:0:1'],
  ['2001:db8:0:1:1:1:1:1', 'ipv6', '2001:db8:0:1:1:1:1:1'],
  ['1::', 'ipv6', '1::'],
  ['64:ff9b::192.0.2.33', 'ipv6', '64:ff9b::c000:221'],
  ['::ffff:192.0.2.1', 'ipv4', '192.0.2.1'],
  ['::FFFF:c000:0201', 'ipv4', '192.0.2.1'],
  ['0:0:0:0:0:ffff:127.0.0.1', 'ipv4', '127.0.0.1'],
  ['fe80::1%eth0', 'ipv6', 'fe80::1'],
] as const)('%s is %s %s', ([text, family, canonical]) => {
  expect(parseAddress(text)).toEqual({ family, text: canonical })
})

test.for([
  ['localhost', 'may mean either'],
  ['LocalHost', 'may mean either'],
  ['', 'For every address write'],
  ['*', 'For every address write'],
  ['[::1]', 'brackets'],
  ['example.com', 'not a name'],
  ['127.1', ''],
  ['127.0.0.01', ''],
  ['256.0.0.1', ''],
  ['1.2.3.4%eth0', ''],
  [' 127.0.0.1', ''],
  ['127.0.0.1\n', ''],
  [':::', ''],
  [':', ''],
  ['1::2::3', ''],
  ['1:2:3:4:5:6:7', ''],
  ['1:2:3:4:5:6:7:8:9', ''],
  ['1:2:3:4:5:6:7:8::', ''],
  ['12345::', ''],
  ['1.2.3.4::', ''],
  ['::1.2.3', ''],
  ['::g', ''],
] as const)('"%s" is refused', ([text, hint]) => {
  expect(() => parseAddress(text)).toThrow(
    expect.objectContaining({ code: 'PORTS_ADDRESS_INVALID', message: expect.stringContaining(hint) }),
  )
})

test('every spelling of eight groups has the canonical text that a URL gives it', () => {
  fc.assert(
    fc.property(anyGroups, fc.boolean(), (groups, isUpper) => {
      fc.pre(!(groups.slice(0, 5).every((group) => group === 0) && groups[5] === 0xffff)) // mapped: IPv4 here
      const long = groups.map((group) => group.toString(16).padStart(4, '0')).join(':')
      const canonical = parseAddress(isUpper ? long.toUpperCase() : long)
      expect(canonical).toEqual({ family: 'ipv6', text: urlSpelling(long) })
      expect(parseAddress(canonical.text)).toEqual(canonical)
    }),
  )
})

test('any text is refused with a code or read as the URL parser reads it', () => {
  const text = fc.oneof(fc.string(), fc.string({ unit: fc.constantFrom(':', '0', '1', 'f', '.', '::'), maxLength: 20 }))
  fc.assert(
    fc.property(text, (candidate) => {
      try {
        const { family, text: canonical } = parseAddress(candidate)
        if (family === 'ipv6' && !candidate.includes('%')) expect(canonical).toBe(urlSpelling(candidate))
      } catch (error) {
        expect(error).toMatchObject({ code: 'PORTS_ADDRESS_INVALID' })
        if (/^[0-9a-f:.]+$/.test(candidate)) expect(() => urlSpelling(candidate)).toThrow()
      }
    }),
    { numRuns: 1_000 },
  )
})

test('only 0.0.0.0 and :: mean every address', () => {
  expect(['0.0.0.0', '::', '0::0', '::ffff:0.0.0.0'].map((text) => isWildcard(parseAddress(text)))).not.toContain(false)
  expect(['127.0.0.1', '::1', '0.0.0.1'].map((text) => isWildcard(parseAddress(text)))).not.toContain(true)
})
