const LONGEST_NAME = 64

/**
 * A program's name that is safe to print: a process chooses its own, and control or formatting characters in it would
 * reach a terminal or forge a line of a log.
 */
export function shortName(name: string): string {
  return name.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu, '?').slice(0, LONGEST_NAME)
}
