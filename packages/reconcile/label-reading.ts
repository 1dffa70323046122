import { PORTOLAN_LABELS, type PortolanLabel, portolanLabelsOf, type SightedContainer } from '@portolan/observe'
import { type Half, isName } from '@portolan/registry'
import { cutText, TEXT_LIMIT } from './cut-text.ts'

/** What a container's labels say, and which of them nobody can use. */
export interface LabelReading {
  readonly project: string | undefined
  readonly environment: string | undefined
  readonly half: Half | undefined
  readonly version: string | undefined
  readonly claimId: number | undefined
  readonly token: number | undefined
  /** A line for each label that cannot be used, and counts as missing. */
  readonly faults: readonly string[]
}

/**
 * Labels are text that nobody has checked, of whoever built the image or started the container: what is no name, no number
 * or too long counts as missing, so that one container cannot keep a whole host from being adopted.
 */
export function readLabels(container: Pick<SightedContainer, 'labels'> | undefined): LabelReading {
  const labels = portolanLabelsOf(container)
  const faults: string[] = []
  const read = <Value>(label: PortolanLabel, parse: (text: string) => Value | undefined, expected: string) => {
    const text = labels[label]
    if (text === undefined) return undefined
    const value = parse(text)
    if (value === undefined) faults.push(`${PORTOLAN_LABELS[label]} is "${cutText(text, 40)}", and no ${expected}`)
    return value
  }
  return {
    project: read('project', nameIn, 'name'),
    environment: read('environment', nameIn, 'name'),
    half: read('slot', halfIn, 'half (blue, green)'),
    version: read('version', versionIn, `text of at most ${TEXT_LIMIT} characters`),
    claimId: read('claim', numberIn, 'number that a registry gives'),
    token: read('token', numberIn, 'number that a registry gives'),
    faults,
  }
}

function nameIn(text: string): string | undefined {
  return isName(text) ? text : undefined
}

function halfIn(text: string): Half | undefined {
  return text === 'blue' || text === 'green' ? text : undefined
}

function versionIn(text: string): string | undefined {
  return text.length <= TEXT_LIMIT && text.isWellFormed() && !text.includes('\0') ? text : undefined
}

/** However high: what is above every number that may be given has to be seen, and not to be overlooked. */
function numberIn(text: string): number | undefined {
  if (!/^[1-9]\d{0,15}$/.test(text)) return undefined
  const number = Number(text)
  return Number.isSafeInteger(number) ? number : undefined
}
