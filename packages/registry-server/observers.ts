import {
  type EngineAddress,
  engineObserver,
  kernelObserver,
  type Observer,
  SshHost,
  type SshHostOptions,
  sshEngine,
  sshObserver,
} from '@portolan/observe'
import type { EngineSettings, HostSettings } from './settings.ts'

/** Who looks at which host, by the settings. Disposing ends the SSH connections. */
export class Observers implements AsyncDisposable {
  readonly #byHost = new Map<string, readonly Observer[]>()
  readonly #connections = new AsyncDisposableStack()

  constructor(hosts: readonly HostSettings[]) {
    for (const host of hosts) this.#byHost.set(host.draft.name, this.#observersFor(host))
  }

  /** Nobody looks at a host that the settings do not name: claims alone count there. */
  of({ name }: { readonly name: string }): readonly Observer[] {
    return this.#byHost.get(name) ?? []
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#connections.disposeAsync()
  }

  #observersFor({ draft, kernel, ssh, engines }: HostSettings): readonly Observer[] {
    const connection = ssh === undefined ? undefined : this.#connections.use(new SshHost(sshOptions(draft.name, ssh)))
    const sockets = connection === undefined ? [] : [sshObserver(connection)]
    const own = kernel ? [kernelObserver()] : []
    return [...own, ...sockets, ...engines.map((engine) => engineObserver(engineAddress(engine, connection)))]
  }
}

function engineAddress(engine: EngineSettings, connection: SshHost | undefined): EngineAddress {
  if ('command' in engine) {
    // The settings refuse a command without SSH before anybody comes here.
    if (connection === undefined) throw new TypeError('An engine is asked by its command over SSH alone.')
    return sshEngine(connection, engine)
  }
  if (connection !== undefined) return sshEngine(connection, { socketPath: engine.socket })
  return { type: 'socket', path: engine.socket }
}

function sshOptions(name: string, ssh: NonNullable<HostSettings['ssh']>): SshHostOptions {
  const { host, user, port, keyFile, agent, knownHosts } = ssh
  return {
    name,
    host,
    user,
    credentials: keyFile === undefined ? { type: 'agent', socketPath: agent ?? '' } : { type: 'key', path: keyFile },
    ...(port === undefined ? {} : { port }),
    ...(knownHosts === undefined ? {} : { knownHostsPaths: knownHosts }),
  }
}
