const UNPRINTABLE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu

/** Text of somebody else's that is safe to print: control and formatting characters would reach a terminal or forge a line. */
export function printable(text: string): string {
  return text.replace(UNPRINTABLE, '?')
}
