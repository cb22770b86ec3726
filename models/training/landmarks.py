"""Where a face's features are: MediaPipe's face mesh (478 points with irises, Apache-2.0), of which the curves that a pen draws are kept."""

import numpy as np

# Each curve's points by their numbers in the mesh; left and right as one sees them in the picture.
_MESH = {
    "left_upper_lid": (33, 246, 161, 160, 159, 158, 157, 173, 133),
    "left_lower_lid": (33, 7, 163, 144, 145, 153, 154, 155, 133),
    "left_crease": (130, 247, 30, 29, 27, 28, 56, 190, 243),
    "left_bag": (130, 25, 110, 24, 23, 22, 26, 112, 243),
    "left_iris": (468, 469, 470, 471, 472),
    "left_upper_brow": (70, 63, 105, 66, 107),
    "left_lower_brow": (46, 53, 52, 65, 55),
    "right_upper_lid": (263, 466, 388, 387, 386, 385, 384, 398, 362),
    "right_lower_lid": (263, 249, 390, 373, 374, 380, 381, 382, 362),
    "right_crease": (359, 467, 260, 259, 257, 258, 286, 414, 463),
    "right_bag": (359, 255, 339, 254, 253, 252, 256, 341, 463),
    "right_iris": (473, 474, 475, 476, 477),
    "right_upper_brow": (300, 293, 334, 296, 336),
    "right_lower_brow": (276, 283, 282, 295, 285),
    "left_bridge": (193, 122, 196, 3, 51),
    "right_bridge": (417, 351, 419, 248, 281),
    "left_wing": (115, 48, 64, 98),
    "right_wing": (344, 278, 294, 327),
    "nostrils": (98, 97, 2, 326, 327),
    "upper_lip": (61, 185, 40, 39, 37, 0, 267, 269, 270, 409, 291),
    "lower_lip": (61, 146, 91, 181, 84, 17, 314, 405, 321, 375, 291),
    "upper_mouth": (78, 191, 80, 81, 82, 13, 312, 311, 310, 415, 308),
    "lower_mouth": (78, 95, 88, 178, 87, 14, 317, 402, 318, 324, 308),
    "left_fold": (129, 203, 206, 216, 212),
    "right_fold": (358, 423, 426, 436, 432),
    "jaw": (127, 234, 93, 132, 58, 172, 136, 150, 149, 176, 148, 152, 377, 400, 378, 379, 365, 397, 288, 361, 323, 454, 356),
    "forehead": (356, 389, 251, 284, 332, 297, 338, 10, 109, 67, 103, 54, 21, 162, 127),
}
POINTS = [number for curve in _MESH.values() for number in curve]
_ENDS = np.cumsum([len(curve) for curve in _MESH.values()])[:-1]


def curves(points: np.ndarray) -> dict[str, np.ndarray]:
    """`points`: [len(POINTS), 2] -> each curve's, [n, 2], x before y."""
    return dict(zip(_MESH, np.split(points, _ENDS), strict=True))
