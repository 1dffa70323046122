import { GATEWAY } from '@portolan/stack'

/** A first stack file before it is text. */
export interface StackDraft {
  readonly name: string
  /** Where editors find the JSON Schema, from the file. */
  readonly schema: string
  readonly gatewayPort: number | undefined
  readonly services: readonly ServiceDraft[]
}
export interface ServiceDraft {
  readonly name: string
  readonly comment: string | undefined
  readonly run: RunDraft
  readonly ports: readonly PortDraft[]
  readonly routes: readonly string[]
}
type RunDraft =
  | { readonly kind: 'command'; readonly command: string; readonly args: readonly string[] }
  | { readonly kind: 'external'; readonly address: string }
export interface PortDraft {
  readonly name: string
  readonly port: number
}

/** The text of `portolan.yaml`. */
export function formatDraft({ name, schema, gatewayPort, services }: StackDraft): string {
  const gateway = gatewayPort === undefined ? [] : ['', 'gateway:', `  ports: { http: ${gatewayPort} }`]
  const lines = [
    `# yaml-language-server: $schema=${schema}`,
    `stack: ${name}`,
    ...gateway,
    '',
    'services:',
    ...services.flatMap((service, index) => [...(index === 0 ? [] : ['']), ...serviceLines(service)]),
  ]
  return `${lines.join('\n')}\n`
}

function serviceLines({ name, comment, run, ports, routes }: ServiceDraft): readonly string[] {
  const portList = ports.map((port) => `${port.name}: ${port.port}`).join(', ')
  return [
    ...(comment === undefined ? [] : [`  # ${comment}`]),
    `  ${name}:`,
    `    run: ${runText(run)}`,
    `    ports: { ${portList} }`,
    ...(routes.length === 0 ? [] : [`    routes: [${routes.join(', ')}]`]),
  ]
}

function runText(run: RunDraft): string {
  if (run.kind === 'external') return `{ external: ${JSON.stringify(run.address)} }`
  return `{ command: ${run.command}, args: [${run.args.map(argumentText).join(', ')}] }`
}

/** Quotes where YAML would read something else than the text. */
function argumentText(argument: string): string {
  return /^[a-z][a-z-]*$/.test(argument) && !WORDS_WITH_MEANING.includes(argument) ? argument : JSON.stringify(argument)
}
const WORDS_WITH_MEANING = ['true', 'false', 'null']

/** A name for a stack or a service from any text; `taken` gets a number behind it. */
export function nameFrom(
  text: string,
  { fallback, taken = [] }: { readonly fallback: string; readonly taken?: readonly string[] },
): string {
  const letters = text
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^[^a-z]+|-+$/g, '')
  const name = letters.slice(0, 36).replace(/-+$/, '') || fallback
  const reserved = [...taken, GATEWAY]
  if (!reserved.includes(name)) return name
  let number = 2
  while (reserved.includes(`${name}-${number}`)) number += 1
  return `${name}-${number}`
}
