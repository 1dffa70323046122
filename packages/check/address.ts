import { isPortNumber, rangeContains } from '@portolan/ports'
import type { DeclaredPort, DeclaredService, DeclaredStack } from '@portolan/stack'
import { allServices, holdingsOf } from './holding.ts'

/** A literal `name:number` in a text whose name is a service of the stack or this machine. */
export interface Address {
  /** As written: `postgres:5432`. */
  readonly text: string
  readonly number: number
  /** Undefined for `localhost` and what means the same. */
  readonly named: DeclaredService | undefined
  readonly isLocal: boolean
  /** What is reached there; undefined when nothing declared is. */
  readonly reached: { readonly service: DeclaredService; readonly port: DeclaredPort } | undefined
}

// Not preceded or followed by what would make it part of something else: a tag (`postgres:17-alpine`), a time, IPv6.
const HOST_AND_PORT = /(?<![\w.:-])([a-z0-9](?:[a-z0-9.-]*[a-z0-9])?):(\d{1,5})(?![\w.:-])/gi
const LOCAL_NAMES = ['localhost', '127.0.0.1', '0.0.0.0', 'host.docker.internal']

/** Addresses by name and number; `self` is the service whose text it is, and where `localhost` is. */
export function addressesIn(text: string, self: DeclaredService, resolved: DeclaredStack): readonly Address[] {
  // Userinfo (`user:12345@`) looks like a host with a port.
  const withoutUserinfo = text.replace(/(:\/\/)[^\s/?#@]*@/g, '$1')
  return [...withoutUserinfo.matchAll(HOST_AND_PORT)].flatMap(([written, host = '', digits = '']) => {
    const number = Number(digits)
    const named = allServices(resolved).find(({ name }) => name === host.toLowerCase())
    const isLocal = LOCAL_NAMES.includes(host.toLowerCase())
    if (!isPortNumber(number) || (named === undefined && !isLocal)) return []
    const reached = named === undefined ? reachedLocally(number, self, resolved) : reachedByName(number, named)
    return [{ text: written, number, named, isLocal, reached }]
  })
}

function reachedByName(number: number, service: DeclaredService): Address['reached'] {
  const port = service.ports.find(({ range }) => range !== undefined && rangeContains(range, number))
  return port === undefined ? undefined : { service, port }
}

function reachedLocally(number: number, self: DeclaredService, resolved: DeclaredStack): Address['reached'] {
  const held = holdingsOf(resolved).find(
    ({ host, range, transport }) => host.name === self.host && transport === 'tcp' && rangeContains(range, number),
  )
  return held === undefined ? undefined : { service: held.service, port: held.port }
}

/** Prefixes by which build tools hand a variable to the page: Vite, Next, Nuxt, SvelteKit, Create React App, Expo … */
const PUBLIC_PREFIX = /^(VITE|NEXT_PUBLIC|NUXT_PUBLIC|PUBLIC|REACT_APP|VUE_APP|GATSBY|EXPO_PUBLIC)_/

export function isForBrowser(variable: string | undefined): boolean {
  return variable !== undefined && PUBLIC_PREFIX.test(variable)
}
