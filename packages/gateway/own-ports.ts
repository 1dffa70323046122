import { hostname } from 'node:os'
import type { GatewayConfiguration } from './configuration.ts'
import type { GatewayAddress } from './listener.ts'
import { isRefusedAddress } from './pattern-host/pinned-address.ts'

/** Whose a port of the gateway's own machine is, where it is no workspace's. */
export type PortOwner = 'gateway' | 'stack'

/** Ports of this machine that a workspace on it has nothing to do with. */
export class OwnPorts {
  #listened: readonly number[] = []
  #reserved: readonly number[] = []
  #adminPort: number | undefined
  #services: ReadonlySet<number> = new Set()

  listen(addresses: readonly GatewayAddress[]): void {
    this.#listened = addresses.map(({ port }) => port)
  }

  /** Of other processes of the gateway. */
  reserve(ports: readonly number[]): void {
    this.#reserved = ports
  }

  configure(configuration: GatewayConfiguration): void {
    this.#adminPort = configuration.admin?.port
    this.#services = servicePortsOf(configuration)
  }

  ownerOf(port: number): PortOwner | undefined {
    if (port === this.#adminPort || this.#listened.includes(port) || this.#reserved.includes(port)) return 'gateway'
    return this.#services.has(port) ? 'stack' : undefined
  }
}

/** Where this machine's services are, as far as the configuration says. */
function servicePortsOf({ routes, upstreams = [], patternHost }: GatewayConfiguration): ReadonlySet<number> {
  const targets = [
    ...routes.map(({ target }) => target),
    ...upstreams.flatMap(({ target, pair }) => [target, pair?.blue, pair?.green]),
    ...addressesOf(patternHost),
  ]
  const own = targets.flatMap((target) =>
    target !== undefined && 'host' in target && isHere(target.host) ? target : [],
  )
  return new Set(own.map(({ port }) => port))
}

function addressesOf(patternHost: GatewayConfiguration['patternHost']) {
  if (patternHost === undefined) return []
  const { authUrl, userUrl, directory } = patternHost
  const urls = [authUrl, userUrl, directory.kind === 'http' ? directory.url : undefined]
  return urls.flatMap((text) => {
    const url = URL.parse(text ?? '')
    return url === null ? [] : { host: url.hostname.replace(/^\[|\]$/g, ''), port: Number(url.port) }
  })
}

/** A name is not looked up: what a stack says of its own machine is an address, `localhost`, or the machine's name. */
function isHere(host: string): boolean {
  const name = host.toLowerCase()
  if (name === 'localhost' || name.endsWith('.localhost') || name === hostname().toLowerCase()) return true
  return /^[\d.]+$|:/.test(name) && isRefusedAddress(name)
}
