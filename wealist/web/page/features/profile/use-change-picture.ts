import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import type { Profile } from '../../api/contract.ts'
import { profileQuery } from '../../session/profile-query.ts'
import { noticeBoard } from '../../ui/notice-board.ts'
import { removePicture } from './remove-picture.ts'
import { uploadPicture } from './upload-picture.ts'

/** Shows a file as one's picture from now on, or nothing in place of it. */
export function useChangePicture() {
  const { t } = useTranslation('account')
  const queryClient = useQueryClient()
  return useMutation({
    scope: { id: 'picture' }, // one after the other: the last choice is the one that stays
    mutationFn: async (file: File | undefined): Promise<Profile | undefined> => {
      if (file !== undefined) return uploadPicture(file)
      await removePicture()
      return undefined
    },
    onSuccess: (changed) => {
      queryClient.setQueryData(profileQuery.queryKey, (known) => changed ?? (known && { ...known, avatarUrl: null }))
      const text = t(changed === undefined ? 'profile.pictureRemoved' : 'profile.pictureSaved')
      noticeBoard.show({ kind: 'done', text })
    },
  })
}
