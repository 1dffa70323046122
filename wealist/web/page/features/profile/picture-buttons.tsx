import { Button, FileButton } from '@mantine/core'
import { useRef } from 'react'
import { useTranslation } from 'react-i18next'
import { PICTURE_TYPES } from './picture-file.ts'
import styles from './picture-section.module.css'
import type { useChangePicture } from './use-change-picture.ts'

interface PictureButtonsProps {
  readonly changing: ReturnType<typeof useChangePicture>
  readonly canRemove: boolean
}

export function PictureButtons({ changing, canRemove }: PictureButtonsProps) {
  const { t } = useTranslation('account')
  const chooser = useRef<HTMLButtonElement>(null)
  const resetFile = useRef<() => void>(null)
  const isUploading = changing.isPending && changing.variables !== undefined
  const isRemoving = changing.isPending && !isUploading
  const choose = (file: File | null) => {
    if (file !== null) changing.mutate(file)
    resetFile.current?.() // so that the same file can be chosen again
  }
  return (
    <div className={styles.buttons}>
      <FileButton accept={PICTURE_TYPES.join(',')} onChange={choose} resetRef={resetFile}>
        {(props) => (
          <Button {...props} ref={chooser} variant="default" loading={isUploading}>
            {t(isUploading ? 'profile.uploading' : 'profile.choose')}
          </Button>
        )}
      </FileButton>
      {canRemove && (
        <Button
          variant="quiet"
          loading={isRemoving}
          disabled={isUploading}
          onClick={() => changing.mutate(undefined, { onSuccess: () => chooser.current?.focus() })}
        >
          {t('profile.removePicture')}
        </Button>
      )}
    </div>
  )
}
