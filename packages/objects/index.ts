export { AVATAR_SIZES, type Avatar, AvatarMaker, type AvatarMakerOptions, type AvatarPicture } from './avatar-maker.ts'
export type { ListedObject, ObjectPage, StoredObject, WrittenObject } from './bucket.ts'
export type { Disposition } from './content-disposition.ts'
export { OBJECTS_ERRORS, type ObjectsErrorCode } from './errors.ts'
export { IMAGE_FORMATS, type ImageFormat } from './image-format.ts'
export { OBJECT_AREAS, parseKeyPrefix, parseObjectKey } from './object-key.ts'
export type {
  ContentOptions,
  DownloadRequest,
  ObjectStore,
  PageOptions,
  ReadableObject,
  SignedDownload,
  SignedUpload,
  UploadRequest,
  UploadSize,
} from './object-store.ts'
export { type ObjectStoreOptions, openObjectStore } from './open-object-store.ts'
