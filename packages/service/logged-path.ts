import type { App } from './app.ts'
import { pathOf } from './request-path.ts'

declare module 'fastify' {
  interface FastifyContextConfig {
    /** The parameters of the path that give whoever knows them a right, such as an invitation's token: never logged. */
    readonly secretParameters?: readonly string[]
  }
}

/** The segments of a route, each as it is written, and whether what stands in its place is a secret. */
type SecretRoute = readonly { readonly written: string; readonly isParameter: boolean; readonly isSecret: boolean }[]

/**
 * The paths of requests as they may be logged and answered: what stands in the place of a route's `secretParameters` is
 * shown by its name, as in `/invitations/:token`. In a path that no route serves as well, for one with a slash too many
 * or asked with another method holds the same secret.
 */
export class LoggedPaths {
  readonly #routes: SecretRoute[] = []

  /** Knows every route that is added to the app from here on. */
  constructor(app: App) {
    app.addHook('onRoute', ({ url, config }) => {
      const secret = config?.secretParameters ?? []
      if (secret.length > 0) this.#routes.push(secretRoute(url, secret))
    })
  }

  /** Without its query, which may hold a secret too. */
  of(url: string): string {
    const path = pathOf(url)
    const segments = path.split('/').filter((segment) => segment !== '')
    const route = this.#routes.find((one) => leadsTo(one, segments))
    if (route === undefined) return path
    return `/${segments.map((segment, index) => (route[index]?.isSecret ? route[index].written : segment)).join('/')}`
  }
}

function secretRoute(url: string, secret: readonly string[]): SecretRoute {
  const segments = url.split('/').filter((segment) => segment !== '')
  const parts = segments.map((written) => {
    const isParameter = written.startsWith(':')
    return { written, isParameter, isSecret: isParameter && secret.includes(written.slice(1)) }
  })
  // What comes after the last secret need not be right for the secret to be one.
  return parts.slice(0, parts.findLastIndex(({ isSecret }) => isSecret) + 1)
}

function leadsTo(route: SecretRoute, segments: readonly string[]): boolean {
  return (
    route.length > 0 &&
    route.every(({ written, isParameter }, index) => {
      const segment = segments[index]
      return segment !== undefined && (isParameter || decoded(segment).toLowerCase() === written.toLowerCase())
    })
  )
}

function decoded(segment: string): string {
  try {
    return decodeURIComponent(segment)
  } catch {
    return segment // a stray "%": no route has it
  }
}
