import { formatPortRange } from '@portolan/ports'
import type { DeclaredPort, PatternHost, ResolvedStack, Service } from '@portolan/stack'
import { ADMIN_PORT, allServices, urlOf } from '@portolan/supervise'
import type { CliContext } from './cli-context.ts'
import { type ChosenStack, meantCopy } from './stack-argument.ts'
import { alignColumns, coloursFor, formatDuration } from './terminal.ts'
import { typedCommand } from './typing.ts'

/** What a person wants to know once a stack is up: where to go, what runs where, how to end it. */
export function addressLines(context: CliContext, chosen: ChosenStack, tookMs: number): readonly string[] {
  const { resolved, stack } = chosen
  const { bold, cyan, dim } = coloursFor(context.stdout, context)
  const addresses = openAddresses(resolved).map(([words, url]) => [words, bold(cyan(url))])
  const open = addresses.length === 0 ? [] : ['', ...alignColumns(addresses).map((line) => `  ${line}`)]
  const rows = allServices(resolved).map((service) => [
    service.name,
    service.run.kind,
    portWords(service),
    dim(routeWords(service)),
  ])
  return [
    '',
    `${bold(stack.name)} is up in ${formatDuration(tookMs)} (${copyWords(resolved)}).`,
    ...open,
    '',
    ...alignColumns(rows).map((row) => `  ${row}`),
    '',
    ...whatNext(context, chosen).map((line) => dim(line)),
    '',
  ]
}

/** Which copy it is, for whoever runs several. */
export function copyWords({ environment, shift, preview }: ResolvedStack<DeclaredPort>): string {
  if (preview !== undefined) return `preview "${preview}" of ${environment}`
  return shift === 0 ? environment : `${environment}, every port moved by ${shift}`
}

/** Where a person may go, by what they find there. */
export function openAddresses(resolved: ResolvedStack<DeclaredPort>): readonly (readonly [string, string])[] {
  const door = gatewayUrl(resolved)
  const status = statusUrl(resolved)
  return [
    ...(door === undefined ? [] : [['Open', door] as const]),
    ...(status === undefined ? [] : [['Status', status] as const]),
  ]
}

/** The page that tells how the gateway does, for whoever runs it; it answers to `localhost` and addresses alone. */
function statusUrl({ gateway }: ResolvedStack<DeclaredPort>): string | undefined {
  const range = gateway?.ports.find(({ name }) => name === ADMIN_PORT)?.range
  return range === undefined ? undefined : `http://localhost:${range.first}/status`
}

/**
 * Where a browser goes; undefined for a stack without a gateway, or one that no page is behind, or whose gateway has not
 * been given its number yet.
 */
export function gatewayUrl({ gateway }: ResolvedStack<DeclaredPort>): string | undefined {
  const port =
    gateway?.ports.find(({ speaks }) => speaks.includes('https')) ??
    gateway?.ports.find(({ speaks }) => speaks.includes('http'))
  if (gateway === undefined || port?.range === undefined) return undefined
  const url = new URL(urlOf(gateway, port).replace('//127.0.0.1:', '//localhost:')).origin
  // People are signed in on the platform's own host, and on no other.
  return gateway.patternHost === undefined ? url : platformUrl(gateway.patternHost, url)
}

function platformUrl({ platform, domain }: PatternHost, url: string): string {
  return platform ?? url.replace('//localhost', `//${domain}`)
}

function portWords(service: Service): string {
  return service.ports
    .map(
      ({ range, transports }) =>
        formatPortRange(range) + (transports.join() === 'tcp' ? '' : `/${transports.join('+')}`),
    )
    .join(' ')
}

function routeWords(service: Service): string {
  return service.routes.map(({ path, websocket }) => (websocket ? `${path} (WebSocket)` : path)).join('  ')
}

function whatNext({ typing }: CliContext, chosen: ChosenStack): readonly string[] {
  const copy = meantCopy(chosen)
  const rows = [
    [typedCommand(typing, 'logs --follow', copy), 'what the services print'],
    [typedCommand(typing, 'status', copy), 'what runs'],
    [typedCommand(typing, 'down', copy), 'stops it, as Ctrl-C does here'],
  ]
  return alignColumns(rows).map((row) => `  ${row}`)
}
