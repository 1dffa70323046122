import type { GatewayConfiguration } from '../configuration.ts'

/** What speaks against the port that a URL names: nothing where none is named, or the system chooses those of the gateway. */
export function listenerReasons(
  { port, protocol }: { readonly port: number | undefined; readonly protocol: 'http' | 'https' },
  { listeners }: GatewayConfiguration,
): readonly string[] {
  if (port === undefined || listeners.some((listener) => listener.port === 0)) return []
  const found = listeners.find((listener) => listener.port === port)
  if (found === undefined) {
    const own = listeners.map((listener) => listener.port).join(', ')
    return [
      `the gateway does not listen on port ${port}, but on ${own}: it comes here only if something in front passes it on`,
    ]
  }
  const spoken = found.tls === true ? 'https' : 'http'
  return spoken === protocol ? [] : [`port ${port} of the gateway speaks ${spoken}, not ${protocol}`]
}
