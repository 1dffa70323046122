import type { Transport } from '@portolan/ports'

export const ENGINES = ['docker', 'podman'] as const
export type Engine = (typeof ENGINES)[number]

/** What is known of the container behind a port: from its control group the id alone, from its engine all of it. */
export interface SightedContainer {
  /** 64 hexadecimal digits. */
  readonly id: string
  readonly engine?: Engine
  readonly name?: string
  readonly image?: string
  readonly labels?: Readonly<Record<string, string>>
  readonly createdAt?: Date
}

/** A port of the host that an engine forwards into a container. */
export interface PublishedPort {
  readonly transport: Transport
  /** The host's; in canonical spelling. */
  readonly address: string
  readonly hostPort: number
  readonly containerPort: number
}

/** A container as its engine lists it, whether it runs or not. */
export interface Container extends Required<SightedContainer> {
  /** The engine's own word, such as `running`, `exited` or `created`. */
  readonly state: string
  /** Whether its ports are open now: those of a container that has ended are only wished for. */
  readonly isRunning: boolean
  readonly ports: readonly PublishedPort[]
}

// By runc's and systemd's drivers: /docker/ID, docker-ID.scope, libpod-ID.scope, libpod-conmon-ID.scope, cri-containerd-ID.scope.
const CONTAINER_ID = /(?:^|[/:-])([0-9a-f]{64})(?:\.scope)?(?=\/|$)/

/**
 * The container that a process runs in, from the text of its /proc/PID/cgroup (cgroups(7)); undefined outside of one.
 * Of containers in a container the outermost: it is the one that the host's engine knows.
 */
export function containerIdOf(cgroupText: string): string | undefined {
  for (const line of cgroupText.split('\n')) {
    const id = CONTAINER_ID.exec(line)?.[1]
    if (id !== undefined) return id
  }
  return undefined
}
