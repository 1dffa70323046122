import type { Waiting } from '@portolan/errors'
import type { Container } from './container.ts'
import type { Sighting } from './sighting.ts'

/** Something that looks at what one host really has open: the kernel's sockets, a container engine, over SSH. */
export interface Observer {
  /** Said to people, such as `kernel` or `docker on seoul-1`. */
  readonly name: string
  /**
   * Everything that is open now. An empty list says that nothing is open, so an observer that cannot look, or not
   * everywhere it should, throws. Ends soon after the signal fires.
   */
  listOpenPorts(waiting: Waiting): Promise<readonly Sighting[]>
  now(): Date
}

/** An observer of a container engine: what is open follows from its containers. */
export interface ContainerObserver extends Observer {
  /** Every container, those that have ended too: they still say by their labels what they were. */
  listContainers(waiting: Waiting): Promise<readonly Container[]>
}

export function isContainerObserver(observer: Observer): observer is ContainerObserver {
  return 'listContainers' in observer
}
