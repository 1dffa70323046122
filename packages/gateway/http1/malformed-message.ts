/** Bytes that are no HTTP/1.1 message, or one that somebody could read differently. */
export class MalformedMessage extends Error {
  /** What is wrong, as the end of "refused because …". */
  readonly fault: string
  readonly kind: 'malformed' | 'too-large' | 'version'

  constructor(fault: string, kind: MalformedMessage['kind'] = 'malformed') {
    super(fault)
    this.name = 'MalformedMessage'
    this.fault = fault
    this.kind = kind
  }
}
