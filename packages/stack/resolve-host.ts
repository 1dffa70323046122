import { HIGHEST_PORT, portRange, type Transport } from '@portolan/ports'
import { faultAt } from './fault.ts'
import type { Path } from './position.ts'
import type { Forward, Host, Opening } from './resolved-stack.ts'
import { type Resolving, rangeAt } from './resolving.ts'
import type { FullHost } from './stack-schema.ts'

export function resolveHost(name: string, host: FullHost, resolving: Resolving): Host {
  const source: Path = ['hosts', name]
  return {
    name,
    kind: host.kind ?? 'machine',
    address: host.address,
    open: host.open?.flatMap((text, index) => openingAt(text, [...source, 'open', index], resolving) ?? []),
    forwards: host.forwards?.flatMap(
      (forward, index) => forwardAt(forward, [...source, 'forwards', index], resolving) ?? [],
    ),
    ephemeral: host.ephemeral === undefined ? undefined : rangeAt(host.ephemeral, [...source, 'ephemeral'], resolving),
    source,
  }
}

function openingAt(text: string, source: Path, resolving: Resolving): Opening | undefined {
  const [numbers = '', transport = 'tcp'] = text.split('/')
  const range = rangeAt(numbers, source, resolving)
  const spoken: Transport = transport === 'udp' ? 'udp' : 'tcp'
  return range === undefined ? undefined : { range, transport: spoken, source }
}

function forwardAt(
  forward: { readonly from: string; readonly to: number },
  source: Path,
  resolving: Resolving,
): Forward | undefined {
  const from = openingAt(forward.from, [...source, 'from'], resolving)
  if (from === undefined) return undefined
  const last = forward.to + from.range.last - from.range.first
  if (last <= HIGHEST_PORT) return { from, to: portRange(forward.to, last), source }
  const message = `The ${from.range.last - from.range.first + 1} ports from ${forward.to} on end above 65535.`
  resolving.faults.push(faultAt(resolving.positions.at(source), { code: 'STACK_VALUE_INVALID', message }))
  return undefined
}
