import type { World, WorldOptions } from './world.ts'

export interface AttackOptions {
  readonly seconds: number
}

/** Something that is done to a gateway while a neighbour is being served. */
export interface Attack {
  readonly name: string
  /** Debian's package with the program of that name, if one is needed. */
  readonly needs?: string
  readonly options?: WorldOptions
  /** @returns what was seen, in a few words @throws when the gateway did what it must not */
  readonly run: (world: World, options: AttackOptions) => Promise<string>
}
