import { defineMigrations } from '@portolan/postgres'
import { registry } from './migrations/0001-registry.ts'

export const REGISTRY_MIGRATIONS = defineMigrations('registry', [registry])
