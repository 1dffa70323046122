/** What of a request's headers says who asks: Node's `IncomingHttpHeaders` fits. */
export interface RequestHeaders {
  readonly authorization?: string | undefined
  readonly cookie?: string | undefined
  readonly origin?: string | undefined
  readonly 'sec-fetch-site'?: string | string[] | undefined
}
