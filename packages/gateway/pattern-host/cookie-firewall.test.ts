import { expect, test } from 'vitest'
import type { Fields } from '../http1/fields.ts'
import { withinOwnHost, withoutReservedCookies } from './cookie-firewall.ts'

function fieldsOf(name: string, values: readonly string[]): Fields {
  return { names: values.map(() => name), spelled: values.map(() => name), values }
}

test.for([
  ['a=1', 'a=1'],
  ['a=1; __Host-portolan-session=x; b=2', 'a=1; b=2'],
  ['__Host-wealist-access=x', undefined],
  ['__Host-wealist-refresh=x;a=1', 'a=1'],
  ['__HOST-WEALIST-ACCESS=x; a=1', 'a=1'],
  [' __host-portolan-state-abc =x; a=1', 'a=1'],
  ['\t__Host-portolan-session\t= x ; a=1', 'a=1'],
  ['=__Host-portolan-session=x; a=1', 'a=1'],
  ['__Host-portolan-session', undefined],
  ['portolan=1; x__Host-portolan-session=1', 'portolan=1; x__Host-portolan-session=1'],
  [';;', undefined],
] as const)('of the cookies %j the app sees %j', ([header, expected]) => {
  const { values } = withoutReservedCookies(fieldsOf('cookie', [header]))
  expect(values[0]).toBe(expected)
})

test('each of several Cookie fields is looked through, as HTTP/2 sends them', () => {
  const fields = fieldsOf('cookie', ['a=1', '__Host-wealist-access=x', 'b=2'])
  expect(withoutReservedCookies(fields).values).toEqual(['a=1', 'b=2'])
})

test.for([
  ['a=1; Path=/', 'a=1; Path=/'],
  ['a=1; Domain=hub.localhost', 'a=1'],
  ['a=1;DOMAIN = .hub.localhost ;Secure', 'a=1;Secure'],
  ['a=1; domain', 'a=1'],
  ['a=1; Domain=x; Domain=y; HttpOnly', 'a=1; HttpOnly'],
  ['domain=x; Path=/', 'domain=x; Path=/'],
  ['__Host-portolan-session=x; Secure; Path=/', undefined],
  ['__hoSt-Portolan-State-x=1', undefined],
  [' __Host-wealist-access = x', undefined],
  ['=__Host-portolan-session=x', undefined],
  ['==__Host-portolan-session=x', undefined],
  ['__Host-portolan-session', undefined],
  ['__Host-own=1; Secure; Path=/', '__Host-own=1; Secure; Path=/'],
] as const)('of an app’s Set-Cookie %j the browser sees %j', ([line, expected]) => {
  expect(withinOwnHost(fieldsOf('set-cookie', [line])).values[0]).toBe(expected)
})

test('fields without cookies are given back as they are', () => {
  const fields = fieldsOf('accept', ['*/*'])
  expect(withoutReservedCookies(fields)).toBe(fields)
  expect(withinOwnHost(fields)).toBe(fields)
})
