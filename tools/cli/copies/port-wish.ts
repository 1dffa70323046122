import type { Transport } from '@portolan/ports'
import { type DeclaredPort, type DeclaredService, type DeclaredStack, portKey } from '@portolan/stack'

/** A port of a copy of a stack that a registry is asked for a number of. */
export interface PortWish {
  /** `web.http` */
  readonly key: string
  readonly service: string
  /** A pair has room for a second version beside the first (blue and green); the stack itself runs on blue. */
  readonly shape: 'pair' | 'single' | 'range'
  readonly portCount: number
  /** All of them under one number. */
  readonly transports: readonly Transport[]
  /** Which of an environment's bands. */
  readonly kind: string
}

/** What a plain copy asks for: the ports that its file leaves open. */
export function autoWishes(stack: DeclaredStack): readonly PortWish[] {
  return wishesOf(stack, 'pair', ({ isAuto }) => isAuto)
}

/** What a preview asks for: every port of this machine's. It is replaced by no second version, so one number each. */
export function previewWishes(stack: DeclaredStack): readonly PortWish[] {
  return wishesOf(stack, 'single', () => true)
}

function wishesOf(
  { gateway, services }: DeclaredStack,
  shape: 'pair' | 'single',
  isWanted: (port: DeclaredPort) => boolean,
): readonly PortWish[] {
  const all: readonly DeclaredService[] = gateway === undefined ? services : [gateway, ...services]
  return all
    .filter(({ run }) => run.kind !== 'external')
    .flatMap((service) =>
      service.ports.filter(isWanted).map(({ name, portCount, transports, bandKind }) => ({
        key: portKey(service.name, name),
        service: service.name,
        shape: portCount > 1 ? ('range' as const) : shape,
        portCount,
        transports,
        kind: bandKind,
      })),
    )
}
