import type { RequestHead } from './request-head.ts'

/**
 * Whether a request names this gateway: an address, `localhost`, or a declared domain (`*.example.com` stands for every
 * name below it, `*` for any). A page of somebody else's can make its own name lead to this machine (DNS rebinding), but
 * it cannot make the browser send another name than its own.
 */
export function namesGateway({ host }: Pick<RequestHead, 'host'>, domains: readonly string[]): boolean {
  const name = nameOf(host)
  if (isMachine(name) || name.endsWith('.localhost')) return true
  return domains.some((domain) => matches(name, domain.toLowerCase()))
}

/** The same for what is nobody's but this machine's: an address or `localhost`, and no name below that. */
export function namesMachine(host: string): boolean {
  return isMachine(nameOf(host))
}

function nameOf(host: string): string {
  return host.replace(/:\d*$/, '').replace(/\.$/, '').toLowerCase()
}

function isMachine(name: string): boolean {
  // Without a name there is nothing to be confused about: only an HTTP/1.0 client may leave it out, and no browser does.
  return name === '' || name.startsWith('[') || /^\d{1,3}(\.\d{1,3}){3}$/.test(name) || name === 'localhost'
}

/** Whether a name was declared, so that a certificate for it can be expected; `localhost` and addresses never are. */
export function isDeclaredName(host: string, domains: readonly string[]): boolean {
  const name = nameOf(host)
  return namesGateway({ host }, domains) && !namesGateway({ host: name }, [])
}

function matches(name: string, domain: string): boolean {
  if (domain === '*' || domain === name) return true
  return domain.startsWith('*.') && name.endsWith(domain.slice(1)) && name.length > domain.length - 1
}

/**
 * Whether the page that opens a WebSocket came from where it connects to. Browsers send cookies with a handshake to
 * anywhere and do not ask before it (RFC 6455 §10.2). Programs send no Origin.
 * @param protocol of the client, as far as it is known: something in front may end TLS without saying so
 */
export function isOwnOrigin(
  origin: string | undefined,
  { host }: Pick<RequestHead, 'host'>,
  protocol: 'http' | 'https',
): boolean {
  if (origin === undefined) return true
  if (protocol === 'https') return URL.parse(origin)?.origin === URL.parse(`https://${host}`)?.origin
  const own = URL.parse(`http://${host}`)
  const asking = URL.parse(origin)
  if (own === null || asking === null || asking.hostname !== own.hostname) return false
  // Something in front may end TLS, so that the schemes differ; a port left out is the scheme's own.
  return asking.port === own.port || own.port === '' || (own.port === '443' && asking.protocol === 'https:')
}
