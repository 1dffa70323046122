export { REGISTRY_SERVER_ERRORS, type SettingsFault } from './errors.ts'
export { createKeyText } from './key-text.ts'
export { Observers } from './observers.ts'
export { openRegistryServer, type RegistryServer, type RegistryServerOptions } from './registry-server.ts'
export { service } from './service.ts'
export {
  DEFAULT_SETTINGS,
  type EngineSettings,
  type HostSettings,
  parseSettings,
  type RegistrySettings,
  readSettings,
} from './settings.ts'
