import type { OutputOf } from '@portolan/operations/remote'
import type { Half } from '../upstreams/half.ts'
import type { HalfDeclaration, PairDeclaration, SlotsPlace } from '../upstreams/upstream-declaration.ts'

/** What a registry says of one pair at a moment, as plain JSON. */
export interface SlotPicture {
  readonly pair: Pick<PairDeclaration, 'blue' | 'green' | 'active' | 'isOtherWarm' | 'graceUntil'>
  readonly claimId: number
  /** To be shown with every change. */
  readonly token: number
}

type SlotsAnswer = OutputOf<'slot_list'>['slots'][number]

/** Of the pairs of a project and an environment the one that is meant: `app` and `main` unless said otherwise. */
export function findSlots(answers: readonly SlotsAnswer[], place: SlotsPlace): SlotsAnswer | undefined {
  const { kind = 'app', purpose = 'main', host } = place
  return answers.find(
    (answer) => answer.kind === kind && answer.purpose === purpose && (host === undefined || answer.host === host),
  )
}

/** @param address where the host of the pair is reached */
export function pictureOf({ claimId, token, active, blue, green }: SlotsAnswer, address: string): SlotPicture {
  const other = active === 'blue' ? green : blue
  const isOtherWarm = active !== undefined && other.state === 'grace'
  return {
    claimId,
    token,
    pair: {
      ...halfOf('blue', blue, address),
      ...halfOf('green', green, address),
      active: active ?? null,
      isOtherWarm,
      ...(isOtherWarm && other.graceUntil !== undefined ? { graceUntil: other.graceUntil } : {}),
    },
  }
}

function halfOf(
  half: Half,
  { state, port, version, deployedAt }: SlotsAnswer['blue'],
  host: string,
): { readonly [Name in Half]?: HalfDeclaration } {
  if (state === 'empty') return {}
  const told = {
    ...(version === undefined ? {} : { version: version.slice(0, 128) }),
    ...(deployedAt === undefined ? {} : { deployedAt }),
  }
  return { [half]: { host, port, ...told } }
}
