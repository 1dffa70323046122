import { DENIED_PORTS, type PatternHostConfiguration } from '@portolan/gateway'
import { mainPort, type PatternHost, type Port, type ResolvedStack } from '@portolan/stack'
import { urlOf } from '../place.ts'

/** What the stack says of its pattern host, with every service where it is. */
export function patternHostPlan(declared: PatternHost, stack: ResolvedStack): PatternHostConfiguration {
  const { domain, platform, signIn = '/sign-in', auth, users, directory, workspaces = {}, sharing = {} } = declared
  const { deny = [], allow = [] } = declared
  return {
    domain,
    platformOrigin: platform ?? originOf(domain, stack.gateway?.ports ?? []),
    signInPath: signIn,
    authUrl: urlOfService(auth, stack),
    ...(users === undefined ? {} : { userUrl: urlOfService(users, stack) }),
    directory:
      directory === undefined
        ? { kind: 'table', workspaces }
        : { kind: 'http', url: directoryUrl(directory, stack), service: directory.service },
    sharing: { unlessSaid: sharing.default ?? 'owner', most: sharing.most ?? 'public' },
    deniedPorts: [...new Set([...DENIED_PORTS, ...deny])].filter((port) => !allow.includes(port)),
  }
}

function directoryUrl(
  { service, path = '/internal/workspaces/' }: NonNullable<PatternHost['directory']>,
  stack: ResolvedStack,
) {
  const url = `${urlOfService(service, stack)}${path}`
  return url.endsWith('/') ? url : `${url}/`
}

/** Resolving has refused a service that the stack does not have with a port. */
function urlOfService(name: string, stack: ResolvedStack): string {
  const service = stack.services.find((each) => each.name === name)
  const port = service === undefined ? undefined : mainPort(service)
  if (service === undefined || port === undefined) throw new TypeError(`Service "${name}" has no port.`)
  return urlOf(service, port)
}

/** The domain itself at the gateway's own port, the encrypted one where there is one. */
function originOf(domain: string, ports: readonly Port[]): string {
  const encrypted = ports.find(({ speaks }) => speaks.includes('https'))
  const scheme = encrypted === undefined ? 'http' : 'https'
  const [number = 80] = [(encrypted ?? ports[0])?.range.first]
  return new URL(`${scheme}://${domain}:${number}`).origin
}
