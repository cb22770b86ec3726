/** Every environment variable silverpoint reads, in one place. */
import { homedir } from 'node:os'
import { join } from 'node:path'

/** Folder of a LibTorch to use before all others (after an explicit option). */
export const libtorchFolders = (): { name: string; folder: string }[] =>
  ['SILVERPOINT_LIBTORCH', 'LIBTORCH'].flatMap((name) => {
    const folder = process.env[name]
    return folder ? [{ name, folder }] : []
  })

/** Where `silverpoint libtorch install` puts LibTorch: SILVERPOINT_CACHE, else the user's cache folder. */
export function cacheFolder(): string {
  if (process.env.SILVERPOINT_CACHE) return process.env.SILVERPOINT_CACHE
  const base = process.env.XDG_CACHE_HOME || join(homedir(), '.cache')
  return join(base, 'silverpoint')
}

/** The Python whose torch may be used, and whose pip fetches LibTorch. */
export const python = (): string => process.env.SILVERPOINT_PYTHON || 'python3'

/** libgomp's busy waiting makes two threads a hundred times slower beside any other load: kept short. */
export const openMpSpinCount = (): string => process.env.GOMP_SPINCOUNT || '1000'

/** To be called before LibTorch is opened. */
export function quietOpenMp(): void {
  process.env.GOMP_SPINCOUNT = openMpSpinCount()
}

/** Whether recorded programs on a GPU may be captured as CUDA graphs: not with SILVERPOINT_CUDA_GRAPHS=off. */
export const cudaGraphs = (): boolean => process.env.SILVERPOINT_CUDA_GRAPHS !== 'off'

/** Whether what is shown may be coloured: https://no-color.org. */
export const mayColour = (): boolean => !process.env.NO_COLOR

/** What a scheduler tells a process of the job it is a task of. */
export interface ScheduledTask {
  /** The variable that `index` came from. */
  variable: string
  index: string
  /** How many tasks; Kubernetes does not tell. */
  count?: string | undefined
  /** Of the first task, and between two. */
  first?: string | undefined
  step?: string | undefined
}

/** The task this process is, where Slurm, AWS Batch, Cloud Run or a Kubernetes Indexed Job started it. */
export function scheduledTask(): ScheduledTask | undefined {
  const { env } = process
  const tasks = [
    {
      variable: 'SLURM_ARRAY_TASK_ID',
      count: env.SLURM_ARRAY_TASK_COUNT,
      first: env.SLURM_ARRAY_TASK_MIN,
      step: env.SLURM_ARRAY_TASK_STEP,
    },
    { variable: 'AWS_BATCH_JOB_ARRAY_INDEX', count: env.AWS_BATCH_JOB_ARRAY_SIZE },
    { variable: 'CLOUD_RUN_TASK_INDEX', count: env.CLOUD_RUN_TASK_COUNT },
    { variable: 'JOB_COMPLETION_INDEX' },
  ]
  return tasks.map((task) => ({ ...task, index: env[task.variable] ?? '' })).find(({ index }) => index !== '')
}
