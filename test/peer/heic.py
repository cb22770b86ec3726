"""A phone's photo in small: test/fixtures/phone.heic, 64 x 48, HEVC, in Display P3, to be turned a quarter clockwise.

    node test/peer/p3.mjs build/p3.icc && python -m test.peer.heic build/p3.icc
                                            from the repository's root; needs numpy, pillow and pillow-heif==1.8.1

Not made anew by test.peer.make: x265 gives other bytes with every version. Stored, left to right, above: (200, 60, 40) and
(40, 160, 90); below: (60, 80, 200) and (230, 230, 230); all of them in Display P3.
"""

import sys
from pathlib import Path

import numpy as np
import pillow_heif
from PIL import Image

TARGET = Path("test/fixtures/phone.heic")
QUARTERS = [[(200, 60, 40), (40, 160, 90)], [(60, 80, 200), (230, 230, 230)]]
TURNED_CLOCKWISE = 6


def main(profile: str) -> None:
    picture = np.kron(np.array(QUARTERS, np.uint8), np.ones((24, 32, 1), np.uint8))
    image = Image.fromarray(picture)
    exif = Image.Exif()
    exif[0x0112] = TURNED_CLOCKWISE
    pillow_heif.register_heif_opener()
    image.save(TARGET, quality=95, chroma="444", exif=exif.tobytes(), icc_profile=Path(profile).read_bytes())


if __name__ == "__main__":
    main(sys.argv[1])
