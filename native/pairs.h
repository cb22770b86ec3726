// LibTorch's products of bfloat16 matrices, of which one's rows lie in pairs beside each other: [rows / 2, columns, 2].
#pragma once

namespace silverpoint {

// Whether it has them for this processor, which only a try tells.
bool multipliesPairs();

}  // namespace silverpoint
