// `npm run generate -w wealist/web`: starts the services, and writes page/api/schema.ts from what they say.
import { writeFile } from 'node:fs/promises'
import { fetchApiDocument } from './api-docs/api-document.ts'
import { renderClientTypes } from './client-schema.ts'
import { openTestServices } from './testing.ts'

await using services = await openTestServices()
const urls = { authUrl: services.authUrl, userUrl: services.userUrl, publicOrigin: '/' }
const document = await fetchApiDocument(urls, { signal: AbortSignal.timeout(10_000) })
await writeFile(new URL('./page/api/schema.ts', import.meta.url), renderClientTypes(document))
