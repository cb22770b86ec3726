/** What LibTorch is made of on PyPI: the wheels of each platform, and which of their files are kept. */
import { SilverpointError } from '../errors.js'

export const VERSION = '2.13.0'
/** The series the sources build with. */
export const SUPPORTED = ['2.13', '2.12', '2.11']

export type Variant = 'cpu' | 'cuda'

/** Wheels by file name, each with its SHA-256. Those of Python 3.11 serve any Python: no Python file is used. */
type Wheels = Record<string, string>

export interface WheelSet {
  variant: Variant
  wheels: Wheels
  /** In bytes. */
  download: number
  kept: number
}

/** libtorch_cpu of a Linux wheel needs these two even where there is no GPU. */
const CUDA_RUNTIME_X64: Wheels = {
  'nvidia_cuda_runtime-13.0.96-py3-none-manylinux2014_x86_64.manylinux_2_17_x86_64.whl':
    '7f82250d7782aa23b6cfe765ecc7db554bd3c2870c43f3d1821f1d18aebf0548',
  'nvidia_cuda_cupti-13.0.85-py3-none-manylinux_2_25_x86_64.whl':
    '4eb01c08e859bf924d222250d2e8f8b8ff6d3db4721288cf35d14252a4d933c8',
}

const LINUX_X64: Wheels = {
  'torch-2.13.0-cp311-cp311-manylinux_2_28_x86_64.whl':
    '60fcdcb2f3876e21146cb4524ef06397d727ca9ad5f020818547e25075fe3cb7',
  ...CUDA_RUNTIME_X64,
}

const CUDA_X64: Wheels = {
  'nvidia_cublas-13.1.1.3-py3-none-manylinux_2_27_x86_64.whl':
    '37936a16db8fe4ac1f065c2139360608a543a09275cb1a1af612e08cfa065436',
  'nvidia_cuda_nvrtc-13.0.88-py3-none-manylinux2010_x86_64.manylinux_2_12_x86_64.whl':
    'ad9b6d2ead2435f11cbb6868809d2adeeee302e9bb94bcf0539c7a40d80e8575',
  'nvidia_cudnn_cu13-9.20.0.48-py3-none-manylinux_2_27_x86_64.whl':
    '0c45dd8eeb50b603f07995b1b300c62ffe6a1980482b82b3bcf94a4ca9d49304',
  'nvidia_cufft-12.0.0.61-py3-none-manylinux2014_x86_64.manylinux_2_17_x86_64.whl':
    '6c44f692dce8fd5ffd3e3df134b6cdb9c2f72d99cf40b62c32dde45eea9ddad3',
  'nvidia_cufile-1.15.1.6-py3-none-manylinux2014_x86_64.manylinux_2_17_x86_64.whl':
    '08a3ecefae5a01c7f5117351c64f17c7c62efa5fffdbe24fc7d298da19cd0b44',
  'nvidia_curand-10.4.0.35-py3-none-manylinux_2_27_x86_64.whl':
    '1aee33a5da6e1db083fe2b90082def8915f30f3248d5896bcec36a579d941bfc',
  'nvidia_cusolver-12.0.4.66-py3-none-manylinux_2_27_x86_64.whl':
    '0a759da5dea5c0ea10fd307de75cdeb59e7ea4fcb8add0924859b944babf1112',
  'nvidia_cusparse-12.6.3.3-py3-none-manylinux2014_x86_64.manylinux_2_17_x86_64.whl':
    '2b3c89c88d01ee0e477cb7f82ef60a11a4bcd57b6b87c33f789350b59759360b',
  'nvidia_cusparselt_cu13-0.8.1-py3-none-manylinux2014_x86_64.whl':
    '786ce87568c303fadb5afcc7102d454cd3040d75f6f8626f5db460d1871f4dd0',
  'nvidia_nccl_cu13-2.29.7-py3-none-manylinux_2_18_x86_64.whl':
    'edd81538446786ec3b73972543e53bb43bcaf0bfc8ef76cb679fcc390ffe136d',
  'nvidia_nvjitlink-13.5.37-py3-none-manylinux2010_x86_64.manylinux_2_12_x86_64.whl':
    '280d7cb9649704145f074b8dbde500de04ce02d0872e066e20a83c17bcaa93eb',
  'nvidia_nvshmem_cu13-3.4.5-py3-none-manylinux2014_x86_64.manylinux_2_17_x86_64.whl':
    '290f0a2ee94c9f3687a02502f3b9299a9f9fe826e6d0287ee18482e78d495b80',
  'nvidia_nvtx-13.0.85-py3-none-manylinux1_x86_64.manylinux_2_5_x86_64.whl':
    '4936d1d6780fbe68db454f5e72a42ff64d1fd6397df9f363ae786930fd5c1cd4',
}

const LINUX_ARM64: Wheels = {
  'torch-2.13.0-cp311-cp311-manylinux_2_28_aarch64.whl':
    '092790c696a760c729fd5722835f50b9d81fd7c8f141571f3f3cf4081a8f664c',
  'nvidia_cuda_runtime-13.0.96-py3-none-manylinux2014_aarch64.manylinux_2_17_aarch64.whl':
    'ef9bcbe90493a2b9d810e43d249adb3d02e98dd30200d86607d8d02687c43f55',
  'nvidia_cuda_cupti-13.0.85-py3-none-manylinux_2_25_aarch64.whl':
    '796bd679890ee55fb14a94629b698b6db54bcfd833d391d5e94017dd9d7d3151',
}

const DARWIN_ARM64: Wheels = {
  'torch-2.13.0-cp311-cp311-macosx_14_0_arm64.whl':
    'e76f9bcecc52b8ff711239a2f7547d5353df95878ab232f0773c1d95928b92f8',
}

const WINDOWS_X64: Wheels = {
  'torch-2.13.0-cp311-cp311-win_amd64.whl':
    'a0d8b11f16a48d60e2015d8213aa0390744cbebb98e58b62b3514dddc656e330',
}

const SETS: Record<string, WheelSet> = {
  'linux-x64-cpu': { variant: 'cpu', wheels: LINUX_X64, download: 540e6, kept: 510e6 },
  'linux-x64-cuda': {
    variant: 'cuda',
    wheels: { ...LINUX_X64, ...CUDA_X64 },
    download: 2525e6,
    kept: 3830e6,
  },
  'linux-arm64-cpu': { variant: 'cpu', wheels: LINUX_ARM64, download: 440e6, kept: 380e6 },
  'darwin-arm64-cpu': { variant: 'cpu', wheels: DARWIN_ARM64, download: 111e6, kept: 410e6 },
  'win32-x64-cpu': { variant: 'cpu', wheels: WINDOWS_X64, download: 122e6, kept: 420e6 },
}

/** The wheels of this platform. @throws LIBTORCH_INSTALL_FAILED where PyPI has none with CUDA. */
export function wheelSet(
  variant: Variant,
  platform: string = process.platform,
  arch: string = process.arch,
): WheelSet {
  const set = SETS[`${platform}-${arch}-${variant}`]
  if (set) return set
  throw new SilverpointError(
    'LIBTORCH_INSTALL_FAILED',
    `Expected linux-x64 for LibTorch with CUDA from PyPI but this is ${platform}-${arch}. Install the CPU's, or point SILVERPOINT_LIBTORCH to a LibTorch ${VERSION} with CUDA.`,
  )
}

/** `torch` of `torch-2.13.0-cp311-cp311-win_amd64.whl`. */
export const distributionOf = (wheel: string): string => wheel.slice(0, wheel.indexOf('-'))

/** As pip takes them: `torch==2.13.0 --hash=sha256:…`, a line a wheel. */
export const requirements = ({ wheels }: WheelSet): string =>
  Object.entries(wheels)
    .map(([file, sha256]) => {
      const [name, version] = file.split('-') as [string, string]
      return `${name.replaceAll('_', '-')}==${version} --hash=sha256:${sha256}\n`
    })
    .join('')

/** The platforms pip has to take for its own, from the wheels' last part. */
export const platformTags = ({ wheels }: WheelSet): string[] => {
  const tags = Object.keys(wheels).flatMap((file) => file.slice(file.lastIndexOf('-') + 1, -4).split('.'))
  return [...new Set(tags)]
}

const LIBRARY = /\.(so(\.\d+)*|dylib|dll|lib)$/
const PYTHON_ONLY = /^(lib)?(torch_python|torch_global_deps|shm)\./
const CUDA_ONLY = /^lib(torch\.|torch_cuda|torch_nvshmem|c10_cuda|caffe2_nvrtc)/
const NEEDED_WITHOUT_GPU = /^lib(cudart|cupti)\.so/

/**
 * Where an entry of a wheel goes, or undefined for one that is not kept. With CUDA the layout is that of Python's
 * site-packages, which the libraries' search paths are made for; the CPU's few libraries lie together, as in LibTorch's
 * own archives.
 */
export function placeOf(entry: string, variant: Variant): string | undefined {
  const name = entry.slice(entry.lastIndexOf('/') + 1)
  const kept =
    entry.startsWith('torch/include/') || entry === 'torch/version.py' || keepsLibrary(entry, name, variant)
  if (!kept || name === '') return undefined
  if (variant === 'cuda') return entry
  return entry.startsWith('torch/') ? entry.slice('torch/'.length) : `lib/${name}`
}

function keepsLibrary(entry: string, name: string, variant: Variant): boolean {
  if (!LIBRARY.test(name) || !/^(torch|nvidia\/.*)\/lib\/[^/]+$/.test(entry) || PYTHON_ONLY.test(name))
    return false
  if (variant === 'cuda') return true
  return entry.startsWith('torch/') ? !CUDA_ONLY.test(name) : NEEDED_WITHOUT_GPU.test(name)
}
