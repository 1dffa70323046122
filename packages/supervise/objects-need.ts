import type { ResolvedStack, Service } from '@portolan/stack'
import { urlOf } from './place.ts'
import type { Secrets } from './secrets.ts'
import { urlVariable } from './variable-name.ts'

/** What the object store that Portolan brings along is told beside its ports: the key that its URLs are signed by. */
export function objectStoreVariables(store: Service, secrets: Secrets): Readonly<Record<string, string>> {
  return isObjectStore(store) ? { OBJECTS_KEY: keyOf(store, secrets) } : {}
}

/** `<STORE>_URL` for each embedded object store that a service needs: with the key, so that it can sign URLs itself. */
export function objectStoreUrls(
  service: Service,
  { services }: ResolvedStack,
  secrets: Secrets,
): ReadonlyMap<string, string> {
  const entries = service.needs.flatMap((need) => {
    const store = services.find(({ name }) => name === need.service)
    const port = store?.ports[0]
    if (store === undefined || port === undefined || !isObjectStore(store)) return []
    return [[urlVariable(store.name), `${urlOf(store, port)}?key=${keyOf(store, secrets)}`] as const]
  })
  return new Map(entries)
}

function isObjectStore({ run }: Service): boolean {
  return run.kind === 'embedded' && run.part === 'objects'
}

function keyOf(store: Service, secrets: Secrets): string {
  return secrets.get(`${store.name}/key`)
}
