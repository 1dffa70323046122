import type { ErrorCatalogue } from '@portolan/errors'
import { OBSERVE_ERRORS } from '@portolan/observe'
import { PORT_FILES_ERRORS } from '@portolan/port-files'
import { PORTS_ERRORS } from '@portolan/ports'
import { RECONCILE_ERRORS } from '@portolan/reconcile'
import { REGISTRY_ERRORS } from '@portolan/registry'
import { OPERATIONS_ERRORS } from './errors.ts'

/** Where the codes are that operations refuse with. */
export const OPERATION_CATALOGUES: readonly ErrorCatalogue[] = Object.freeze([
  OPERATIONS_ERRORS,
  REGISTRY_ERRORS,
  PORTS_ERRORS,
  OBSERVE_ERRORS,
  PORT_FILES_ERRORS,
  RECONCILE_ERRORS,
])
