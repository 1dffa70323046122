import { OPERATIONS, type OperationDefinition } from '@portolan/operations/remote'
import type { Static, TObject } from 'typebox'
import type { CliContext } from '../cli-context.ts'
import { momentWords, tableLines } from '../table-lines.ts'
import { coloursFor, jsonText, visibleAnswer } from '../terminal.ts'
import { claimLines, claimTable, portsLines, skipLines } from './port-words.ts'
import { changedSlots, slotChangeWords, slotsTable } from './slot-words.ts'
import { syncLines } from './sync-words.ts'

/** An answer of an operation. */
export interface Told {
  readonly name: string
  readonly output: object
  /** Whether what is usually put into one line is told one by one. */
  readonly isWhole?: boolean
}

type Words = (told: Told, context: CliContext) => readonly string[]

/** What a person reads of an answer; the answer itself where nobody has found words for it. */
export function wordsOf(context: CliContext, told: Told): readonly string[] {
  const { name, output } = told
  const words = Object.hasOwn(WORDS, name) ? WORDS[name] : undefined
  return words === undefined ? [jsonText(output)] : words(told, context)
}

/**
 * By the operation's own schema it is known what its answer holds. A registry may be anybody's, and so may what it is
 * told: no text of an answer commands the terminal.
 */
function words<Output extends TObject>(
  operation: OperationDefinition<string, TObject, Output>,
  format: (output: Static<Output>, context: CliContext, isWhole: boolean) => readonly string[],
): Words {
  return ({ output, isWhole = false }, context) =>
    format(operation.parseAnswer(visibleAnswer(output)), context, isWhole)
}

const more = (next: number | undefined): readonly string[] =>
  next === undefined ? [] : ['', `There are more: --after ${next}`]

const WORDS: Readonly<Record<string, Words>> = {
  port_get: words(OPERATIONS.port_get, portsLines),
  port_allocate: words(OPERATIONS.port_allocate, (output, context) => [
    ...skipLines(output.skips, context),
    ...portsLines(output, context),
    output.isNew ? 'They are new.' : 'The project had them already.',
  ]),
  port_register: words(OPERATIONS.port_register, (output, context) => [
    ...portsLines(output, context),
    output.isNew ? 'They are registered.' : 'They were registered already.',
  ]),
  port_check: words(OPERATIONS.port_check, ({ ports, host, state, obstacles }, context) => {
    const { green, red, yellow } = coloursFor(context.stdout, context)
    const paint = { free: green, taken: red, unknown: yellow }[state]
    const rows = obstacles.map(({ port, reason, because }) => [String(port), reason, because])
    const table = rows.length === 0 ? [] : ['', ...tableLines(context, { header: ['port', 'why', 'by'], rows })]
    const note = state === 'unknown' ? ', for an observer did not answer: unknown never means free' : ''
    return [`${ports} on host "${host}": ${paint(state)}${note}`, ...table]
  }),
  port_list: words(OPERATIONS.port_list, ({ claims, others, next }, context) => [
    ...claimTable(claims, others, context),
    ...more(next),
  ]),
  port_release: words(OPERATIONS.port_release, ({ claim, wasReleased }) => {
    const { id, ports, project, quarantineUntil } = claim
    const until = momentWords(quarantineUntil)
    const kept =
      quarantineUntil === undefined || until.endsWith('ago') ? '' : ` They are kept for it a while (free ${until}).`
    return [`Claim ${id} (${ports}) of ${project} is ${wasReleased ? 'released' : 'released already'}.${kept}`]
  }),
  port_renew: words(OPERATIONS.port_renew, ({ claim }, context) => claimLines(claim, context)),
  port_take_over: words(OPERATIONS.port_take_over, ({ claim, token }, context) => [
    ...claimLines(claim, context),
    `The token is ${token} now; whoever shows an older one is refused.`,
  ]),
  port_history: words(OPERATIONS.port_history, ({ events, next }, context) => {
    const rows = events.map(({ at, type, ports = '', host = '', project = '', actor = '', reason = '', details }) => {
      const change = type === 'slots-changed' ? slotChangeWords(details) : undefined
      const what = change === undefined ? type : `${type} (${change})`
      return [at.replace('T', ' ').replace(/\.\d+Z$/, 'Z'), what, ports, host, project, actor, reason]
    })
    if (rows.length === 0) return ['Nothing has happened there.']
    return [
      ...tableLines(context, { header: ['when', 'what', 'ports', 'host', 'project', 'who', 'why'], rows }),
      ...more(next),
    ]
  }),
  port_sync: words(OPERATIONS.port_sync, syncLines),
  slot_list: words(OPERATIONS.slot_list, ({ slots, next }, context) => [...slotsTable(slots, context), ...more(next)]),
  slot_promote: words(OPERATIONS.slot_promote, changedSlots),
  slot_rollback: words(OPERATIONS.slot_rollback, changedSlots),
  slot_retire: words(OPERATIONS.slot_retire, changedSlots),
  slot_expire: words(OPERATIONS.slot_expire, changedSlots),
  slot_clear: words(OPERATIONS.slot_clear, changedSlots),
  host_list: words(OPERATIONS.host_list, ({ hosts }, context) => {
    const rows = hosts.map(({ name, addresses, ephemeralRange = 'none', observers }) => {
      return [name, addresses.join(' '), ephemeralRange, observers.join(', ') || 'nobody']
    })
    if (rows.length === 0) return ['There is no host yet.']
    return tableLines(context, { header: ['host', 'addresses', 'outgoing ports', 'looked at by'], rows })
  }),
  host_declare: words(OPERATIONS.host_declare, ({ host }) => [`Host "${host.name}" is declared.`]),
  host_remove: words(OPERATIONS.host_remove, () => ['The host is removed; its history stays.']),
  band_list: words(OPERATIONS.band_list, ({ bands }, context) => bandTable(bands, context)),
  band_declare: words(OPERATIONS.band_declare, ({ bands }, context) => bandTable(bands, context)),
  key_create: words(OPERATIONS.key_create, ({ key, details }) => [
    key,
    '',
    `This is shown once. It is for ${details.projects.join(', ')}, with the role "${details.role}".`,
    'Give it to its holder as PORTOLAN_REGISTRY_KEY, or in the header X-API-Key.',
  ]),
  key_list: words(OPERATIONS.key_list, ({ keys }, context) => {
    const rows = keys.map(({ id, name, role, projects, lastUsedAt, expiresAt, revokedAt }) => {
      const state = revokedAt === undefined ? 'good' : `revoked ${momentWords(revokedAt)}`
      return [id, name, role, projects.join(' '), state, momentWords(lastUsedAt), momentWords(expiresAt)]
    })
    if (rows.length === 0) return ['There is no key yet.']
    return tableLines(context, { header: ['id', 'name', 'role', 'projects', 'state', 'last used', 'expires'], rows })
  }),
  key_revoke: words(OPERATIONS.key_revoke, ({ details }) => [`Key "${details.name}" (${details.id}) is revoked.`]),
}

interface BandAnswer {
  readonly environment: string
  readonly kind: string
  readonly ports: string
}

function bandTable(bands: readonly BandAnswer[], context: CliContext): readonly string[] {
  const rows = bands.map(({ environment, kind, ports }) => [`${environment}.${kind}`, ports])
  return tableLines(context, { header: ['band', 'ports'], rows })
}
