import { join, resolve } from 'node:path'
import type { GatewayConfiguration } from '@portolan/gateway'
import type { Port, ResolvedStack } from '@portolan/stack'
import { needUnsupported } from '../errors.ts'

/** Where relative paths begin, and where what is issued is kept. */
export interface GatewayPlaces {
  readonly stackFolder: string
  readonly dataFolder: string
}

type TlsPlan = NonNullable<GatewayConfiguration['tls']>

/**
 * What the stack says of encryption, with every file where it is.
 * @returns undefined when no port of the gateway speaks https
 * @throws SUPERVISE_NEED_UNSUPPORTED for one that does without certificates: answering it in plain text would be worse
 *   than nothing
 */
export function tlsPlan(stack: ResolvedStack, { stackFolder, dataFolder }: GatewayPlaces): TlsPlan | undefined {
  const encrypted = stack.gateway?.ports.find(speaksHttps)
  if (encrypted === undefined) return undefined
  const declared = stack.gateway?.tls
  const { certificates = [], acme, minimumVersion = 'TLSv1.2', hsts, redirect = false } = declared ?? {}
  if (declared === undefined || (certificates.length === 0 && acme === undefined)) throw withoutCertificates(encrypted)
  return {
    certificates: certificates.map(({ certificate, key }) => ({
      certificate: resolve(stackFolder, certificate),
      key: resolve(stackFolder, key),
    })),
    minimumVersion,
    ...(hsts === undefined ? {} : { hsts: { includesSubdomains: false, ...hsts } }),
    ...(redirect ? { redirectToPort: encrypted.published.first } : {}),
    ...(acme === undefined ? {} : { acme: acmePlan(acme, stack, { stackFolder, dataFolder }) }),
  }
}

export function speaksHttps({ speaks }: Port): boolean {
  return speaks.includes('https')
}

function acmePlan(
  {
    directory,
    email,
    names,
    directoryAuthorities,
  }: NonNullable<NonNullable<ResolvedStack['gateway']>['tls']>['acme'] & {},
  stack: ResolvedStack,
  { stackFolder, dataFolder }: GatewayPlaces,
): NonNullable<TlsPlan['acme']> {
  const declared = names ?? (stack.gateway?.domains ?? []).filter((domain) => !domain.includes('*'))
  if (declared.length === 0) {
    const reason = 'there is no name to order a certificate for. Say "domains" of the gateway, or "names" of "acme".'
    throw needUnsupported('gateway', 'tls', reason)
  }
  return {
    directory,
    folder: join(dataFolder, 'acme'),
    names: declared,
    ...(email === undefined ? {} : { email }),
    ...(directoryAuthorities === undefined ? {} : { directoryAuthorities: resolve(stackFolder, directoryAuthorities) }),
  }
}

function withoutCertificates({ name }: Port): Error {
  const reason =
    'it speaks https, and there is no certificate for it. Say "gateway: { tls: { certificates: [...] } }" or ' +
    `"tls: { acme: ... }", or take the port away for this environment ("${name}: null").`
  return needUnsupported('gateway', `port ${name}`, reason)
}
