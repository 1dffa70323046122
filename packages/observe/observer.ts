import type { Waiting } from '@portolan/errors'
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
