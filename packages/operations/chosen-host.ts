import { requestInvalid } from '@portolan/registry'
import type { OperationContext } from './operation.ts'

/**
 * The host that was named, or else the only one there is.
 * @throws REGISTRY_REQUEST_INVALID that lists them, when there are several or none
 */
export async function chosenHost(
  { host }: { readonly host?: string },
  { registry, signal }: OperationContext,
): Promise<string> {
  if (host !== undefined) return host
  const hosts = await registry.listHosts({ signal })
  const [only, ...others] = hosts
  if (only !== undefined && others.length === 0) return only.name
  const names = hosts.map(({ name }) => name).join(', ')
  const expected = only === undefined ? 'declared first: there is none yet' : `one of ${names}`
  throw requestInvalid([{ field: 'host', expected }])
}
