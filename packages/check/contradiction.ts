import type { DeclaredStack, Path } from '@portolan/stack'
import type { Finding } from './finding.ts'
import { placeOf, type RuleCodes } from './rule.ts'

/** What two files about the same stack can disagree in. What only one of them mentions is no contradiction. */
export const CONTRADICTION_CODES = {
  CONTRADICTION_ENDPOINT: { severity: 'error', title: 'Two files ask for health or figures at different paths' },
  CONTRADICTION_NEED: { severity: 'error', title: 'Two files require different things of the same service' },
  CONTRADICTION_NETWORK: { severity: 'warning', title: 'Two files put a service on different networks' },
  CONTRADICTION_PORT_MISSING: { severity: 'error', title: 'A service has a port in one file and not in the other' },
  CONTRADICTION_PORT_NUMBER: { severity: 'error', title: 'Two files give a port different numbers' },
  CONTRADICTION_PORT_OWNER: { severity: 'error', title: 'Two files give a number to different services' },
  CONTRADICTION_PORT_PROTOCOL: { severity: 'error', title: 'Two files let a port speak different protocols' },
  CONTRADICTION_PORT_PUBLISHED: { severity: 'error', title: 'Two files publish a port under different numbers' },
  CONTRADICTION_PORT_REACH: { severity: 'error', title: 'Two files let different people reach a port' },
  CONTRADICTION_PORT_TRANSPORT: { severity: 'error', title: 'Two files carry a port over different transports' },
  CONTRADICTION_ROUTE: { severity: 'error', title: 'Two files route a path to different places' },
  CONTRADICTION_SETTING: { severity: 'error', title: 'Two files set a program differently' },
  CONTRADICTION_VARIABLE: { severity: 'error', title: 'Two files give a variable different values' },
} as const satisfies RuleCodes
export type ContradictionCode = keyof typeof CONTRADICTION_CODES

/** The same stack from two files, each in one environment. */
export interface StackPair {
  readonly a: DeclaredStack
  readonly b: DeclaredStack
  /** The environment's name; both, when they differ. */
  readonly environment: string
}

interface Side {
  readonly stack: DeclaredStack
  readonly path: Path
  /** What this file says, so that it completes "…; the other file says …". */
  readonly says: string
}
export interface Contradiction {
  /** The thing in question, as the subject of the sentence. */
  readonly subject: string
  /** Where the finding points. */
  readonly here: Side
  readonly there: Side
}

export function contradiction(
  code: ContradictionCode,
  { subject, here, there }: Contradiction,
  pair: StackPair,
): Finding {
  const message =
    `${subject} ${here.says}; in "${there.stack.file}" it ${there.says}. Whoever goes by one file is wrong by the ` +
    'other. Decide which is true, and correct the other file.'
  return {
    code,
    severity: CONTRADICTION_CODES[code].severity,
    message,
    ...placeOf(here.stack, here.path),
    related: [{ message: `it ${there.says}`, ...placeOf(there.stack, there.path) }],
    environments: [pair.environment],
  }
}

/** Whether the file itself says it, rather than a default: what was not said contradicts nothing. */
export function isStated({ positions }: DeclaredStack, path: Path): boolean {
  return positions.at(path) !== positions.at(path.slice(0, -1))
}
