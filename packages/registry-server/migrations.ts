import { defineMigrations } from '@portolan/postgres'
import { keys } from './migrations/0001-keys.ts'

export const REGISTRY_SERVER_MIGRATIONS = defineMigrations('registry-server', [keys])
