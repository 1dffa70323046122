import { rm } from 'node:fs/promises'
import { type Static, Type } from 'typebox'
import { Value } from 'typebox/value'
import { type DataFolder, readJson, writeAtomically } from './data-folder.ts'

const HELD_PORT = Type.Object({
  /** As in the stack file: `web.http`. */
  key: Type.String(),
  project: Type.String(),
  environment: Type.String(),
  kind: Type.String(),
  purpose: Type.String(),
  host: Type.String(),
  transport: Type.Union([Type.Literal('tcp'), Type.Literal('udp')]),
  first: Type.Integer(),
  portCount: Type.Integer(),
})
const HELD_PORTS = Type.Object({
  environment: Type.String(),
  /** When a preview ends (ISO 8601). */
  until: Type.Optional(Type.String()),
  ports: Type.Array(HELD_PORT),
})

/**
 * A port that a registry holds for a copy of a stack. The claim is named by what it is for and not by its number, which
 * may be somebody else's claim in another registry.
 */
export type HeldPort = Static<typeof HELD_PORT>
/** What a copy was given, for the commands that come after the one that asked. */
export type HeldPorts = Static<typeof HELD_PORTS>

/** @returns undefined for a copy that no registry holds anything for */
export async function readHeldPorts(folder: DataFolder): Promise<HeldPorts | undefined> {
  const value = await readJson(folder.portsFile)
  return Value.Check(HELD_PORTS, value) ? value : undefined
}

export function writeHeldPorts(folder: DataFolder, held: HeldPorts): Promise<void> {
  return writeAtomically(folder.portsFile, `${JSON.stringify(held, null, 2)}\n`, 0o600)
}

export function removeHeldPorts(folder: DataFolder): Promise<void> {
  return rm(folder.portsFile, { force: true })
}
