/** `::error title=…::…`, as the runner reads it from the log (docs.github.com, "Workflow commands"). */
export function workflowCommand(
  name: string,
  message: string,
  properties: Readonly<Record<string, string>> = {},
): string {
  const said = Object.entries(properties).map(
    ([key, value]) => `${key}=${escaped(value).replaceAll(':', '%3A').replaceAll(',', '%2C')}`,
  )
  return `::${name}${said.length === 0 ? '' : ` ${said.join(',')}`}::${escaped(message)}`
}

/** A line's end would end the command, and begin another. */
function escaped(text: string): string {
  return text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A')
}

const UNPRINTABLE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]+/gu

/**
 * Text of somebody else's as one line that is no command: the runner takes `::name::` where a line begins, and the older
 * `##[name]` anywhere in it.
 */
export function plainLine(text: string): string {
  return text.replaceAll(UNPRINTABLE, ' ').replaceAll('##[', '# #[').trim().replace(/^::/, ': :')
}

/** The lines of an output or environment file: numbers and names alone, which need no delimiter. */
export function fileLines(values: Readonly<Record<string, string | number | undefined>>): string {
  return Object.entries(values)
    .flatMap(([name, value]) => (value === undefined ? [] : [`${name}=${value}\n`]))
    .join('')
}
