/** A service of this stack as `portolan.yaml` has it, and how to see whether it works. */
export interface WatchedService {
  readonly service: string
  readonly run: 'command' | 'module' | 'embedded'
  /** What it is written in: nobody in front of the gateway can tell. */
  readonly made: string
  /** What runs it and a machine may lack, by its name on the PATH. */
  readonly program?: string
  /** Undefined where only another service knows it. */
  readonly port: number | undefined
  /** Undefined for the service that answers the question. */
  readonly health: URL | undefined
  /** Only that service can see it: while it does not work, nothing is known. */
  readonly seenBy?: string
}

export interface StackAddresses {
  readonly CLOCK_URL: string
  readonly TIDES_URL: string
  readonly GUESTBOOK_URL: string
  readonly PORT: number
}

/** The services behind the page. The database is seen through the guestbook, which alone may reach it. */
export function watchedServices(stack: StackAddresses): readonly WatchedService[] {
  const at = (url: string) => ({ port: Number(new URL(url).port), health: new URL('/health', url) })
  const store = { port: undefined, health: new URL('/ready', stack.GUESTBOOK_URL), seenBy: 'guestbook' }
  return [
    { service: 'clock', run: 'command', made: 'Node.js', ...at(stack.CLOCK_URL) },
    { service: 'tides', run: 'command', made: 'Python', program: 'python3', ...at(stack.TIDES_URL) },
    { service: 'guestbook', run: 'module', made: 'TypeScript', ...at(stack.GUESTBOOK_URL) },
    { service: 'postgres', run: 'embedded', made: 'PostgreSQL', ...store },
    { service: 'web', run: 'module', made: 'TypeScript', port: stack.PORT, health: undefined },
  ]
}
