import type { DeclaredService } from '@portolan/stack'

/** A program whose defaults and settings are known here. */
export type Program = 'livekit' | 'coturn'

/** As people write it. */
export const PROGRAM_NAMES: Readonly<Record<Program, string>> = { livekit: 'LiveKit', coturn: 'coturn' }

const PATTERNS: readonly (readonly [Program, RegExp])[] = [
  ['livekit', /(^|\/)livekit-server(:|@|$)/],
  ['coturn', /(^|\/)(coturn|turnserver)(:|@|$)/],
]

/** What runs there, told by its settings, else by its image or command; undefined when neither names it. */
export function programOf({ run, settings }: DeclaredService): Program | undefined {
  if (settings.livekit !== undefined) return 'livekit'
  if (settings.coturn !== undefined) return 'coturn'
  if (run.kind !== 'container' && run.kind !== 'command') return undefined
  const started = run.kind === 'container' ? run.image : run.command
  return PATTERNS.find(([, pattern]) => pattern.test(started))?.[0]
}
